import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatColumns } from './columns.ts'
import { formatSwarmTable } from './swarm-table.ts'

const tasks = {
  headings: ['Name', 'Node', 'Desired', 'State', 'Error', 'Age'],
  rows: [
    ['run_agent.93eou3jvv2wazafviepx7w8b5.kela3ahjb5', 'node-1', 'Running', 'Running', '', '6s'],
    ['run_setup.1.z5xhdtoai4', 'node-1', 'Shutdown', 'Complete', '', '6s'],
  ],
}

test('a table that has room is as it is everywhere', () => {
  assert.equal(formatColumns(tasks, 200), formatColumns(tasks))
})

test('on a terminal that is too narrow, columns that say nothing go, then ids are short', () => {
  assert.equal(formatColumns(tasks, 80).split('\n')[0], `NAME${' '.repeat(44)}NODE    DESIRED   STATE     AGE`)
  assert.equal(
    formatColumns(tasks, 70),
    [
      'NAME                            NODE    DESIRED   STATE     AGE',
      'run_agent.93eou3jv….kela3ahjb5  node-1  Running   Running   6s',
      'run_setup.1.z5xhdtoai4          node-1  Shutdown  Complete  6s',
    ].join('\n'),
  )
})

const withErrors = (...errors: readonly string[]) => ({ ...tasks, rows: tasks.rows.map((row, at) => row.with(4, errors[at] ?? '')) })

test('prose breaks between words in its column, and stands below its row where the column is too narrow for it', () => {
  assert.equal(
    formatColumns(withErrors('', 'exited with code 1'), 80),
    [
      'NAME                            NODE    DESIRED   STATE     ERROR        AGE',
      'run_agent.93eou3jv….kela3ahjb5  node-1  Running   Running   <none>       6s',
      'run_setup.1.z5xhdtoai4          node-1  Shutdown  Complete  exited with  6s',
      '                                                            code 1',
    ].join('\n'),
  )
  assert.equal(
    formatColumns(withErrors('', 'the process executor runs no images, and the task has no command: set `command`'), 60),
    [
      'NAME                            NODE    STATE     AGE',
      'run_agent.93eou3jv….kela3ahjb5  node-1  Running   6s',
      '  desired: Running',
      'run_setup.1.z5xhdtoai4          node-1  Complete  6s',
      '  desired: Shutdown',
      '  error: the process executor runs no images, and the task',
      '    has no command: set `command`',
    ].join('\n'),
  )
})

test('a name that is wider than the terminal is not cut', () => {
  assert.equal(formatColumns({ headings: ['Name', 'Age'], rows: [['a-very-long-name', '6s']] }, 12), 'NAME\na-very-long-name\n  age: 6s')
})

test('tables in the manner of swarmctl fit as well', () => {
  const row = ['9a7kjql0ot4az842081012wou', 'node-1', 'ACCEPTED', 'READY', 'ACTIVE', 'REACHABLE *']
  const headings = ['ID', 'Name', 'Membership', 'Status', 'Availability', 'Manager Status']
  assert.equal(
    formatSwarmTable(headings, [row], 2, 80),
    [
      'ID         Name    Membership  Status  Availability  Manager Status',
      '--         ----    ----------  ------  ------------  --------------',
      '9a7kjql0…  node-1  ACCEPTED    READY   ACTIVE        REACHABLE *',
    ].join('\n'),
  )
})
