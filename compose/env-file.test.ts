// biome-ignore-all lint/suspicious/noTemplateCurlyInString: -- that is what stands in such files
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { envFilesOf, inlineEnvFiles, variablesFromFiles } from './env-file.ts'
import { describeIgnored } from './ignored.ts'
import type { FileBytes } from './inline.ts'
import { planStack } from './plan.ts'
import { formatPath } from './problem.ts'
import { readCompose } from './read.ts'

const caller = { FROM_CALLER: 'called' }
const bytesOf = (text: string): FileBytes => ({ bytes: new TextEncoder().encode(text) })

function inlined(service: object, texts: Readonly<Record<string, string | FileBytes>>) {
  const files = new Map(Object.entries(texts).map(([path, text]) => [path, typeof text === 'string' ? bytesOf(text) : text]))
  const { document, problems } = inlineEnvFiles({ services: { web: { image: 'x', ...service } } }, files, caller)
  return { document, told: problems.map(({ path, message }) => `${formatPath(path)}: ${message}`) }
}

/** What the service has in the end. */
function environmentOf(document: unknown) {
  const read = readCompose(document)
  assert.ok('model' in read, JSON.stringify(read))
  return read.model.services['web']?.environment
}

const forms: readonly (readonly [name: string, text: string, variables: object])[] = [
  ['plain lines', 'A=1\nB=two words\n', { A: '1', B: 'two words' }],
  ['a mark at its beginning, and lines that end as on Windows', '\ufeffA=1\r\nB=2', { A: '1', B: '2' }],
  ['comments, empty lines and indentation', '# no\n\n  A=1\n  # no\n', { A: '1' }],
  [
    'values as they stand',
    'A="q"\nB=$HOME ${X}\nC= s # no comment\nD==\nE=',
    { A: '"q"', B: '$HOME ${X}', C: ' s # no comment', D: '=', E: '' },
  ],
  ['a variable of the caller, and one that the caller does not have', 'FROM_CALLER\nNOBODY\nconstructor', { FROM_CALLER: 'called' }],
  ['a variable twice', 'A=1\nA=2', { A: '2' }],
  ['names that reach for the prototype', '__proto__=1', JSON.parse('{"__proto__":"1"}')],
]
for (const [name, text, variables] of forms) {
  test(`a file of ${name}`, () => {
    const { document, told } = inlined({ env_file: './a' }, { './a': text })
    assert.deepEqual(told, [])
    assert.deepEqual({ ...environmentOf(document) }, { ...variables })
  })
}

test('later files win over earlier ones, and environment over all, in either of its forms', () => {
  const files = { './a': 'A=1\nB=1\nC=1\nD=1', './b': 'B=2\nC=2\nD=2' }
  for (const environment of [{ C: 3, D: null }, ['C=3', 'D']]) {
    const { document } = inlined({ env_file: ['./a', { path: './b' }], environment }, files)
    assert.deepEqual(environmentOf(document), { A: '1', B: '2', C: '3' })
    assert.deepEqual([...variablesFromFiles(document)], ['services.web.environment.A', 'services.web.environment.B'])
  }
})

test('what is stored has no path, and without variables from files no mark either', () => {
  const { document } = inlined({ env_file: './a', environment: { A: '1' } }, { './a': 'A=0' })
  assert.deepEqual(document, { services: { web: { image: 'x', environment: { A: '1' } } } })
})

