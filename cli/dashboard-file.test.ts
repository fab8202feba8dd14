import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filledIn, parseDashboardFile } from './dashboard-file.ts'

const grafana = { key: 'ctrl-g', on: ['services'], help: 'its graphs', command: 'open http://grafana/{name}' }

test('themes of contexts and keys of one’s own are read from one file, beside the filters', () => {
  assert.deepEqual(parseDashboardFile('f', ''), { themes: {}, keys: [], readOnly: [] })
  const text = JSON.stringify({ filters: { tasks: ['x'] }, themes: { prod: 'production' }, readOnly: ['prod'], keys: [grafana] })
  assert.deepEqual(parseDashboardFile('f', text), { themes: { prod: 'production' }, readOnly: ['prod'], keys: [grafana] })
})

test('what is wrong in it is said with its place', () => {
  const rows: readonly (readonly [value: unknown, said: RegExp])[] = [
    [[1], /^Error: f: it must be a map with/],
    [{ themes: { prod: 1 } }, /f: themes\.prod must be the name of a theme/],
    [{ readOnly: 'prod' }, /f: readOnly must be a list of contexts/],
    [{ keys: {} }, /f: keys must be a list of at most 50/],
    [{ keys: [{ ...grafana, key: 'F5' }] }, /keys\[0\]\.key must be one character, or ctrl- and a letter/],
    [{ keys: [grafana, { ...grafana, on: [] }] }, /keys\[1\]\.on must be a list of views/],
    [{ keys: [{ ...grafana, help: '' }] }, /keys\[0\]\.help/],
    [{ keys: [{ ...grafana, command: 7 }] }, /keys\[0\]\.command/],
  ]
  for (const [value, said] of rows) assert.throws(() => parseDashboardFile('f', JSON.stringify(value)), said)
  assert.throws(() => parseDashboardFile('f', 'a: ]'), /f: it is not YAML; docs\/dashboard\.md has an example/)
})

test('nothing in a name is read by the shell', () => {
  const values = { name: "a'; rm -rf $HOME; '", kind: 'Service', context: '' }
  assert.equal(filledIn('echo {kind} {name} {context} {other}', values), `echo 'Service' 'a'\\''; rm -rf $HOME; '\\''' '' {other}`)
})
