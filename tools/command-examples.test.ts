import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simpleCommands } from '../e2e/documented-commands.ts'
import { type Entry, readEntry } from './cli-reference.ts'
import { problemOf } from './command-problems.ts'

function flat(entry: Entry): readonly Entry[] {
  return [entry, ...entry.below.flatMap(flat)]
}

function examplesOf({ help }: Entry): readonly string[] {
  const [, block = ''] = /^Examples:\n((?: {2}.*\n)+)\nUsage: kit/.exec(help) ?? []
  return block.split('\n').flatMap((line) => (line === '' ? [] : [line.slice(2)]))
}

const entries = flat(await readEntry([]))

test('the help lists its commands and groups', () => {
  const names = entries.map(({ path }) => path.join(' '))
  for (const name of ['', 'up', 'rollout undo', 'secret create', 'node install', 'service update', 'swarm user add', 'gitops diff'])
    assert.ok(names.includes(name), name)
})

for (const entry of entries) {
  const name = entry.path.join(' ')
  test(`kit ${name} --help begins with three examples of it, or more, that kit understands`, async () => {
    const examples = examplesOf(entry)
    assert.ok(examples.length >= 3, `there are ${examples.length}: add some to its entry in cli/help/help.ts or beside it`)
    assert.equal(new Set(examples).size, examples.length)
    for (const example of examples) {
      assert.match(example, new RegExp(`\\bkit (--\\w+ \\S+ )*${name}`))
      for (const words of simpleCommands(example)) assert.equal(await problemOf(words), undefined, example)
    }
    for (const line of entry.help.split('\n').filter((each) => !examples.includes(each.slice(2)))) assert.ok(line.length <= 80, line)
  })
}