const absent: FileBytes = { missing: 'there is no file /a', isAbsent: true }
const refused: readonly (readonly [env: unknown, file: string | FileBytes, told: readonly string[]])[] = [
  ['./a', absent, ['services.web.env_file: there is no file /a']],
  [['./a'], absent, ['services.web.env_file[0]: there is no file /a']],
  [{ path: './a' }, absent, ['services.web.env_file.path: there is no file /a']],
  [{ path: './a', required: false }, absent, []],
  [{ path: './a', required: false }, { missing: '/a is a directory' }, ['services.web.env_file.path: /a is a directory']],
  [{ path: './a', format: 'raw' }, 'A=1', []],
  [{ path: './a', format: 'dotenv' }, 'A=1', ['services.web.env_file.format: wanted raw, found the text "dotenv"']],
  [{ required: false }, 'A=1', ['services.web.env_file: "path" is missing']],
  ['', 'A=1', ['services.web.env_file: wanted the path of a file, found the text ""']],
  [7, 'A=1', ['services.web.env_file: wanted the path of a file, found the number 7']],
  ['./a', 'A=1\nexport B=hunter2', ['services.web.env_file: line 2 of ./a is no variable: leave "export" out']],
  ['./a', '=hunter2', ['services.web.env_file: line 1 of ./a is no variable: it begins with =']],
  ['./a', 'A B=hunter2', ['services.web.env_file: line 1 of ./a is no variable: a space is in the name']],
  ['./a', `A=${'x'.repeat(64 * 1024)}`, ['services.web.env_file: line 1 of ./a is no variable: it has more than 65536 characters']],
  ['./a', { bytes: Uint8Array.of(65, 61, 255) }, ['services.web.env_file: ./a is not text in UTF-8']],
  ['./a', 'A=hunter2\0', ['services.web.env_file: ./a is not text in UTF-8']],
]
for (const [env, file, told] of refused) {
  test(`env_file ${JSON.stringify(env)}: ${told[0] ?? 'read'}`, () => {
    const found = inlined({ env_file: env }, { './a': file })
    assert.deepEqual(found.told, told)
    assert.doesNotMatch(JSON.stringify(found.told), /hunter2/)
  })
}

test('quotes stay, and that is said without the values', () => {
  const files = new Map([['./a', bytesOf('A="hunter2"\nB=\'x y\'\nC="half\nD=""\nE=a"b"')]])
  const { document, ignored } = inlineEnvFiles({ services: { web: { image: 'x', env_file: ['./a'] } } }, files, caller)
  assert.deepEqual(environmentOf(document), { A: '"hunter2"', B: "'x y'", C: '"half', D: '""', E: 'a"b"' })
  assert.deepEqual(describeIgnored(ignored), [
    'env_file (web): quotes in ./a stay part of the values: A, B, D; docker stack deploy keeps them, too, and docker compose takes them away',
  ])
  assert.doesNotMatch(JSON.stringify(ignored), /hunter2/)
})

test('each file is asked for with its limit', () => {
  const services = { web: { env_file: ['a', { path: 'b', required: false }] }, db: { env_file: 'a' }, none: null, other: {} }
  assert.deepEqual(
    envFilesOf({ services }).map(({ path, limitBytes }) => [path, limitBytes]),
    [
      ['a', 2 ** 20],
      ['b', 2 ** 20],
      ['a', 2 ** 20],
    ],
  )
})

test('a conflict about a variable from a file does not show it', () => {
  const before = inlined({ env_file: './a', environment: { SHOWN: '1' } }, { './a': 'PASSWORD=hunter2' }).document
  const now = inlined({ env_file: './a', environment: { SHOWN: '2' } }, { './a': 'PASSWORD=hunter3' }).document
  const live = {
    kind: 'Service',
    metadata: { name: 's_web', ownerReferences: [{ apiVersion: 'kit/v1', kind: 'Stack', name: 's', uid: 'u' }], managedFields: [] },
    spec: { template: { image: 'x', env: { PASSWORD: 'hunter4', SHOWN: '4' } } },
  }
  const view = { stackUid: 'u', get: (kind: string) => (kind === 'Service' ? live : undefined), owned: () => [], isRemembered: () => false }
  const { conflicts } = planStack('s', before, now, false, view)
  assert.deepEqual(conflicts.map(({ field }) => field.at(-1)).toSorted(), ['PASSWORD', 'SHOWN'])
  assert.match(JSON.stringify(conflicts), /"theirs":"4"/)
  assert.doesNotMatch(JSON.stringify(conflicts), /hunter/)
})
