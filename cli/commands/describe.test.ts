import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startProgram } from '../testdata/program.ts'
import { createTown } from '../ui/testdata/town.ts'

async function printed(...words: readonly string[]): Promise<string> {
  const town = createTown()
  await town.fill()
  const running = startProgram(words, town.client, town.clock)
  assert.equal(await running.ended, 0)
  return running.out()
}

test('describe of a node has its host name, sizes and times for people, and the tasks that count', async () => {
  const text = await printed('describe', 'node/mgr-1')
  assert.match(text, /^Name: +id-mgr-1\nKind: +Node\nHost: +mgr-1$/m)
  assert.match(text, /^ +memory: 8\.00Gi$/m)
  const tasks = /^Tasks:\n[\s\S]*?^ {2}\(4 ended before: kit get tasks --field-selector spec\.nodeName=id-mgr-1\)$/m.exec(text)?.[0]
  assert.deepEqual(tasks?.match(/shop_\w+\.\d\.a\d/g), ['shop_api.3.a1', 'shop_bad.1.a9', 'shop_web.1.a1'])
})

test('events about a node have its host name', async () => {
  assert.match(await printed('events'), / node\/w-3 +NodeDown /)
  assert.match(await printed('describe', 'node/w-3'), / node\/w-3 +NodeDown /)
})
