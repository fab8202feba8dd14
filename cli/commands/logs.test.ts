import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatusError } from '../../api/errors.ts'
import { startProgram } from '../testdata/program.ts'
import { createTown } from '../ui/testdata/town.ts'

async function said(...words: readonly string[]): Promise<readonly [out: string, err: string]> {
  const town = createTown()
  await town.fill()
  const running = startProgram(['logs', ...words], town.client, town.clock)
  assert.equal(await running.ended, 0)
  return [running.out(), running.err()]
}

test('of a slot whose task has written nothing yet it is said where the words of the one before are', async () => {
  assert.deepEqual(await said('shop_bad.1'), [
    '',
    'task/shop_bad.1.a9 has written nothing; `kit logs shop_bad.1 --previous` has what the one before it wrote\n',
  ])
  assert.deepEqual(await said('shop_api.1'), ['listening on 80\n\u001b[31mGET /cart 200\u001b[0m in 12 ms\n', ''])
  assert.deepEqual(await said('shop_web.1'), ['', ''], 'there was none before')
})

test('who follows a log that breaks off is told how it goes on from its last line', async () => {
  const town = createTown()
  await town.fill()
  const logs: typeof town.client.logs = async function* () {
    yield { at: Date.parse('2026-01-31T12:00:00.250Z'), task: 'shop_web.1.a1', stream: 'stdout', text: 'hello' }
    throw new StatusError('Unavailable', 'the connection broke')
  }
  const running = startProgram(['logs', '-f', 'service/shop_web'], { ...town.client, logs }, town.clock)
  assert.equal(await running.ended, 1)
  assert.match(
    running.err(),
    /^the log ends here; `kit logs service\/shop_web -f --since 2026-01-31T12:00:00\.250Z` goes on from its last line\n/,
  )
  assert.match(running.err(), /the connection broke/)
})
