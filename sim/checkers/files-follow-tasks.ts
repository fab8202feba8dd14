import assert from 'node:assert/strict'
import type { Assignment } from '../../api/session.ts'
import { isEnded } from '../../api/task.ts'
import type { Checker } from './checker.ts'

/** What a simulated worker shows of secrets and configs. */
export interface WorkerFiles {
  readonly name: string
  /** Tasks whose programs run, with the number of files that each was started with. */
  running(): readonly { readonly task: Assignment; readonly files: number }[]
  /** Payloads (`Secret/password`) that the manager has told its agent and not told it to forget. */
  told(): ReadonlySet<string>
}

/** No task runs without all of its secrets and configs; at rest no node has one that none of its tasks uses. */
export function filesFollowTasks(workers: () => readonly WorkerFiles[]): Checker {
  return {
    name: 'files follow tasks',
    observe() {
      for (const worker of workers()) {
        for (const { task, files } of worker.running()) {
          const wanted = namesOf(task.template).length
          assert.equal(files, wanted, `${task.task} runs on ${worker.name} with ${files} of its ${wanted} files`)
        }
      }
    },
    settled(view) {
      for (const { name, told } of workers()) {
        const tasks = [...view.tasksOnNode(name)].filter((task) => !isEnded(task))
        const used = new Set(tasks.flatMap((task) => namesOf(view.get('Revision', task.spec.revision)?.spec.template ?? {})))
        assert.deepEqual([...told()].toSorted(), [...used].toSorted(), `${name} has what its tasks use`)
      }
    },
  }
}

function namesOf({ secrets = [], configs = [] }: Assignment['template']): readonly string[] {
  return [...secrets.map(({ source }) => `Secret/${source}`), ...configs.map(({ source }) => `Config/${source}`)]
}
