import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Ended, type Failure, failureOf } from './failure.ts'

const failed = (name: string, ...lines: readonly string[]): string =>
  [`# Subtest: ${name}`, `not ok 1 - ${name}`, '  ---', ...lines.map((line) => `  ${line}`), '  ...'].join('\n')
const didNotLoad = (...lines: readonly string[]): string =>
  [...lines.map((line) => `# ${line}`), failed('store/a.test.ts', "error: 'test failed'")].join('\n')
const ofCluster = `error: |-
    12:00 worker-1 is gone
    seed 7 failed: AssertionError [ERR_ASSERTION]: web.1 has been held for 61 s
        at look (file:///x/sim/checkers/held-tasks-are-released.ts:20:14)
      again: npm run sim -- --seed 7`

const cases: readonly (readonly [what: string, output: string, failure: Failure, how?: Partial<Ended>])[] = [
  ['an assertion', failed('it holds', "error: '1 == 2'", "code: 'ERR_ASSERTION'"), { found: 'it holds' }],
  [
    'of one in another the inner one',
    `    ${failed('inner', "error: 'no'").replaceAll('\n', '\n    ')}\n${failed('outer', "error: '1 subtest failed'")}`,
    { found: 'inner' },
  ],
  ['a run of members', failed('1 group', 'error: |-', '  seed 3 failed: I10: no order', '  again: x'), { found: 'run 3: I10: no order' }],
  ['a run of clusters', failed('20 clusters', ofCluster), { found: 'run 7: held-tasks-are-released: web.1 has been held for 61 s' }],
  ['an assertion before it was stopped', failed('it holds', "error: 'no'"), { found: 'it holds' }, { wasStopped: true }],
  ['a test that does not end', '# Subtest: it holds', { stopped: true }, { wasStopped: true }],
  [
    'an assertion outside of any test',
    didNotLoad('AssertionError [ERR_ASSERTION]: 1 == 2'),
    { found: 'store/a.test.ts: AssertionError [ERR_ASSERTION]: 1 == 2' },
  ],
  [
    'data that cannot be read',
    didNotLoad('SyntaxError: Unexpected token h in JSON at position 1'),
    { found: 'store/a.test.ts: SyntaxError: Unexpected token h in JSON at position 1' },
  ],
  ['a process that ends', failed('store/a.test.ts', 'exitCode: 3'), { found: 'store/a.test.ts: it ends early' }],
  ['what it is undefined on is a find', failed('it holds', `error: "Cannot read properties of undefined"`), { found: 'it holds' }],
  [
    'a name that nothing has',
    failed('it holds', "error: 'limit is not defined'", "name: 'ReferenceError'"),
    { broken: 'limit is not defined' },
  ],
  ['one in a run', failed('1 group', 'error: |-', '  seed 1 failed: limit is not defined'), { broken: 'limit is not defined' }],
  [
    'one that is used too early',
    failed('it holds', `error: "Cannot access 'limit' before initialization"`),
    { broken: "Cannot access 'limit' before initialization" },
  ],
  [
    'no TypeScript',
    didNotLoad('const x = = 3', 'SyntaxError [ERR_INVALID_TYPESCRIPT_SYNTAX]: Expression expected'),
    { broken: 'SyntaxError [ERR_INVALID_TYPESCRIPT_SYNTAX]: Expression expected' },
  ],
  [
    'an import of what is not there',
    didNotLoad("SyntaxError: The requested module './b.ts' does not provide an export named 'c'"),
    { broken: "SyntaxError: The requested module './b.ts' does not provide an export named 'c'" },
  ],
  ['no test', '', { broken: 'the tests were not run' }],
]
for (const [what, output, failure, how] of cases)
  test(`what is said of a bug: ${what}`, () => {
    assert.deepEqual(failureOf({ output: `TAP version 13\n${output}\n1..1\n`, isPassed: false, wasStopped: false, ...how }), failure)
  })

test('what passes finds nothing, whatever it printed', () => {
  assert.equal(failureOf({ output: '# Error: limit is not defined', isPassed: true, wasStopped: false }), undefined)
})
