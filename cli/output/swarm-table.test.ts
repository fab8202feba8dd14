import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatAgo, formatDetails, formatSwarmTable, shout } from './swarm-table.ts'

test('ages are told in the largest unit, and in the singular where there is one', () => {
  const ages = [-5000, 0, 1000, 28_000, 60_000, 119_000, 3_600_000, 2 * 86_400_000, 8 * 86_400_000, 400 * 86_400_000]
  assert.deepEqual(ages.map(formatAgo), [
    ...['now', 'now', '1 second ago', '28 seconds ago', '1 minute ago', '1 minute ago'],
    ...['1 hour ago', '2 days ago', '1 week ago', '1 year ago'],
  ])
})

test('a table: dashes as long as the heading, no control characters, no trailing spaces', () => {
  assert.equal(
    formatSwarmTable(
      ['ID', 'Name'],
      [
        ['1', 'a\u001b[31mb\nc'],
        ['22', ''],
      ],
      4,
    ),
    'ID    Name\n--    ----\n1     ab c\n22',
  )
})

test('details: what is not there is left out, with headings that nothing is below of', () => {
  const details = formatDetails([
    ['ID', 'x'],
    'Update',
    [' State', undefined],
    'Template',
    ' Container',
    ['  Image', 'redis'],
    ' Placement',
    ['Ports', ''],
  ])
  assert.equal(details, 'ID                : x\nTemplate\n Container\n  Image           : redis')
  assert.equal(
    formatDetails([['  Args', 'node -e one\ntwo\n']]),
    '  Args            : node -e one\n                    two',
    'lines stay below',
  )
  assert.equal(shout('RollbackStarted'), 'ROLLBACK_STARTED')
})
