import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { inOrder, nextFile, runSideBySide } from './side-by-side.ts'

const alone = 'e2e/five-machines.test.ts'
const engine = ['agent/docker/files.test.ts', 'e2e/docker.test.ts']

test('what takes longest is begun first: what needs the engine, then what waits, then simulations, then the rest', () => {
  const files = [
    'agent/agent.test.ts',
    engine[0],
    'cli/apply.test.ts',
    'e2e/apply.test.ts',
    engine[1],
    'e2e/ports.test.ts',
    'sim/votes.test.ts',
  ] as string[]
  assert.deepEqual(inOrder(files), [
    ...engine,
    'e2e/apply.test.ts',
    'e2e/ports.test.ts',
    'sim/votes.test.ts',
    'agent/agent.test.ts',
    'cli/apply.test.ts',
  ])
})

const cases: readonly [
  string,
  { waiting: readonly string[]; running: readonly string[]; hasNetworks: boolean; next: string | undefined },
][] = [
  ['the engine is free', { waiting: engine, running: ['e2e/apply.test.ts'], hasNetworks: true, next: engine[0] }],
  [
    'the engine is taken',
    { waiting: [engine[1] ?? '', 'e2e/a.test.ts'], running: [engine[0] ?? ''], hasNetworks: true, next: 'e2e/a.test.ts' },
  ],
  ['each has a network', { waiting: ['e2e/b.test.ts'], running: ['e2e/a.test.ts'], hasNetworks: true, next: 'e2e/b.test.ts' }],
  [
    'all have one network',
    { waiting: ['e2e/b.test.ts', 'api/a.test.ts'], running: ['e2e/a.test.ts'], hasNetworks: false, next: 'api/a.test.ts' },
  ],
  ['all have one network, the engine too', { waiting: engine, running: ['e2e/a.test.ts'], hasNetworks: false, next: undefined }],
  ['the network is free', { waiting: ['e2e/b.test.ts'], running: ['api/a.test.ts'], hasNetworks: false, next: 'e2e/b.test.ts' }],
  ['one needs the machine', { waiting: [alone, 'api/a.test.ts'], running: ['e2e/a.test.ts'], hasNetworks: true, next: 'api/a.test.ts' }],
  ['it is all that is left', { waiting: [alone], running: ['e2e/a.test.ts'], hasNetworks: true, next: undefined }],
  ['the machine is free for it', { waiting: [alone], running: [], hasNetworks: true, next: alone }],
  ['it has the machine', { waiting: ['api/a.test.ts'], running: [alone], hasNetworks: true, next: undefined }],
  ['nothing is left', { waiting: [], running: engine, hasNetworks: true, next: undefined }],
]
for (const [name, { waiting, running, hasNetworks, next }] of cases) {
  test(`which file is begun next when ${name}`, () => assert.equal(nextFile(waiting, running, hasNetworks), next))
}

test('each file is named with what became of it, a failed one with all that it printed, and what is skipped is said once', async (context) => {
  const directory = mkdtempSync(join(tmpdir(), 'kit-side-by-side-'))
  context.after(() => rmSync(directory, { recursive: true }))
  const file = (name: string, body: string): void =>
    writeFileSync(join(directory, name), `import { test } from 'node:test'\nimport assert from 'node:assert/strict'\n${body}\n`)
  file('good.test.mjs', "console.log('skipped: this'); test('a', () => console.log('nobody asks'))")
  file('bad.test.mjs', "console.log('skipped: this'); test('b', () => { console.error('this is why'); assert.equal(1, 2) })")
  file('broken.test.mjs', "throw new Error('cannot be read')")
  // Ends while somebody else still holds its output.
  file(
    'left.test.mjs',
    `import { spawn } from 'node:child_process'
const child = spawn('sleep', ['300'], { detached: true, stdio: 'inherit' })
child.unref()
console.log('left', child.pid)
test('c', () => assert.fail('it stays'))`,
  )
  const lines: string[] = []
  context.mock.method(console, 'log', (line: string) => lines.push(line))

  const failed = await runSideBySide(['good.test.mjs', 'bad.test.mjs', 'broken.test.mjs', 'left.test.mjs'], 2, directory)

  const said = lines.join('\n')
  process.kill(Number(/^left (\d+)$/m.exec(said)?.[1]))
  const why = Object.fromEntries(failed.map((failure) => [failure.file, failure.why]))
  assert.deepEqual(Object.keys(why).toSorted(), ['bad.test.mjs', 'broken.test.mjs', 'left.test.mjs'])
  assert.match(why['bad.test.mjs'] ?? '', /✖ b[\s\S]*1 !== 2/)
  assert.doesNotMatch(why['bad.test.mjs'] ?? '', /this is why/)
  assert.match(why['broken.test.mjs'] ?? '', /cannot be read/)
  for (const pattern of [
    /^ok +\d+\.\d s {2}good\.test\.mjs$/m,
    /^FAILED +\d+\.\d s {2}bad\.test\.mjs\n[\s\S]*this is why[\s\S]*1 !== 2/m,
    /cannot be read/,
    /it stays/,
  ])
    assert.match(said, pattern)
  assert.doesNotMatch(said, /nobody asks/)
  assert.equal(lines.filter((line) => line === 'skipped: this').length, 1)
})
