// Tests that simulate for long run in a thread of their own. The runner of tests follows every promise of the thread that it is in
// (async hooks), which makes a simulation take half as long again.

import { after, test } from 'node:test'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'

interface Said {
  readonly text?: string
  readonly error?: unknown
}

let thread: Worker | undefined
const runs = new Map<string, () => Promise<string | undefined>>()

if (isMainThread) after(() => thread?.terminate())
else
  parentPort?.on('message', async (name: string) => {
    const said: Said = await (runs.get(name)?.() ?? Promise.reject(new Error(`there is no test "${name}"`))).then(
      (text) => ({ ...(text !== undefined && { text }) }),
      (error: unknown) => ({ error }),
    )
    parentPort?.postMessage(said)
  })

/**
 * As `test`. Whatever else is tested in the same file is tested in this way, too: the thread loads the file again.
 * @param file the file of the test
 * @param name unlike all others in that file
 * @param run resolves with what is to be said of it
 */
export function testInThread(file: string, name: string, run: () => Promise<string | undefined>): void {
  if (!isMainThread) {
    runs.set(name, run)
    return
  }
  test(name, async (context) => {
    thread ??= new Worker(file).once('exit', () => (thread = undefined))
    const { text, error } = await ask(thread, name)
    if (error !== undefined) throw error
    if (text !== undefined) context.diagnostic(text)
  })
}

function ask(worker: Worker, name: string): Promise<Said> {
  return new Promise((resolve, reject) => {
    const ended = (code: number): void => reject(new Error(`the thread of the tests ended with ${code}`))
    worker.once('error', reject).once('exit', ended)
    worker.once('message', (said: Said) => {
      worker.off('error', reject).off('exit', ended)
      resolve(said)
    })
    worker.postMessage(name)
  })
}
