// The house rules that a machine can see: who may import whom (the table in ARCHITECTURE.md), no
// import cycle, one controller never importing another, and the pure parts being synchronous.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { folderOf, isEdge, isTest, readSources, root, withoutComments } from './sources.ts'

const sources = readSources()
const production = sources.filter(({ path }) => !isTest(path))

function readTable(): ReadonlyMap<string, ReadonlySet<string>> {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
  const rows = [...text.matchAll(/^\| `([a-z0-9]+)` *\|([^|]*)\|$/gm)]
  return new Map(
    rows.map(([, folder = '', cell = '']) => [folder, new Set([...cell.matchAll(/`([a-z0-9]+)`/g)].map((match) => match[1] ?? ''))]),
  )
}

test('every import is allowed by the layer table, and every permission is used', () => {
  const table = readTable()
  const unused = new Set([...table].flatMap(([folder, allowed]) => [...allowed].map((target) => `${folder} → ${target}`)))
  const problems: string[] = []
  for (const { path, imports } of production) {
    const folder = folderOf(path)
    if (folder === 'tools') continue
    const allowed = table.get(folder)
    if (allowed === undefined) problems.push(`${path}: folder \`${folder}\` has no row in ARCHITECTURE.md`)
    for (const target of imports) {
      const other = folderOf(target)
      if (other === folder || target === 'package.json') continue
      unused.delete(`${folder} → ${other}`)
      if (!allowed?.has(other))
        problems.push(`${path} imports ${target}: add \`${other}\` to the row of \`${folder}\` in ARCHITECTURE.md if that is right`)
    }
  }
  assert.deepEqual(problems, [])
  assert.deepEqual([...unused], [], 'permissions in ARCHITECTURE.md that nothing uses')
})

test('only the edges import the edges', () => {
  const problems = production.flatMap(({ path, imports }) =>
    isEdge(path) ? [] : imports.filter((target) => isEdge(target)).map((target) => `${path} imports ${target}`),
  )
  assert.deepEqual(problems, [])
})

test('tests import what they test, the simulator and what builds their inputs, never the CLI or end-to-end tests', () => {
  const problems = sources
    .filter(({ path }) => isTest(path) && !['cli', 'e2e', 'tools'].includes(folderOf(path)))
    .flatMap(({ path, imports }) =>
      imports.filter((target) => ['cli', 'e2e', 'tools'].includes(folderOf(target))).map((target) => `${path} imports ${target}`),
    )
  assert.deepEqual(problems, [])
})

test('what drives the built programs takes the judge of histories from the simulator, and nothing else', () => {
  const problems = production
    .filter(({ path }) => folderOf(path) === 'e2e')
    .flatMap(({ path, imports }) =>
      imports
        .filter((target) => folderOf(target) !== 'e2e' && target !== 'sim/checkers/linearizable.ts')
        .map((target) => `${path} imports ${target}`),
    )
  assert.deepEqual(problems, [])
})

test('there is no import cycle, type-only imports included', () => {
  const importsOf = new Map(sources.map(({ path, imports }) => [path, imports]))
  const done = new Set<string>()
  const trail: string[] = []
  const cycles: string[] = []
  function visit(path: string): void {
    if (done.has(path)) return
    const at = trail.indexOf(path)
    if (at >= 0) {
      cycles.push([...trail.slice(at), path].join(' → '))
      return
    }
    trail.push(path)
    for (const target of importsOf.get(path) ?? []) visit(target)
    trail.pop()
    done.add(path)
  }
  for (const { path } of sources) visit(path)
  assert.deepEqual(cycles, [])
})

test('a controller never imports another controller', () => {
  const shared = new Set(['runtime', 'slots'])
  const problems = production
    .filter(({ path }) => folderOf(path) === 'controllers')
    .flatMap(({ path, imports }) => {
      const own = path.split('/')[1] ?? ''
      return (
        imports
          .filter((target) => folderOf(target) === 'controllers' && !shared.has(target.split('/')[1] ?? '') && target.split('/')[1] !== own)
          // Rules that are asked from several rooms are pure functions; the scheduler's filters are such rules.
          .filter((target) => target !== 'controllers/scheduler/filters.ts')
          .map((target) => `${path} imports ${target}`)
      )
    })
  assert.deepEqual(problems, [])
})

test('the pure parts contain no async', () => {
  const pure =
    /^(api\/(?!store|client)|compose\/|network\/|store\/raft\/|store\/mvcc\/state|controllers\/slots\/)|\/(decide|filters|next-step)\.ts$/
  const problems = production
    .filter(({ path, text }) => pure.test(path) && /\basync\b|\bawait\b/.test(withoutComments(text)))
    .map(({ path }) => path)
  assert.deepEqual(problems, [])
})

test('the simulator runs what production runs: only effects and the executor differ', () => {
  const importsOf = new Map(sources.map(({ path, imports }) => [path, imports]))
  const reachable = (entry: string): ReadonlySet<string> => {
    const seen = new Set<string>()
    const visit = (path: string): void => {
      if (seen.has(path)) return
      seen.add(path)
      for (const target of importsOf.get(path) ?? []) visit(target)
    }
    visit(entry)
    return seen
  }
  const simulated = reachable('sim/cluster.ts')
  const isEdgeOfProduction = (path: string): boolean =>
    /^(effects\/real|agent\/docker|agent\/process|agent\/proxy|server\/http|cli)\//.test(path)
  /** What only TLS asks, of certificates that the simulated network does not carry; effects/real/tls-transport.test.ts and server/http/remote-api.test.ts ask it everything. */
  const askedByTls = new Set(['server/recognize.ts'])
  const missing = [...reachable('cli/kitd.ts')].filter(
    (path) => path.endsWith('.ts') && !isEdgeOfProduction(path) && !askedByTls.has(path) && !simulated.has(path),
  )
  assert.deepEqual(missing, [], 'parts of production that the simulator does not run')
})
