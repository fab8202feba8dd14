import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonOf } from './errors.ts'
import {
  decodeExecFrame,
  type ExecFrame,
  encodeExecFrame,
  execChunks,
  maxExecChunkBytes,
  parseAttachRequest,
  parseExecRequest,
} from './exec.ts'

test('every frame is read as it was written', () => {
  const bytes = Buffer.from([0, 255, 10])
  const frames: readonly ExecFrame[] = [
    { type: 'stdin', bytes },
    { type: 'stdout', bytes },
    { type: 'stderr', bytes: Buffer.alloc(0) },
    { type: 'end' },
    { type: 'resize', columns: 80, rows: 24 },
    { type: 'consumed', bytes: 7 },
    { type: 'exit', exitCode: 7 },
    { type: 'exit', signal: 'SIGKILL' },
    { type: 'failed', reason: 'Conflict', message: 'no' },
  ]
  for (const frame of frames) assert.deepEqual(decodeExecFrame(Buffer.from(encodeExecFrame(frame))), frame)
})

test('what is no frame is refused', () => {
  const message = (text: string): Uint8Array => Buffer.concat([Buffer.from([3]), Buffer.from(text)])
  const wrong = [
    Buffer.alloc(0),
    Buffer.from([9, 1]),
    Buffer.alloc(maxExecChunkBytes + 2),
    ...['', '[]', '{}', '{"type":"exit"}', '{"type":"exit","exitCode":1,"signal":"SIGHUP"}', '{"type":"resize","columns":-1,"rows":1}'].map(
      message,
    ),
    message('{"type":"failed","reason":"Nonsense","message":""}'),
  ]
  for (const frame of wrong)
    assert.throws(
      () => decodeExecFrame(frame),
      (error) => reasonOf(error) === 'BadRequest',
    )
})

test('long pieces are cut into frames', () => {
  const lengths = [...execChunks(new Uint8Array(2 * maxExecChunkBytes + 1))].map(({ length }) => length)
  assert.deepEqual(lengths, [maxExecChunkBytes, maxExecChunkBytes, 1])
  assert.deepEqual([...execChunks(new Uint8Array(0))], [])
})

test('a request must have a command, and values that a process can take', () => {
  const request = {
    command: ['sh', '-c', ''],
    env: { A: '' },
    workingDir: '/',
    user: 'nobody',
    stdin: true,
    tty: { columns: 80, rows: 24 },
  }
  assert.deepEqual(parseExecRequest(request), request)
  const wrong: readonly unknown[] = [
    undefined,
    [],
    {},
    { command: [] },
    { command: [''] },
    { command: 'ls' },
    { command: ['a\0b'] },
    { command: ['a'], env: { 'A=B': '' } },
    { command: ['a'], env: { A: 1 } },
    { command: ['a'], stdin: 'yes' },
    { command: ['a'], tty: true },
  ]
  for (const value of wrong)
    assert.throws(
      () => parseExecRequest(value),
      (error) => reasonOf(error) === 'BadRequest',
    )
})

test('to attach, nothing has to be said, and nothing else may be', () => {
  const size = { columns: 80, rows: 24 }
  for (const request of [{}, { stdin: true }, { stdin: false, tty: size }]) assert.deepEqual(parseAttachRequest(request), request)
  const wrong: readonly unknown[] = [
    undefined,
    [],
    'x',
    { stdin: 1 },
    { tty: true },
    { tty: { columns: 80 } },
    { command: ['ls'] },
    { port: 80 },
  ]
  for (const value of wrong)
    assert.throws(
      () => parseAttachRequest(value),
      (error) => reasonOf(error) === 'BadRequest',
    )
})
