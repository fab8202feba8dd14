import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CommandError } from './exit.ts'
import { filtersOf, hasLabel, printListing } from './listing.ts'
import type { Options } from './options.ts'

const rows = [{ ID: '1', Name: 'redis', Mode: 'replicated' }, { ID: '2', Name: 'web', Mode: 'global' }] // biome-ignore format: one table

function printed(options: Options): string {
  let text = ''
  const out = (part: string): void => {
    text += part
  }
  printListing({ out }, options, { columns: [['ID', 'ID'], ['Name', 'Name']], rows, more: ['Mode'] }) // biome-ignore format: one idea
  return text
}

test('a table with dashes below its headings, ids, JSON lines, and templates of docker', () => {
  assert.equal(printed({}), 'ID  Name\n--  ----\n1   redis\n2   web\n')
  assert.equal(printed({ quiet: true }), '1\n2\n')
  assert.equal(printed({ format: 'json' }).split('\n')[1], '{"ID":"2","Name":"web","Mode":"global"}')
  assert.equal(printed({ format: '{{.Name}}\\t{{ .Mode }}' }), 'redis\treplicated\nweb\tglobal\n')
  assert.equal(printed({ format: 'table {{.Name}}\\t{{.Mode}}' }), 'Name   Mode\n----   ----\nredis  replicated\nweb    global\n')
  assert.throws(() => printed({ format: '{{.Nmae}}' }), /there is no \.Nmae; there are \.ID, \.Name, \.Mode/)
  assert.throws(() => printed({ format: '{{range .}}' }), CommandError)
})

test('filters: values of one key are alternatives, all keys must hold, an unknown key is named', () => {
  const known = {
    name: (row: (typeof rows)[number], value: string) => row.Name === value,
    mode: ({ Mode }: { Mode: string }, value: string) => Mode === value,
  }
  const names = (...filter: readonly string[]): readonly string[] => rows.filter(filtersOf({ filter }, known)).map(({ Name }) => Name)
  assert.deepEqual(names(), ['redis', 'web'])
  assert.deepEqual(names('name=web', 'name=redis'), ['redis', 'web'])
  assert.deepEqual(names('name=web', 'name=redis', 'mode=global'), ['web'])
  assert.throws(() => names('moed=global'), /there is no filter "moed"; did you mean "mode"\?/)
  assert.throws(() => names('web'), /"web" is not key=value/)
  assert.ok(hasLabel({ a: 'b=c' }, 'a') && hasLabel({ a: 'b=c' }, 'a=b=c') && !hasLabel({ a: 'b' }, 'a=c') && !hasLabel(undefined, 'a'))
})
