// A log on files that cannot be written for a while: a real full disk (which only the superuser of Linux can mount) and a
// real pipe that nobody reads.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, constants, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createLog } from './log.ts'
import { until } from './testdata/until.ts'

const home = mkdtempSync(join(tmpdir(), 'kit-log-'))
const disk = join(home, 'disk')
mkdirSync(disk)
const mount = (options: string): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk], { stdio: 'ignore' }).status === 0
const isMounted = process.platform === 'linux' && mount('size=1m')
if (!isMounted) console.log('skipped: the log of a disk that is really full, because no file system can be mounted here')

const descriptors: number[] = []
function open(path: string, flags: string | number): number {
  const descriptor = openSync(path, flags)
  descriptors.push(descriptor)
  return descriptor
}

after(() => {
  for (const descriptor of descriptors) closeSync(descriptor)
  if (isMounted) spawnSync('umount', [disk])
  rmSync(home, { recursive: true, force: true })
})

const lineOf = (n: number): string => `${n} ${'x'.repeat(1_000)}`

interface Line {
  readonly message: string
  readonly n?: number
  readonly lines?: number
  readonly text?: string
}

/** Lines that do not warn are written when the turn is over. */
const turnOver = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** All lines are whole; those that are missing, up to `end`, were counted. */
function assertComplete(text: string, end: number): void {
  assert.ok(text.endsWith('\n'))
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Line => JSON.parse(line))
  let next = 0
  for (const { n, text: said, lines: lost } of lines) {
    if (lost === undefined) {
      assert.equal(n, next)
      assert.equal(said, lineOf(next))
    }
    next += lost ?? 1
  }
  assert.equal(next, end)
  assert.ok(lines.filter(({ lines: lost }) => lost !== undefined).length <= 1, 'said once')
}

test('a log that cannot be written fails nobody', { skip: existsSync('/dev/full') ? false : 'there is no /dev/full' }, () => {
  const log = createLog({ descriptor: open('/dev/full', 'w') })
  for (let line = 0; line < 5_000; line++) log.info('Something happened', { text: 'x'.repeat(1_000) })
})

test('what warns is written at once, with all before it; the rest at the end of the turn', async () => {
  const path = join(home, 'log')
  const log = createLog({ descriptor: open(path, 'a') })
  const messages = (): readonly string[] =>
    readFileSync(path, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line).message)
  log.info('first')
  assert.deepEqual(messages(), [])
  log.warn('second')
  assert.deepEqual(messages(), ['first', 'second'])
  log.info('third')
  log.debug('not said')
  log.info('fourth')
  await turnOver()
  assert.deepEqual(messages(), ['first', 'second', 'third', 'fourth'])
})

test('what a process says last is written, however it ends', () => {
  const say = `
    const { createLog } = await import(${JSON.stringify(import.meta.resolve('./log.ts'))})
    createLog().info('last words')
  `
  for (const end of ['process.exit(1)', 'throw new Error("fell")']) {
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', `${say}\n${end}`], { encoding: 'utf8' })
    assert.match(stderr, /"message":"last words"/, end)
  }
})

if (isMounted)
  test('once a full disk has space again, the log goes on, and says how much of it is missing', async () => {
    const path = join(disk, 'log')
    const log = createLog({ descriptor: open(path, 'a') })
    writeFileSync(join(disk, 'filler'), Buffer.alloc(512 * 1_024))
    // What fits, what waits, and what is lost.
    for (let n = 0; n < 2_500; n++) log.info('Said something', { n, text: lineOf(n) })
    await turnOver()
    const held = readFileSync(path, 'utf8')
    assert.ok(held.length <= 512 * 1_024)
    assert.ok(mount('remount,size=8m'))
    log.warn('Said something', { n: 2_500, text: lineOf(2_500) })
    const text = readFileSync(path, 'utf8')
    assert.ok(text.startsWith(held))
    assertComplete(text, 2_501)
    assert.match(text, /"lines":\d+,"message":"Lost lines of this log/)
  })

test('what a pipe did not take is written once somebody reads, with no new line to push it', async () => {
  const pipe = join(home, 'pipe')
  execFileSync('mkfifo', [pipe])
  const reader = open(pipe, constants.O_RDONLY | constants.O_NONBLOCK)
  const log = createLog({ descriptor: open(pipe, constants.O_WRONLY | constants.O_NONBLOCK) })
  for (let n = 0; n < 300; n++) log.info('Said something', { n, text: lineOf(n) })
  let text = ''
  const chunk = Buffer.alloc(16 * 1_024)
  await until('the last line has come', () => {
    try {
      for (let length = readSync(reader, chunk); length > 0; length = readSync(reader, chunk)) text += chunk.toString('latin1', 0, length)
    } catch (error) {
      assert.ok(error instanceof Error && 'code' in error && error.code === 'EAGAIN')
    }
    return text.includes('"n":299')
  })
  assertComplete(text, 300)
})
