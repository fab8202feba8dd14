import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { LogLine } from '../../api/session.ts'
import { assignment } from '../testdata/assignment.ts'
import { readLog } from './log-reader.ts'
import { LogWriter, maxLineBytes } from './log-writer.ts'
import { scratch } from './testdata/scratch.ts'

const never = new AbortController().signal
const node = { id: 'node-1', hostname: 'one', os: 'linux', arch: 'x86_64' }

async function collect(lines: AsyncIterable<LogLine>): Promise<readonly LogLine[]> {
  const collected: LogLine[] = []
  for await (const line of lines) collected.push(line)
  return collected
}

test('output becomes lines, whatever the pieces it arrives in', async (context) => {
  const { directory } = scratch(context)
  const writer = new LogWriter(directory, 1_000_000)
  const bytes = Buffer.from('first\nsécond\n\nlast without an end')
  for (const byte of bytes) writer.write('stdout', Buffer.of(byte))
  writer.write('stderr', Buffer.from('an error\n'))
  writer.close()
  const lines = await collect(readLog(directory, 'web.1.a', {}, never))
  assert.deepEqual(
    lines.map(({ stream, text }) => `${stream}: ${text}`),
    ['stdout: first', 'stdout: sécond', 'stdout: ', 'stderr: an error', 'stdout: last without an end'],
  )
})

test('a line that is too long becomes several, with nothing lost', async (context) => {
  const { directory } = scratch(context)
  const writer = new LogWriter(directory, 1_000_000)
  const long = 'x'.repeat(3 * maxLineBytes + 5)
  writer.write('stdout', Buffer.from(`${long}\nnext\n`))
  writer.close()
  const texts = (await collect(readLog(directory, 'web.1.a', {}, never))).map(({ text }) => text)
  assert.equal(texts.slice(0, -1).join(''), long)
  assert.equal(texts.at(-1), 'next')
})

test('a full log gives up its older half, and a reader sees the rest in order', async (context) => {
  const { directory } = scratch(context)
  const writer = new LogWriter(directory, 10_000)
  for (let line = 0; line < 3_000; line += 1) writer.write('stdout', Buffer.from(`line ${line}\n`))
  writer.close()
  const sizes = ['log.0', 'log.1'].map((name) => statSync(join(directory, name)).size)
  assert.ok(Math.max(...sizes) <= 10_000)
  const numbers = (await collect(readLog(directory, 'web.1.a', {}, never))).map(({ text }) => Number(text.slice(5)))
  assert.equal(numbers.at(-1), 2_999)
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => (numbers[0] ?? 0) + index),
  )
  assert.ok(numbers.length > 300)
})

test('a reader that follows misses nothing when the log is rotated', async (context) => {
  const { directory } = scratch(context)
  const writer = new LogWriter(directory, 2_000)
  writer.write('stdout', Buffer.from('line 0\n'))
  const aborter = new AbortController()
  const seen: string[] = []
  for await (const { text } of readLog(directory, 'web.1.a', { follow: true }, aborter.signal)) {
    seen.push(text)
    if (seen.length === 500) aborter.abort(new Error('seen enough'))
    else writer.write('stdout', Buffer.from(`line ${seen.length}\n`))
  }
  writer.close()
  assert.deepEqual(
    seen,
    seen.map((_, index) => `line ${index}`),
  )
})

test('a task that floods its log is not held up and takes no more than its share of the disk', async (context) => {
  const { directory, open } = scratch(context, { maxLogFileBytes: 200_000 })
  const executor = open()
  const task = assignment('web.1.a', { command: ['/bin/sh', '-c', 'yes | head -c 20000000; echo; echo done'] })
  await executor.prepare(task, node, never)
  await executor.start(task, node, never)
  assert.equal((await executor.wait(task, never)).exitCode, 0)
  const taskDirectory = join(directory, 'tasks', 'web.1.a')
  const total = readdirSync(taskDirectory)
    .filter((name) => name.startsWith('log.'))
    .reduce((sum, name) => sum + statSync(join(taskDirectory, name)).size, 0)
  assert.ok(total <= 400_000, `${total} bytes`)
  const last = await collect(executor.logs('web.1.a', { tail: 1 }, never))
  assert.equal(last[0]?.text, 'done')
})
