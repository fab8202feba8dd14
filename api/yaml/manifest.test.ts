import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatDiagnostics } from '../format-diagnostic.ts'
import { readManifests } from './manifest.ts'

const testdata = join(import.meta.dirname, 'testdata')
const samples = join(import.meta.dirname, '../../manifests/samples')

/** What is printed for each `*.yml` in testdata is recorded beside it; KIT_REWRITE=1 records again. */
for (const name of readdirSync(testdata).filter((file) => file.endsWith('.yml'))) {
  test(`the mistakes in ${name} are drawn as recorded`, () => {
    const text = readFileSync(join(testdata, name), 'utf8')
    const { diagnostics } = readManifests([{ name, text }])
    const drawing = `${formatDiagnostics(diagnostics, () => text, 100)}\n`
    const recorded = join(testdata, name.replace(/\.yml$/, '.out'))
    if (process.env['KIT_REWRITE'] !== undefined) writeFileSync(recorded, drawing)
    assert.equal(drawing, readFileSync(recorded, 'utf8'))
  })
}

for (const name of readdirSync(samples)) {
  test(`the sample ${name} is valid`, () => {
    const { documents, diagnostics } = readManifests([{ name, text: readFileSync(join(samples, name), 'utf8') }])
    assert.deepEqual(diagnostics, [])
    assert.deepEqual(
      documents.map(({ kind }) => `${kind.toLowerCase()}.yaml`),
      [name],
    )
  })
}

test('a document without a kind that has services is a Compose file', () => {
  const { documents } = readManifests([{ name: 'run.yml', text: 'services: {web: {image: nginx}}\n' }])
  assert.deepEqual(
    documents.map(({ kind, file }) => [kind, file]),
    [['Compose', 'run.yml']],
  )
})

test('mistakes of all files are found in one run, in order of place', () => {
  const files = [
    { name: 'b.yml', text: 'a: [\n' },
    { name: 'a.yml', text: 'kind: Servise\n---\napiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {template: {image: a}}\n' },
  ]
  assert.deepEqual(
    readManifests(files).diagnostics.map(({ code, file, line }) => [code, file, line]),
    [
      ['KIT0112', 'a.yml', 1],
      ['KIT0114', 'a.yml', 3],
      ['KIT0102', 'b.yml', 2],
    ],
  )
})

test('one object in two files names both places', () => {
  const text = 'apiVersion: kit/v1\nkind: Volume\nmetadata: {name: v}\nspec: {}\n'
  const [diagnostic, ...others] = readManifests([
    { name: 'a.yml', text },
    { name: 'b.yml', text },
  ]).diagnostics
  assert.deepEqual(others, [])
  assert.match(diagnostic?.message ?? '', /two documents define Volume `v`: this one and a.yml:3:18/)
})

test('a kind of Kubernetes is told what it is here', () => {
  const hintFor = (kind: string) => {
    const [diagnostic] = readManifests([{ name: 'a.yml', text: `apiVersion: apps/v1\nkind: ${kind}\n` }]).diagnostics
    return `${diagnostic?.code} ${diagnostic?.message}: ${diagnostic?.hint}`
  }
  assert.equal(hintFor('Deployment'), "KIT0112 unknown kind 'Deployment': in kit it is a Service")
  assert.equal(hintFor('Pod'), "KIT0112 unknown kind 'Pod': in kit a Service makes it")
})

test('kinds that kit writes itself cannot be applied', () => {
  const text = 'apiVersion: kit/v1\nkind: Task\nmetadata: {name: a}\nspec: {}\nstatus: {}\n'
  assert.match(readManifests([{ name: 'a.yml', text }]).diagnostics[0]?.message ?? '', /a Task is written by kit itself/)
})

test('however a manifest is mangled, the result is objects or diagnostics with places', () => {
  const text = readFileSync(join(samples, 'service.yaml'), 'utf8')
  const cut = fc.record({
    at: fc.nat({ max: text.length }),
    length: fc.nat({ max: 20 }),
    by: fc.constantFrom('', ' ', '\t', ':', '- ', '{', '"', '\n', '3', '*a', 'null'),
  })
  fc.assert(
    fc.property(fc.array(cut, { minLength: 1, maxLength: 4 }), (cuts) => {
      const mangled = cuts.reduce((now, { at, length, by }) => now.slice(0, at) + by + now.slice(at + length), text)
      const { documents, diagnostics } = readManifests([{ name: 'm.yml', text: mangled }])
      assert(documents.length + diagnostics.length > 0 || mangled.trim() === '' || mangled.trim() === 'null')
      for (const { line, column, endColumn } of diagnostics) assert(line >= 1 && column >= 1 && endColumn > column)
      formatDiagnostics(diagnostics, () => mangled)
    }),
    { numRuns: 300 },
  )
})
