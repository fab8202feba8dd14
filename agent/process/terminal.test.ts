// Commands beside a task that have a terminal.

import assert from 'node:assert/strict'
import { readdirSync, readlinkSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ExecExit, ExecRequest, TerminalSize } from '../../api/exec.ts'
import { identify } from '../../effects/real/process-identity.ts'
import type { ExecInput, Executor } from '../executor.ts'
import { Bell } from '../first-of.ts'
import { assignment } from '../testdata/assignment.ts'
import { scratch } from './testdata/scratch.ts'

const never = new AbortController().signal
const node = { id: 'node-1', hostname: 'one', os: 'linux', arch: 'x86_64' }
const patienceMs = 20_000

/** A command with a terminal: what it shows, and keys and sizes for it. */
class Screen {
  readonly #bell = new Bell()
  readonly #pieces: (string | TerminalSize)[] = []
  text = ''
  readonly ended: Promise<ExecExit>

  constructor(executor: Executor, task: string, request: Omit<ExecRequest, 'tty'>, signal = never) {
    const tty = { columns: 100, rows: 30 }
    const output = async (_: string, bytes: Uint8Array): Promise<void> => {
      this.text += Buffer.from(bytes).toString()
    }
    this.ended = executor.exec(task, { stdin: true, ...request, tty }, this.#input(), output, signal)
    this.ended.catch(() => {})
  }

  give(piece: string | TerminalSize): void {
    this.#pieces.push(piece)
    this.#bell.notify()
  }

  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    const limit = AbortSignal.timeout(patienceMs)
    for (;;) {
      const found = pattern.exec(this.text)
      if (found !== null) return found
      if (limit.aborted) assert.match(this.text, pattern)
      await sleep(10)
    }
  }

  async *#input(): ExecInput extends AsyncIterable<infer T> ? AsyncGenerator<T, void, void> : never {
    for (;;) {
      const piece = this.#pieces.shift()
      if (piece === '') return
      if (piece === undefined) await this.#bell.wait(never)
      else if (typeof piece === 'string') yield { type: 'stdin', bytes: Buffer.from(piece) }
      else yield { type: 'resize', ...piece }
    }
  }
}

async function running(
  context: TestContext,
  template: Parameters<typeof assignment>[1] = {},
): Promise<{ executor: Executor; task: string }> {
  const { open } = scratch(context)
  const executor = open()
  const started = assignment('web.1.a', { command: ['sleep', '1000'], env: { GREETING: 'hello' }, ...template })
  await executor.prepare(started, node, never)
  await executor.start(started, node, never)
  return { executor, task: started.task }
}

test('a command has a terminal of the asked size in the environment of its task, and hears of a new size', async (context) => {
  const { executor, task } = await running(context)
  const isTerminal = 'test -t 0 && test -t 1 && test -t 2 && echo "$GREETING $TERM"'
  // The shell itself waits: one that waits for a program which ends by itself just then takes its Ctrl-C for handled.
  const waits = 'sleep 1000 & while :; do wait $!; done'
  const script = `trap 'stty size; echo heard' WINCH; ${isTerminal}; pwd; stty size; ${waits}`
  const screen = new Screen(executor, task, { command: ['bash', '-c', script], workingDir: '/' })
  await screen.shows(/hello xterm\r\n\/\r\n30 100\r\n/)
  screen.give({ columns: 77, rows: 22 })
  await screen.shows(/22 77\r\nheard\r\n/)
  screen.give({ columns: 0, rows: 0 }) // What nobody can have is not passed on.
  screen.give('\x03')
  assert.deepEqual(await screen.ended, { signal: 'SIGINT' })
})

test('Ctrl-C, Ctrl-D and the end of the input mean to it what they do in any terminal', async (context) => {
  const { executor, task } = await running(context)
  const shell = new Screen(executor, task, { command: ['sh', '-c', "trap 'echo interrupted' INT; cat; cat; exit 7"] })
  shell.give('one\n')
  await shell.shows(/one\r\none\r\n/)
  shell.give('\x03')
  await shell.shows(/interrupted/)
  shell.give('two\n')
  await shell.shows(/two\r\ntwo\r\n/)
  shell.give('\x04')
  assert.deepEqual(await shell.ended, { exitCode: 7 })
  const cat = new Screen(executor, task, { command: ['cat'] })
  cat.give('three\n')
  cat.give('')
  assert.deepEqual(await cat.ended, { exitCode: 0 })
})

test('a command that cannot be found ends with 127, and says so in the terminal', async (context) => {
  const { executor, task } = await running(context)
  const screen = new Screen(executor, task, { command: ['no-such-program'] })
  assert.deepEqual(await screen.ended, { exitCode: 127 })
  assert.match(screen.text, /kit.*no-such-program: not found\r\n/)
  const elsewhere = new Screen(executor, task, { command: ['true'], workingDir: '/no/such/directory' })
  assert.deepEqual(await elsewhere.ended, { exitCode: 127 })
  assert.match(elsewhere.text, /no\/such\/directory is not a directory\r\n/)
})

