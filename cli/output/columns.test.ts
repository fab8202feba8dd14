import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatColumns } from './columns.ts'

test('columns are as wide as their widest cell and lines do not end in spaces', () => {
  const text = formatColumns({
    headings: ['Name', 'Ready'],
    rows: [
      ['web', '3/3'],
      ['a-long-name', ''],
    ],
  })
  assert.equal(text, 'NAME          READY\nweb           3/3\na-long-name   <none>')
})

test('a cell cannot move the cursor or break the line', () => {
  assert.equal(formatColumns({ headings: ['Error'], rows: [['pass\b\b\b\bfail \u009b2J']] }), 'ERROR\npass����fail')
  assert.equal(formatColumns({ headings: ['Error'], rows: [['\u001b[31mred\u001b[0m\nline two']] }), 'ERROR\nred line two')
})
