import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProgram } from './program.ts'

async function helpOf(path: readonly string[]): Promise<string> {
  let text = ''
  const program = createProgram(
    () => assert.fail('help needs no cluster'),
    (part) => (text += part),
  )
  assert.equal(await program.run([...path, '--help']), 0)
  return text
}

/** Every command and group, as the help lists them. */
async function walk(path: readonly string[] = []): Promise<ReadonlyMap<string, string>> {
  const text = await helpOf(path)
  const [, list = ''] = /^Commands:\n((?: {2,}.*\n)*)/m.exec(text) ?? []
  const below = [...list.matchAll(/^ {2}([\w-]+)/gm)].map(([, word = '']) => word).filter((word) => word !== 'help')
  const maps = await Promise.all(below.map((word) => walk([...path, word])))
  return new Map([[['kit', ...path].join(' '), text], ...maps.flatMap((map) => [...map])])
}

test('the help of every command has examples of that command, and lines that fit a terminal', async () => {
  const all = await walk()
  for (const name of ['kit up', 'kit rollout', 'kit rollout undo', 'kit secret create', 'kit node install']) assert.ok(all.has(name), name)
  for (const [name, text] of all) {
    const [, block = ''] = /^Examples:\n((?: {2}.*\n)+)/m.exec(text) ?? []
    assert.notEqual(block, '', `${name} --help has no Examples: add some to cli/help.ts`)
    const words = name.split(' ').slice(1).join(' ')
    for (const example of block.trimEnd().split('\n')) assert.match(example, new RegExp(`\\bkit (--dir \\S+ )?${words}`), name)
    for (const line of text.split('\n').filter((each) => !block.includes(each))) assert.ok(line.length <= 84, `${name}: ${line}`)
  }
})
