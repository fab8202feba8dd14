import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { until } from '../../effects/real/testdata/until.ts'
import { dial } from './testdata/programs.ts'

test('with no descriptors left clients are turned away, and served again once others have gone', async (context) => {
  const program = join(import.meta.dirname, 'testdata/limited.ts')
  const child = spawn('sh', ['-c', 'ulimit -n 60; exec "$@"', 'sh', process.execPath, program], { stdio: ['ignore', 'pipe', 'inherit'] })
  context.after(() => child.kill('SIGKILL'))
  let said = ''
  child.stdout.on('data', (text) => (said += text))
  await until('it listens', () => /port \d+/.test(said))
  const port = Number(/port (\d+)/.exec(said)?.[1])

  const held: Socket[] = Array.from({ length: 100 }, () => connect(port, '127.0.0.1').on('error', () => {}))
  await until('some are turned away', () => held.some((socket) => socket.closed))
  for (const socket of held) socket.destroy()
  let answer = ''
  while (answer !== 'hello') {
    const client = await dial(context, port)
    client.end('hello')
    answer = await Promise.race([
      once(client, 'data').then(String, () => ''),
      once(client, 'close').then(
        () => '',
        () => '',
      ),
    ])
  }
  assert.equal(child.exitCode, null, 'the same program')
})
