// What every executor promises (executor.ts), as tests that run against each of them. A subject knows how to
// make a task that behaves in a certain way under its executor; the promises themselves are written once.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import type { AttachRequest } from '../api/exec.ts'
import type { Assignment, LogLine } from '../api/session.ts'
import type { TaskStats } from '../api/stats.ts'
import { type ExecInput, type Executor, FatalTaskError, type NodeFacts } from './executor.ts'

export type Behaviour =
  | { readonly kind: 'ends'; readonly exitCode: number }
  | { readonly kind: 'is-killed'; readonly signal: 'SIGKILL' }
  | { readonly kind: 'runs' }
  /** Prints `ready` once the stop signal no longer ends it, and runs on after that signal. */
  | { readonly kind: 'ignores-stop' }
  /** Prints the lines on standard output and runs on. */
  | { readonly kind: 'prints'; readonly lines: readonly string[]; readonly everyMs: number; readonly thenEnds: boolean }
  /** Gives back what it reads, whose end never comes; only where `hasInput`. */
  | { readonly kind: 'copies' }
  /** Can be prepared, but never started. */
  | { readonly kind: 'cannot-start' }

export interface ExecutorSubject {
  readonly executor: Executor
  /** The executor of the next life of the agent, over the same tasks. The one before is not used any more. */
  restart(): Executor
  /** A task of its own for each call; its grace period is short. */
  task(behaviour: Behaviour): Assignment
  /** The words of a command that runs beside a task: copies its input; prints; ends with 7; goes on for ever. */
  readonly commands: { readonly [kind in 'cat' | 'echo' | 'exit7' | 'forever']: readonly string[] }
  /** False where the programs of tasks have no standard input, whatever their services say. */
  readonly hasInput: boolean
  /** False where an exit code of 128 + n cannot be told from the end by signal n; then it is shown as the signal. */
  readonly knowsSignals: boolean
  /** Lets time pass until the work is done. */
  settle<T>(work: Promise<T>): Promise<T>
}

export const suiteNode: NodeFacts = { id: 'node-1', hostname: 'one', os: 'linux', arch: 'x86_64' }
const never = new AbortController().signal

