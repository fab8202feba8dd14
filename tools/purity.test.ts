// Nothing outside the edges touches time, chance, disk, network or the process: that is what lets
// whole clusters run from one seed. Hashing, sealing and checksums are allowed: they are functions.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { folderOf, isEdge, isTest, readSources, withoutComments } from './sources.ts'

const forbidden: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/, 'take a Clock'],
  [/\bMath\.random\b|\brandomBytes\b|\brandomUUID\b|\brandomInt\b|\bgetRandomValues\b/, 'take a Random'],
  [/\bset(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/, 'take a Clock'],
  [/(?<!-)\bprocess\./, 'take what you need as a parameter'],
  [/\bconsole\./, 'take a Log'],
  [/\bAbortSignal\.timeout\b/, 'take a Clock'],
  [/\blocaleCompare\b|\btoLocale\w+\b|\bIntl\./, 'the result depends on the machine; compare with < and >'],
]
const allowedModules = new Set([
  'node:assert/strict',
  'node:crypto',
  'node:zlib',
  'node:buffer',
  'node:util',
  'node:events',
  'node:path/posix',
  'node:path',
])

const sources = readSources().filter(({ path }) => !isEdge(path) && !isTest(path))

test('no time, chance, timers, process or console outside the edges', () => {
  const problems = sources.flatMap(({ path, text }) => {
    const code = withoutComments(text)
    // The simulator's loop lets all pending promises run by waiting for one turn of the real event loop.
    const rules = folderOf(path) === 'sim' ? forbidden.filter(([, remedy]) => remedy === 'take a Random') : forbidden
    return rules.filter(([pattern]) => pattern.test(code)).map(([pattern, remedy]) => `${path}: ${pattern.exec(code)?.[0]}: ${remedy}`)
  })
  assert.deepEqual(problems, [])
})

test('no module that does I/O is imported outside the edges', () => {
  const problems = sources
    .filter(({ path }) => path !== 'sim/main.ts')
    .flatMap(({ path, packages }) =>
      packages.filter((name) => name.startsWith('node:') && !allowedModules.has(name)).map((name) => `${path} imports ${name}`),
    )
  assert.deepEqual(problems, [])
})
