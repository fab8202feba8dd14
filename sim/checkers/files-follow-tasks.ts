import assert from 'node:assert/strict'
import type { Assignment } from '../../api/session.ts'
import type { StoreView } from '../../api/store.ts'
import { isEnded } from '../../api/task.ts'
import type { Checker } from './checker.ts'

/** What a simulated worker shows of secrets and configs. */
export interface WorkerFiles {
  readonly name: string
  /** The node that it is. */
  readonly node: string | undefined
  /** Tasks whose programs run, with the number of files that each was started with. */
  running(): readonly { readonly task: Assignment; readonly files: number }[]
  /** Payloads (`Secret/password`) that the manager has told its agent and not told it to forget. */
  told(): ReadonlySet<string>
}

/** What was on its way when the last task that uses it went. */
const underwayMs = 5_000

/**
 * No task runs without all of its secrets and configs; no node is sent one that no task of its own uses; at rest no node has one that
 * none of its tasks uses.
 */
export function filesFollowTasks(
  workers: () => readonly WorkerFiles[],
  fail: (error: unknown) => void,
): Checker & { sent(node: string, payload: string, nowMs: number): void } {
  /** Node and payload → when a task that uses it was there last. */
  const used = new Map<string, number>()
  return {
    name: 'files follow tasks',
    sent(node, payload, nowMs) {
      const lastMs = used.get(`${node} ${payload}`) ?? Number.NEGATIVE_INFINITY
      if (nowMs - lastMs > underwayMs)
        fail(new assert.AssertionError({ message: `${node} was sent ${payload}, which no task of its own uses` }))
    },
    observe({ events, view, elapsedMs }) {
      for (const { object } of events) {
        if (object.kind !== 'Task' || object.spec.nodeName === undefined || isEnded(object)) continue
        const { template = {} } = view.get('Revision', object.spec.revision)?.spec ?? {}
        for (const payload of namesOf(template)) used.set(`${object.spec.nodeName} ${payload}`, Number.POSITIVE_INFINITY)
      }
      for (const { object, type } of events) {
        if (object.kind !== 'Task' || object.spec.nodeName === undefined || (type !== 'DELETED' && !isEnded(object))) continue
        const { nodeName } = object.spec
        const still = usedOn(view, nodeName)
        for (const [key, lastMs] of used)
          if (lastMs === Number.POSITIVE_INFINITY && key.startsWith(`${nodeName} `) && !still.has(key.slice(nodeName.length + 1)))
            used.set(key, elapsedMs)
      }
      for (const worker of workers()) {
        for (const { task, files } of worker.running()) {
          const wanted = namesOf(task.template).length
          assert.equal(files, wanted, `${task.task} runs on ${worker.name} with ${files} of its ${wanted} files`)
        }
      }
    },
    settled(view) {
      for (const { name, node = '', told } of workers())
        assert.deepEqual([...told()].toSorted(), [...usedOn(view, node)].toSorted(), `${name} has what its tasks use`)
    },
  }
}

function usedOn(view: StoreView, node: string): ReadonlySet<string> {
  const tasks = [...view.tasksOnNode(node)].filter((task) => !isEnded(task))
  return new Set(tasks.flatMap((task) => namesOf(view.get('Revision', task.spec.revision)?.spec.template ?? {})))
}

function namesOf({ secrets = [], configs = [] }: Assignment['template']): readonly string[] {
  return [...secrets.map(({ source }) => `Secret/${source}`), ...configs.map(({ source }) => `Config/${source}`)]
}
