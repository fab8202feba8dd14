// What every executor that gives files to tasks promises, as tests that run against each of them. A subject
// only says how its executor runs a line of shell: paths are named by variables, which mean the file under
// every executor.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { TaskTemplate } from '../api/objects.ts'
import { suiteNode } from './executor.suite.ts'
import type { Executor, TaskFile, TaskToRun } from './executor.ts'
import { assignment } from './testdata/assignment.ts'
import { createTaskFile } from './testdata/task-file.ts'

export interface FilesSubject {
  readonly executor: Executor
  /** A name that no other task has. */
  readonly taskName: string
  /** The executor of the next life of the agent, over the same tasks. */
  restart(): Executor | Promise<Executor>
  /** A template whose program is the script. */
  shell(script: string): TaskTemplate
}

const never = new AbortController().signal
const password = createTaskFile({ path: '/run/secrets/password', text: 'hunter2', mode: 0o400 })
const config = createTaskFile({ kind: 'Config', path: '/etc/app/app.conf', text: 'port=1\n', mode: 0o644 })
const files: readonly TaskFile[] = [password, config]
const script = 'cat "$PASSWORD_FILE"; echo; cat "$CONFIG_FILE"; stat -L -c %a "$PASSWORD_FILE" "$CONFIG_FILE"'
const env = { PASSWORD_FILE: password.path, CONFIG_FILE: config.path }
const printed = ['hunter2', 'port=1', '400', '644']

export function filesSuite(name: string, create: (context: TestContext) => FilesSubject | Promise<FilesSubject>): void {
  const promise = (sentence: string, check: (subject: FilesSubject) => Promise<void>): void => {
    test(`${name} executor: ${sentence}`, async (context) => check(await create(context)))
  }
  const taskOf = (subject: FilesSubject, program = script, given = files): TaskToRun => ({
    ...assignment(subject.taskName, { ...subject.shell(program), env }),
    files: given,
  })
  /** What a shell says of a signal is none of it. */
  const outputOf = async (executor: Executor, task: TaskToRun): Promise<readonly string[]> => {
    await executor.wait(task, never)
    const texts: string[] = []
    for await (const { stream, text } of executor.logs(task.task, {}, never)) if (stream === 'stdout') texts.push(text)
    return texts
  }

  promise('a program finds its files, whole and with their modes, when it starts', async (subject) => {
    const { executor } = subject
    const task = taskOf(subject)
    await executor.prepare(task, suiteNode, never)
    await executor.start(task, suiteNode, never)
    assert.deepEqual(await outputOf(executor, task), printed)
  })

  promise('an agent that died between preparing and starting starts the task with the files it was told anew', async (subject) => {
    const task = taskOf(subject)
    await subject.executor.prepare(task, suiteNode, never)
    const executor = await subject.restart()
    await executor.start(task, suiteNode, never)
    assert.deepEqual(await outputOf(executor, task), printed)
  })

  promise('a running task keeps its files over a restart of the agent, and is found without them', async (subject) => {
    const task = taskOf(subject, `trap 'cat "$PASSWORD_FILE"; exit 0' TERM; ${script}; while :; do sleep 0.05; done`)
    await subject.executor.prepare(task, suiteNode, never)
    const handle = await subject.executor.start(task, suiteNode, never)
    for await (const { text } of subject.executor.logs(task.task, { follow: true }, never)) if (text === printed.at(-1)) break
    const executor = await subject.restart()
    const { files: _files, ...withoutFiles } = task
    assert.deepEqual(await executor.start(withoutFiles, suiteNode, never), handle)
    await executor.stop(task.task, never)
    assert.deepEqual(await outputOf(executor, task), [...printed, 'hunter2'])
  })

  promise('files that cannot be together are refused before the program starts', async (subject) => {
    const task = taskOf(subject, script, [createTaskFile({ path: '/run/secrets/a' }), createTaskFile({ path: '/run/secrets/a/b' })])
    await assert.rejects(subject.executor.prepare(task, suiteNode, never), { name: 'FatalTaskError', message: /\/run\/secrets\/a / })
  })
}
