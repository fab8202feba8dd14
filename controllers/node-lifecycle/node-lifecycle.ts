// Whether nodes answer, and what becomes of tasks on nodes that do not: after `orphanAfter` they are given
// up as Orphaned, and at once when the node is deleted or has left. Where their successors run is up to drain and
// restart. The state and its time are in the store, so a new leader goes on where the last one stopped.
// Read next: `decide.ts` for the rule, `liveness.ts` for where heartbeats come from.

import { durationMs } from '../../api/duration.ts'
import type { Node, Task } from '../../api/objects.ts'
import { hasReached } from '../../api/task.ts'
import type { Controller, ControllerDeps, Result } from '../runtime/controller.ts'
import { decide } from './decide.ts'
import type { NodeLiveness } from './liveness.ts'

type NodeLifecycleDeps = Pick<ControllerDeps, 'store' | 'clock' | 'events'> & { readonly liveness: NodeLiveness }

/** Tasks given up in one commit. */
const maxTasksPerCommit = 500

/**
 * Keys are names of nodes. Make a new one for each term of leadership: it counts the grace of nodes from
 * when it was made.
 */
export function nodeLifecycleController(deps: NodeLifecycleDeps): Controller {
  const { store, clock, events, liveness } = deps
  const sinceMs = liveness.listenedMs()

  function settings(): { readonly heartbeatMs: number; readonly orphanAfterMs: number } {
    const spec = store.view.get('Cluster', 'default')?.spec
    return { heartbeatMs: durationMs(spec?.heartbeatPeriod ?? '5s'), orphanAfterMs: durationMs(spec?.orphanAfter ?? '24h') }
  }

  return {
    name: 'node-lifecycle',
    watches: {
      Node: (node) => [node.metadata.name],
      // Only a task that newly is on a node that is gone asks for anything here.
      Task: ({ spec }, previous) =>
        spec.nodeName !== undefined && spec.nodeName !== previous?.spec.nodeName && store.view.get('Node', spec.nodeName) === undefined
          ? [spec.nodeName]
          : [],
    },
    wakes: (add) => liveness.subscribe(add),
    writes: { Node: ['status.state', 'status.stateAt', 'status.message'], Task: ['status'] },
    async reconcile(nodeName): Promise<Result> {
      const node = store.view.get('Node', nodeName)
      if (node === undefined) {
        await orphan(nodeName, 'its node was removed')
        return {}
      }
      const { heartbeatMs, orphanAfterMs } = settings()
      const left = node.status.leftAt !== undefined
      const verdict = decide(node.status.state, {
        nowMs: liveness.listenedMs(),
        sinceMs,
        lastSeenMs: liveness.lastSeenMs(nodeName),
        disconnected: liveness.wasDisconnected?.(nodeName) ?? false,
        left,
        // A period that was changed meanwhile applies from the next heartbeat on, which is still due by the old one.
        heartbeatMs: liveness.periodMs(nodeName) ?? heartbeatMs,
      })
      const stateAt = await writeState(node, verdict.state, verdict.message)
      // What is left of a period may be so little, as fractions add up, that no clock moves on by it.
      if (verdict.state !== 'Down')
        return verdict.revisitAfterMs === undefined ? {} : { requeueAfterMs: Math.max(1, verdict.revisitAfterMs) }
      const remainingMs = stateAt + orphanAfterMs - clock.wallMs()
      if (remainingMs > 0 && !left) return { requeueAfterMs: remainingMs }
      await orphan(nodeName, left ? 'its node left the cluster' : 'its node has been down for too long')
      return {}
    },
  }

  /** Since when the node is in this state. */
  async function writeState(node: Node, state: NonNullable<Node['status']['state']>, message: string): Promise<number> {
    if (node.status.state === state && node.status.stateAt !== undefined) return node.status.stateAt
    const stateAt = clock.wallMs()
    await store.commit({ writes: [{ op: 'update', object: { ...node, status: { ...node.status, state, stateAt, message } } }] })
    const object = { kind: 'Node', name: node.metadata.name } as const
    if (state === 'Ready') events.record({ object, type: 'Normal', reason: 'NodeReady', message: 'The node answers' })
    if (state === 'Down') events.record({ object, type: 'Warning', reason: 'NodeDown', message: `The node is down: ${message}` })
    return stateAt
  }

  async function orphan(nodeName: string, error: string): Promise<void> {
    const lost = [...store.view.tasksOnNode(nodeName)].filter((task) => hasReached(task, 'Assigned') && !hasReached(task, 'Complete'))
    for (let start = 0; start < lost.length; start += maxTasksPerCommit) {
      const chunk = lost.slice(start, start + maxTasksPerCommit)
      await store.commit({ writes: chunk.map((task) => ({ op: 'update', object: asOrphan(task, error, clock.wallMs()) })) })
    }
  }
}

function asOrphan(task: Task, error: string, at: number): Task {
  return { ...task, status: { ...task.status, state: 'Orphaned', at, message: 'given up', error } }
}