test('megabytes come out whole, however slowly they are taken', async (context) => {
  const { executor, task } = await running(context)
  const request: ExecRequest = { command: ['sh', '-c', 'stty -onlcr; seq 1 300000'], tty: { columns: 80, rows: 24 } }
  let text = ''
  let calls = 0
  const output = async (_: string, bytes: Uint8Array): Promise<void> => {
    calls += 1
    if (calls % 10 === 0) await sleep(20)
    text += Buffer.from(bytes).toString()
  }
  const nothing: ExecInput = (async function* (): AsyncGenerator<never, void, void> {})()
  assert.deepEqual(await executor.exec(task, request, nothing, output, never), { exitCode: 0 })
  const wanted = Array.from({ length: 300_000 }, (_, at) => `${at + 1}\n`).join('')
  assert.ok(text === wanted, `${text.length} of ${wanted.length}`)
})

test('Ctrl-C reaches it while nobody takes its output', async (context) => {
  const { executor, task } = await running(context)
  const stalled = Promise.withResolvers<void>()
  const interrupt = Promise.withResolvers<void>()
  let text = ''
  const output = async (_: string, bytes: Uint8Array): Promise<void> => {
    text += Buffer.from(bytes).toString()
    if (!/^\d+\r\ny/.test(text)) return
    interrupt.resolve()
    await stalled.promise
  }
  async function* keys(): AsyncGenerator<{ type: 'stdin'; bytes: Uint8Array }, void, void> {
    await interrupt.promise
    yield { type: 'stdin', bytes: Buffer.from('\x03') }
  }
  const request: ExecRequest = { command: ['sh', '-c', 'echo $$; exec yes'], stdin: true, tty: { columns: 80, rows: 24 } }
  const ended = executor.exec(task, request, keys(), output, never)
  await interrupt.promise
  const limit = AbortSignal.timeout(patienceMs)
  while (identify(Number.parseInt(text, 10)) !== undefined) {
    assert.ok(!limit.aborted, 'it still runs')
    await sleep(10)
  }
  stalled.resolve()
  assert.deepEqual(await ended, { signal: 'SIGINT' })
})

/** What jobs of a shell leave: processes in groups of their own. */
const withJobs = 'set -m; nohup sleep 1000 >/dev/null & echo "job $!."; sleep 1000 & echo "other $!."; wait'

async function jobsOf(screen: Screen): Promise<readonly number[]> {
  return [Number((await screen.shows(/job (\d+)\./))[1]), Number((await screen.shows(/other (\d+)\./))[1])]
}

test('whatever it started ends with it, in whichever group', async (context) => {
  const { executor, task } = await running(context)
  const aborter = new AbortController()
  const first = new Screen(executor, task, { command: ['bash', '-c', withJobs] }, aborter.signal)
  const jobs = await jobsOf(first)
  aborter.abort(new Error('gone'))
  await assert.rejects(first.ended, /gone/)
  assert.deepEqual(jobs.map(identify), [undefined, undefined])
  const second = new Screen(executor, task, { command: ['bash', '-c', `${withJobs} $!`] })
  const others = await jobsOf(second)
  await executor.stop(task, never)
  await assert.rejects(second.ended, /ended, and the command with it/)
  assert.deepEqual(others.map(identify), [undefined, undefined])
})

test('of its terminal it has its own end only, and a terminal is passed on to nobody else', async (context) => {
  const { executor, task } = await running(context)
  const script = 'ls -l /proc/self/fd | sed -n "s/.* \\([0-9]*\\) -> /\\1 /p"; echo done; read end'
  const screen = new Screen(executor, task, { command: ['sh', '-c', script] })
  await screen.shows(/done/)
  assert.doesNotMatch(screen.text, /ptmx/)
  const other = assignment('web.2.b', { command: ['sleep', '1000'] })
  await executor.prepare(other, node, never)
  const { pid = 0 } = await executor.start(other, node, never)
  const open = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
  assert.deepEqual(
    open.filter((path) => /pts|ptmx/.test(path)),
    [],
  )
  screen.give('\n')
  assert.deepEqual(await screen.ended, { exitCode: 0 })
})

const skipped = process.getuid?.() === 0 ? false : 'only root may choose another user'
test('another user owns the terminal, without the groups of the daemon', { skip: skipped }, async (context) => {
  const { executor, task } = await running(context)
  const screen = new Screen(executor, task, { command: ['sh', '-c', 'id -u; id -G; echo through >"$(tty)"'], user: '12345' })
  assert.deepEqual(await screen.ended, { exitCode: 0 })
  assert.match(screen.text, /12345\r\n12345\r\nthrough\r\n/)
})
