// What `/livez` and `/readyz` of a manager ask.

import type { Health } from '../server/health.ts'
import type { OpenStore } from '../store/store.ts'

/** @param whyNone why nobody leads. @param hasLookedAtTasks of the leader: whether the store has what its node runs. */
export function createHealth(store: OpenStore, whyNone: () => string, hasLookedAtTasks: () => boolean): Health {
  const unless = (isGood: boolean, problem: string): string | undefined => (isGood ? undefined : problem)
  const hasCluster = (): boolean => store.status().leads || store.view.count('Cluster') > 0
  return {
    livez: [{ name: 'log', problem: () => unless(!store.status().isStopped, 'the log has stopped') }],
    readyz: [
      { name: 'log', problem: () => unless(!store.status().isStopped, 'the log has stopped') },
      { name: 'leader', problem: () => (store.status().leader === null ? whyNone() : undefined) },
      { name: 'state', problem: () => unless(hasCluster(), 'this manager has nothing of the cluster yet') },
      {
        name: 'tasks',
        problem: () => unless(!store.status().leads || hasLookedAtTasks(), 'the tasks of this node have not been looked at yet'),
      },
    ],
  }
}