export function executorSuite(name: string, create: (context: TestContext) => ExecutorSubject | Promise<ExecutorSubject>): void {
  const promise = (sentence: string, check: (subject: ExecutorSubject) => Promise<void>): void => {
    test(`${name} executor: ${sentence}`, async (context) => {
      const subject = await create(context)
      await subject.settle(check(subject))
    })
  }
  const startNew = async (subject: ExecutorSubject, behaviour: Behaviour): Promise<Assignment> => {
    const task = subject.task(behaviour)
    await subject.executor.prepare(task, suiteNode, never)
    await subject.executor.start(task, suiteNode, never)
    return task
  }

  promise('a node is described by its platform and resources', async ({ executor }) => {
    const description = await executor.describe()
    const { platform, resources } = description
    assert.ok(platform.os !== '' && platform.arch !== '')
    assert.ok(resources.cpus > 0 && resources.memoryBytes > 0)
    assert.deepEqual(await executor.describe(), description)
  })

  for (const exitCode of [0, 1, 137]) {
    promise(`a program that ends with ${exitCode} is reported with that exit code, however often it is asked for`, async (subject) => {
      const task = await startNew(subject, { kind: 'ends', exitCode })
      const exit = await subject.executor.wait(task, never)
      const looksKilled = exitCode === 137 && !subject.knowsSignals
      assert.equal(exit.exitCode, looksKilled ? undefined : exitCode)
      assert.equal(exit.signal, looksKilled ? 'SIGKILL' : undefined)
      assert.deepEqual(await subject.executor.wait(task, never), exit)
      assert.deepEqual(await subject.executor.find(task.task), { ended: exit })
    })
  }

  promise('a program that is killed is reported with the signal', async (subject) => {
    const task = await startNew(subject, { kind: 'is-killed', signal: 'SIGKILL' })
    const exit = await subject.executor.wait(task, never)
    assert.equal(exit.signal, 'SIGKILL')
    assert.equal(exit.exitCode, undefined)
  })

  promise('waiting may begin before the program is started', async (subject) => {
    const task = subject.task({ kind: 'ends', exitCode: 3 })
    const exit = subject.executor.wait(task, never)
    await subject.executor.prepare(task, suiteNode, never)
    await subject.executor.start(task, suiteNode, never)
    assert.equal((await exit).exitCode, 3)
  })

  promise('preparing twice and starting twice start one program', async (subject) => {
    const { executor } = subject
    const task = subject.task({ kind: 'runs' })
    await executor.prepare(task, suiteNode, never)
    await executor.prepare(task, suiteNode, never)
    const [first, second] = await Promise.all([executor.start(task, suiteNode, never), executor.start(task, suiteNode, never)])
    assert.deepEqual(second, first)
    assert.deepEqual(await executor.start(task, suiteNode, never), first)
    assert.deepEqual(await executor.find(task.task), { running: first })
  })

  promise('starting a task that has ended finds it ended and does not start it again', async (subject) => {
    const task = await startNew(subject, { kind: 'ends', exitCode: 4 })
    const exit = await subject.executor.wait(task, never)
    await subject.executor.start(task, suiteNode, never)
    assert.deepEqual(await subject.executor.find(task.task), { ended: exit })
  })

  promise('a start that was aborted can be repeated', async (subject) => {
    const { executor } = subject
    const task = subject.task({ kind: 'runs' })
    await executor.prepare(task, suiteNode, never)
    const aborter = new AbortController()
    const aborted = executor.start(task, suiteNode, aborter.signal)
    aborter.abort(new Error('changed its mind'))
    await assert.rejects(aborted)
    const handle = await executor.start(task, suiteNode, never)
    assert.deepEqual(await executor.find(task.task), { running: handle })
  })

  promise('waiting that is aborted leaves the task alone', async (subject) => {
    const task = await startNew(subject, { kind: 'runs' })
    const aborter = new AbortController()
    const waiting = subject.executor.wait(task, aborter.signal)
    aborter.abort(new Error('changed its mind'))
    await assert.rejects(waiting, /changed its mind|abort/i)
    assert.ok('running' in ((await subject.executor.find(task.task)) ?? {}))
  })

  promise('what never started is not found', async ({ executor, task }) => {
    const prepared = task({ kind: 'runs' })
    await executor.prepare(prepared, suiteNode, never)
    assert.equal(await executor.find(prepared.task), undefined)
    assert.equal(await executor.find(task({ kind: 'runs' }).task), undefined)
  })

  promise('a program that cannot be started is refused for good', async (subject) => {
    const task = subject.task({ kind: 'cannot-start' })
    await subject.executor.prepare(task, suiteNode, never)
    await assert.rejects(subject.executor.start(task, suiteNode, never), FatalTaskError)
    await assert.rejects(subject.executor.start(task, suiteNode, never), FatalTaskError)
  })

  promise('stopping ends the program, and may be repeated', async (subject) => {
    const task = await startNew(subject, { kind: 'runs' })
    await Promise.all([subject.executor.stop(task.task, never), subject.executor.stop(task.task, never)])
    await subject.executor.stop(task.task, never)
    assert.equal((await subject.executor.wait(task, never)).signal, 'SIGTERM')
  })

  promise('a program that ignores the stop signal is killed when its grace period is over', async (subject) => {
    const task = await startNew(subject, { kind: 'ignores-stop' })
    for await (const { text } of subject.executor.logs(task.task, { follow: true }, never)) if (text === 'ready') break
    await subject.executor.stop(task.task, never)
    assert.equal((await subject.executor.wait(task, never)).signal, 'SIGKILL')
  })

  promise('a task that is stopped before it is started never starts', async (subject) => {
    const { executor } = subject
    const task = subject.task({ kind: 'runs' })
    await executor.stop(task.task, never)
    await executor.prepare(task, suiteNode, never)
    await executor.stop(task.task, never)
    await assert.rejects(executor.start(task, suiteNode, never), FatalTaskError)
  })

  promise('after a restart of the agent a running task is found running and goes on', async (subject) => {
    const task = await startNew(subject, { kind: 'runs' })
    const before = await subject.executor.find(task.task)
    const next = subject.restart()
    assert.deepEqual(await next.find(task.task), before)
    await next.stop(task.task, never)
    assert.equal((await next.wait(task, never)).signal, 'SIGTERM')
  })

  promise('after a restart of the agent a task that has ended meanwhile has its exit code', async (subject) => {
    const task = await startNew(subject, { kind: 'ends', exitCode: 7 })
    const next = subject.restart()
    assert.equal((await next.wait(task, never)).exitCode, 7)
  })

  promise('removing a running task stops it and frees all of it', async (subject) => {
    const task = await startNew(subject, { kind: 'runs' })
    assert.deepEqual(await subject.executor.list(), [task.task])
    await subject.executor.remove(task.task)
    await subject.executor.remove(task.task)
    assert.deepEqual(await subject.executor.list(), [])
    assert.equal(await subject.executor.find(task.task), undefined)
    assert.deepEqual(await read(subject.executor, task, {}), [])
  })

  promise('a task that was only prepared is listed and can be removed', async (subject) => {
    const task = subject.task({ kind: 'runs' })
    await subject.executor.prepare(task, suiteNode, never)
    assert.deepEqual(await subject.executor.list(), [task.task])
    await subject.executor.remove(task.task)
    assert.deepEqual(await subject.executor.list(), [])
  })

  const lines = ['one', 'two', 'three', 'four']

  promise('the log of an ended task is complete and in order', async (subject) => {
    const task = await startNew(subject, { kind: 'prints', lines, everyMs: 0, thenEnds: true })
    await subject.executor.wait(task, never)
    const log = await read(subject.executor, task, {})
    assert.deepEqual(
      log.map(({ text, stream, task: name }) => [text, stream, name]),
      lines.map((text) => [text, 'stdout', task.task]),
    )
  })

  promise('the tail of a log is its last lines', async (subject) => {
    const task = await startNew(subject, { kind: 'prints', lines, everyMs: 0, thenEnds: true })
    await subject.executor.wait(task, never)
    assert.deepEqual(await readTexts(subject.executor, task, { tail: 2 }), ['three', 'four'])
    assert.deepEqual(await readTexts(subject.executor, task, { tail: 0 }), [])
    assert.deepEqual(await readTexts(subject.executor, task, { tail: 99 }), lines)
  })

  promise('what a task uses can be read while it runs, and only then', async (subject) => {
    const [first, second] = [await startNew(subject, { kind: 'runs' }), await startNew(subject, { kind: 'runs' })]
    const read = async (): Promise<readonly TaskStats[]> =>
      (await subject.executor.stats()).filter(({ task }) => task === first.task || task === second.task)
    const stats = await read()
    assert.deepEqual(stats.map(({ task }) => task).toSorted(), [first.task, second.task].toSorted())
    for (const { at, cpuMs, memoryBytes, processes } of stats)
      assert.ok(at > 0 && cpuMs >= 0 && memoryBytes >= 0 && processes >= 1, JSON.stringify(stats))
    await subject.executor.stop(first.task, never)
    assert.deepEqual(
      (await read()).map(({ task }) => task),
      [second.task],
    )
  })

  promise('a log can be read from a point in time on', async (subject) => {
    const task = await startNew(subject, { kind: 'prints', lines, everyMs: 30, thenEnds: true })
    await subject.executor.wait(task, never)
    const all = await read(subject.executor, task, {})
    const { at } = all[2] ?? assert.fail('four lines were printed')
    // On a busy machine several are read in one millisecond.
    const wanted = all.filter((line) => line.at >= at).map(({ text }) => text)
    assert.deepEqual(await readTexts(subject.executor, task, { since: at }), wanted)
  })

  promise('following a log shows new lines and ends with the task', async (subject) => {
    const task = await startNew(subject, { kind: 'prints', lines, everyMs: 30, thenEnds: true })
    assert.deepEqual(await readTexts(subject.executor, task, { follow: true }), lines)
  })

  promise('following a log can be aborted', async (subject) => {
    const task = await startNew(subject, { kind: 'prints', lines: ['only'], everyMs: 0, thenEnds: false })
    const aborter = new AbortController()
    const seen: string[] = []
    for await (const line of subject.executor.logs(task.task, { follow: true }, aborter.signal)) {
      seen.push(line.text)
      aborter.abort(new Error('seen enough'))
    }
    assert.deepEqual(seen, ['only'])
  })

  const nothing: ExecInput = (async function* (): AsyncGenerator<never, void, void> {})()

  promise('a command beside a task ends with its exit code, after all its output was given', async (subject) => {
    const task = await startNew(subject, { kind: 'runs' })
    const { executor, commands } = subject
    const shown: string[] = []
    const output = async (stream: string, bytes: Uint8Array): Promise<void> => void shown.push(stream, Buffer.from(bytes).toString())
    assert.deepEqual(await executor.exec(task.task, { command: commands.echo }, nothing, output, never), { exitCode: 0 })
    assert.deepEqual(shown, ['stdout', 'hello\n'])
    assert.deepEqual(await executor.exec(task.task, { command: commands.exit7 }, nothing, output, never), { exitCode: 7 })
    assert.ok('running' in ((await executor.find(task.task)) ?? {}), 'the task goes on')
  })

  promise('what a command is given comes out of it unharmed, as fast as it is taken', async (subject) => {
    const task = await startNew(subject, { kind: 'runs' })
    // More than an engine keeps on the way: Docker alone keeps a megabyte.
    const [pieces, size] = [256, 32 * 1024]
    let [given, taken] = [0, 0]
    async function* input(): AsyncGenerator<{ type: 'stdin'; bytes: Uint8Array }, void, void> {
      for (let at = 0; at < pieces; at++) {
        given += size
        yield { type: 'stdin', bytes: Buffer.alloc(size, at) }
      }
    }
    const hash = createHash('sha256')
    let mostAhead = 0
    const output = async (_: string, bytes: Uint8Array): Promise<void> => {
      hash.update(bytes)
      taken += bytes.length
      mostAhead = Math.max(mostAhead, given - taken)
    }
    const { exitCode } = await subject.executor.exec(task.task, { command: subject.commands.cat, stdin: true }, input(), output, never)
    assert.equal(exitCode, 0)
    assert.equal(taken, pieces * size)
    const wanted = createHash('sha256')
    for (let at = 0; at < pieces; at++) wanted.update(Buffer.alloc(size, at))
    assert.equal(hash.digest('hex'), wanted.digest('hex'))
    assert.ok(mostAhead < (pieces * size) / 2, `${mostAhead} bytes were taken in at once`)
  })

  promise('a command that is asked for without input finds its input at the end', async (subject) => {
    const task = await startNew(subject, { kind: 'runs' })
    const silent = async (): Promise<void> => {}
    assert.deepEqual(await subject.executor.exec(task.task, { command: subject.commands.cat }, nothing, silent, never), { exitCode: 0 })
  })

  promise('a command that cannot be found ends with 127 and says so on standard error', async (subject) => {
    const task = await startNew(subject, { kind: 'runs' })
    const said: string[] = []
    const output = async (stream: string, bytes: Uint8Array): Promise<void> => void said.push(`${stream} ${Buffer.from(bytes)}`)
    const { exitCode = 0 } = await subject.executor.exec(task.task, { command: ['no-such-program'] }, nothing, output, never)
    assert.equal(exitCode, 127)
    assert.match(said.join(''), /^stderr .*no-such-program.*not found/)
  })

  promise('a command that is aborted ends, and the task goes on', async (subject) => {
    const task = await startNew(subject, { kind: 'runs' })
    const aborter = new AbortController()
    const silent = async (): Promise<void> => {}
    const running = subject.executor.exec(task.task, { command: subject.commands.forever }, nothing, silent, aborter.signal)
    aborter.abort(new Error('changed its mind'))
    await assert.rejects(running, /changed its mind/)
    assert.ok('running' in ((await subject.executor.find(task.task)) ?? {}))
  })

  promise('a command ends with its task, and neither it nor a connection begins where no task runs', async (subject) => {
    const { executor, commands } = subject
    const task = await startNew(subject, { kind: 'runs' })
    const silent = async (): Promise<void> => {}
    const running = executor.exec(task.task, { command: commands.forever }, nothing, silent, never)
    const settled = assert.rejects(running, FatalTaskError)
    await executor.stop(task.task, never)
    await settled
    await assert.rejects(executor.exec(task.task, { command: commands.echo }, nothing, silent, never), FatalTaskError)
    const other = subject.task({ kind: 'runs' })
    await assert.rejects(executor.exec(other.task, { command: commands.echo }, nothing, silent, never), FatalTaskError)
    for (const gone of [task, other]) await assert.rejects(executor.forward(gone.task, 80, nothing, silent, never), FatalTaskError)
  })

  const silent = async (): Promise<void> => {}

  promise('who attaches to a program sees what it writes from then on, and how it ends', async (subject) => {
    const written = Array.from({ length: 30 }, (_, at) => `line ${at}`)
    const task = await startNew(subject, { kind: 'prints', lines: written, everyMs: 100, thenEnds: true })
    for await (const { text } of subject.executor.logs(task.task, { follow: true }, never)) if (text === 'line 0') break
    let shown = ''
    const output = async (stream: string, bytes: Uint8Array): Promise<void> => {
      assert.equal(stream, 'stdout')
      shown += Buffer.from(bytes)
    }
    assert.deepEqual(await subject.executor.attach(task.task, {}, nothing, output, never), { exitCode: 0 })
    const whole = written.map((line) => `${line}\n`).join('')
    assert.ok(shown !== '' && whole.endsWith(shown), shown)
    assert.doesNotMatch(shown, /line 0\n/)
  })

  promise('a program that is stopped while somebody is attached ends for them, too; nobody attaches where none runs', async (subject) => {
    const { executor } = subject
    const task = await startNew(subject, { kind: 'runs' })
    const attached = executor.attach(task.task, {}, nothing, silent, never)
    await executor.stop(task.task, never)
    assert.deepEqual(await attached, { signal: 'SIGTERM' })
    for (const gone of [task, subject.task({ kind: 'runs' })])
      await assert.rejects(executor.attach(gone.task, {}, nothing, silent, never), FatalTaskError)
  })

  promise('whoever was attached and goes leaves the program running', async (subject) => {
    const task = await startNew(subject, { kind: 'runs' })
    const aborter = new AbortController()
    const attached = subject.executor.attach(task.task, {}, nothing, silent, aborter.signal)
    aborter.abort(new Error('has seen enough'))
    await assert.rejects(attached, /has seen enough/)
    assert.ok('running' in ((await subject.executor.find(task.task)) ?? {}))
  })

  promise('a program whose input is not open, or that has no terminal, is not given one', async (subject) => {
    const task = await startNew(subject, { kind: 'runs' })
    const attach = (request: AttachRequest) => subject.executor.attach(task.task, request, nothing, silent, never)
    await assert.rejects(
      attach({ stdin: true }),
      (error) => error instanceof FatalTaskError && /no (open )?standard input/.test(error.message),
    )
    const tty = { columns: 80, rows: 24 }
    await assert.rejects(attach({ tty }), (error) => error instanceof FatalTaskError && /no terminal/.test(error.message))
    assert.ok('running' in ((await subject.executor.find(task.task)) ?? {}))
  })

  promise('what is typed reaches the program, whose input stays open for the next one who attaches', async (subject) => {
    if (!subject.hasInput) return
    const task = await startNew(subject, { kind: 'copies' })
    for (const word of ['first', 'second']) {
      async function* typed(): AsyncGenerator<{ type: 'stdin'; bytes: Uint8Array }, void, void> {
        yield { type: 'stdin', bytes: Buffer.from(`${word}\n`) }
      }
      const aborter = new AbortController()
      let shown = ''
      const output = async (_: string, bytes: Uint8Array): Promise<void> => {
        shown += Buffer.from(bytes)
        if (shown.endsWith('\n')) aborter.abort(new Error('has seen it'))
      }
      await assert.rejects(subject.executor.attach(task.task, { stdin: true }, typed(), output, aborter.signal), /has seen it/)
      assert.equal(shown, `${word}\n`)
    }
    assert.ok('running' in ((await subject.executor.find(task.task)) ?? {}))
  })
}

async function read(executor: Executor, task: Assignment, options: Parameters<Executor['logs']>[1]): Promise<readonly LogLine[]> {
  const lines: LogLine[] = []
  for await (const line of executor.logs(task.task, options, never)) lines.push(line)
  return lines
}

async function readTexts(executor: Executor, task: Assignment, options: Parameters<Executor['logs']>[1]): Promise<readonly string[]> {
  return (await read(executor, task, options)).map(({ text }) => text)
}
