// What files compile to, recorded. `KIT_REWRITE=1 node --test compose/golden.test.ts` records again;
// the difference is then a change in behaviour to be reviewed.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatDiagnostic } from '../api/format-diagnostic.ts'
import { readYaml } from '../api/yaml-document.ts'
import { compileStack } from './compile.ts'
import { toDiagnostics } from './diagnostics.ts'
import { resolveDocument } from './interpolate.ts'
import { readCompose } from './read.ts'

const root = join(import.meta.dirname, '..')
const testdata = join(import.meta.dirname, 'testdata')
const reference = [process.env['KIT_REFERENCE'], join(root, '..', 'shared')].find((path) => path !== undefined && existsSync(path))
if (reference === undefined) console.log('corpus not found: set KIT_REFERENCE to the reference directory to compile its stack files')

function check(path: string) {
  const source = { name: path, text: readFileSync(path, 'utf8') }
  const { documents, diagnostics } = readYaml(source)
  const [document] = documents
  if (document === undefined) return { diagnostics, text: diagnostics.map((each) => formatDiagnostic(each, source.text)).join('\n') }
  const resolved = resolveDocument(document.value, { HOME: '/home/user' })
  const read = readCompose(resolved.document)
  const problems = [...resolved.problems, ...('problems' in read ? read.problems : [])]
  const all = [...diagnostics, ...toDiagnostics(document, problems)]
  const drafts = 'model' in read ? compileStack(read.project ?? 'demo', read.model) : undefined
  return { diagnostics: all, drafts, text: all.map((each) => formatDiagnostic(each, source.text)).join('\n') }
}

function assertGolden(name: string, text: string) {
  const path = join(testdata, name)
  if (process.env['KIT_REWRITE'] === '1') writeFileSync(path, text)
  assert.equal(text, readFileSync(path, 'utf8'))
}

const compiled: readonly (readonly [golden: string, path: string | undefined])[] = [
  ['run.json', join(root, 'manifests', 'run.yml')],
  ['every-key.json', join(testdata, 'every-key.yml')],
  ['example-run.json', reference && join(reference, 'examples', 'run.yml')],
  ['voting-app.json', reference && join(reference, 'corpus', 'stacks', 'voting-app.yml')],
]
for (const [golden, path] of compiled.filter((entry): entry is readonly [string, string] => entry[1] !== undefined)) {
  test(`${golden.replace('.json', '')} compiles to the recorded objects, every time`, () => {
    const { drafts, text } = check(path)
    assert.equal(text, '')
    assertGolden(golden, `${JSON.stringify(drafts, undefined, 1)}\n`)
    assert.deepEqual(check(path).drafts, drafts)
  })
}

test('all mistakes of a file are reported at once, each with its place', () => {
  const path = join(testdata, 'mistakes.yml')
  assertGolden('mistakes.txt', `${check(path).text.replaceAll(path, 'mistakes.yml')}\n`)
})

if (reference !== undefined) {
  test('every real-world stack file compiles or is refused with reasons', () => {
    const directory = join(reference, 'corpus', 'stacks')
    const files = readdirSync(directory).filter((name) => name.endsWith('.yml'))
    const results = files.map((name) => ({ name, ...check(join(directory, name)) }))
    for (const { name, drafts, diagnostics } of results) assert.equal(drafts === undefined, diagnostics.length > 0, name)
    console.log(`${results.filter(({ drafts }) => drafts !== undefined).length} of ${files.length} corpus files compile`)
    assert.ok(files.length > 0)
  })
}
