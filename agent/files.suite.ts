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
  /** The executor of the next life of the agent, over the same tasks. */
  restart(): Executor
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

export function filesSuite(name: string, create: (context: TestContext) => FilesSubject): void {
  const promise = (sentence: string, check: (subject: FilesSubject) => Promise<void>): void => {
    test(`${name} executor: ${sentence}`, (context) => check(create(context)))
  }
  const taskOf = (subject: FilesSubject, then: string, given = files): TaskToRun => ({
    ...assignment('web.1.a', { ...subject.shell(`${script}; ${then}`), env }),
    files: given,
  })
  const outputOf = async (executor: Executor, task: TaskToRun): Promise<readonly string[]> => {
    await executor.wait(task, never)
    const texts: string[] = []
    for await (const { text } of executor.logs(task.task, {}, never)) texts.push(text)
    return texts
  }

  promise('a program finds its files, whole and with their modes, when it starts', async (subject) => {
    const { executor } = subject
    const task = taskOf(subject, 'exit 0')
    await executor.prepare(task, suiteNode, never)
    await executor.start(task, suiteNode, never)
    assert.deepEqual(await outputOf(executor, task), printed)
  })

  promise('an agent that died between preparing and starting starts the task with the files it was told anew', async (subject) => {
    const task = taskOf(subject, 'exit 0')
    await subject.executor.prepare(task, suiteNode, never)
    const executor = subject.restart()
    await executor.start(task, suiteNode, never)
    assert.deepEqual(await outputOf(executor, task), printed)
  })

  promise('a running task keeps its files over a restart of the agent, and is found without them', async (subject) => {
    const task = taskOf(subject, 'sleep 0.2; cat "$PASSWORD_FILE"')
    await subject.executor.prepare(task, suiteNode, never)
    const handle = await subject.executor.start(task, suiteNode, never)
    const executor = subject.restart()
    const { files: _files, ...withoutFiles } = task
    assert.deepEqual(await executor.start(withoutFiles, suiteNode, never), handle)
    assert.deepEqual(await outputOf(executor, task), [...printed, 'hunter2'])
  })

  promise('files that cannot be together are refused before the program starts', async (subject) => {
    const task = taskOf(subject, 'exit 0', [createTaskFile({ path: '/run/secrets/a' }), createTaskFile({ path: '/run/secrets/a/b' })])
    await assert.rejects(subject.executor.prepare(task, suiteNode, never), { name: 'FatalTaskError', message: /\/run\/secrets\/a / })
  })
}
