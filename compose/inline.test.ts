import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileStack } from './compile.ts'
import { type FileBytes, filesOf, inlineFiles } from './inline.ts'
import { formatPath } from './problem.ts'
import { readCompose } from './read.ts'

const bytes = Uint8Array.of(0, 255, 10)
const files = new Map<string, FileBytes>([
  ['./pw', { bytes }],
  ['./empty', { bytes: new Uint8Array() }],
  ['./none', { missing: 'there is no file /home/none' }],
])
const environment = { TOKEN: 'hunter2', NOTHING: '' }

function inlined(secret: unknown) {
  const { document, problems } = inlineFiles({ services: {}, secrets: { a: secret } }, files, environment)
  return { document, told: problems.map(({ path, message }) => `${formatPath(path)}: ${message}`) }
}

test('files are asked for once each section, with what they may hold', () => {
  const document = { secrets: { a: { file: './pw' }, b: { external: true }, c: null }, configs: { d: { file: 'app.conf' } } }
  assert.deepEqual(filesOf(document), [
    { path: './pw', limitBytes: 512_000 },
    { path: 'app.conf', limitBytes: 1_024_000 },
  ])
  assert.deepEqual(filesOf('no document'), [])
})

test('the bytes of a file and the value of a variable become what the object holds, whatever they are', () => {
  for (const [written, data] of [
    [{ file: './pw', labels: { a: 'b' } }, Buffer.from(bytes).toString('base64')],
    [{ environment: 'TOKEN', template_driver: 'golang' }, Buffer.from('hunter2').toString('base64')],
  ] as const) {
    const { document, told } = inlined(written)
    assert.deepEqual(told, [])
    const read = readCompose(document)
    assert.ok('model' in read)
    const [secret] = compileStack('s', read.model)
    assert.ok(secret?.kind === 'Secret')
    assert.equal(secret.spec.data, data)
    assert.deepEqual([secret.labels['a'], secret.spec.template], 'labels' in written ? ['b', undefined] : [undefined, 'golang'])
  }
})

const refused: readonly (readonly [unknown, string])[] = [
  [{ file: './none' }, 'secrets.a.file: there is no file /home/none'],
  [{ file: './empty' }, 'secrets.a.file: ./empty is empty'],
  [{ file: 7 }, 'secrets.a.file: wanted the path of a file, found the number 7'],
  [{ environment: 'MISSING' }, 'secrets.a.environment: the variable MISSING is not set'],
  [{ environment: 'NOTHING' }, 'secrets.a.environment: the variable NOTHING is empty'],
  [{ environment: 'constructor' }, 'secrets.a.environment: the variable constructor is not set'],
  [{ file: './pw', content: 'x' }, 'secrets.a.content: this secret has "file" already'],
  [{ file: './pw', environment: 'TOKEN' }, 'secrets.a.environment: this secret has "file" already'],
]
for (const [written, message] of refused) {
  test(`${JSON.stringify(written)} is refused`, () => assert.deepEqual(inlined(written).told, [message]))
}

test('what has no file is left as it is', () => {
  const document = { services: {}, secrets: { a: { content: 'x' }, b: null }, configs: [] }
  assert.deepEqual(inlineFiles(document, files, environment), { document, problems: [] })
})
