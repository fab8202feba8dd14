import assert from 'node:assert/strict'
import { isEnded, isEndpoint, isWanted } from '../../api/task.ts'
import { longestHoldMs } from '../../server/dispatcher/endpoints.ts'
import type { SimulatedCluster } from '../cluster.ts'
import type { Checker } from './checker.ts'

/** By then a node has noticed that its session is over, unless it is cut off. */
const noticeMs = 2000

/**
 * A task leaves all balancers before it is told to stop: when its agent hears of it, no other node with a session
 * still knows it as an endpoint, unless it took the longest time that is waited for. And no node gives a client to a task of
 * which it knows that it is to stop, or which is stopping.
 */
export function noClientForAStoppingTask(
  cluster: () => SimulatedCluster,
  fail: (error: unknown) => void,
): Checker & { reached(node: string, task: string): void; toldToStop(node: string, task: string): void } {
  /** Task → when it was asked to stop while it could be chosen. */
  const asked = new Map<string, number>()
  return {
    name: 'no client for a stopping task',
    observe({ elapsedMs, events }) {
      for (const { type, object, previous } of events) {
        if (object.kind !== 'Task') continue
        const { name } = object.metadata
        // One that ended by itself meanwhile serves nobody, and nothing is waited for.
        if (type === 'DELETED' || isEnded(object)) asked.delete(name)
        else if (previous?.kind === 'Task' && isEndpoint(previous) && object.status.state === 'Running' && isWanted(object, 'Shutdown'))
          asked.set(name, elapsedMs)
      }
    },
    reached(node, task) {
      const told = cluster().told(node)
      if (told.isToStop(task)) fail(new assert.AssertionError({ message: `${node} gave a client to ${task}, which it was told to stop` }))
      if (cluster().machine(node).isStopping(task))
        fail(new assert.AssertionError({ message: `${node} gave a client to ${task}, which is stopping` }))
      if (!told.knowsAsEndpoint(task))
        fail(new assert.AssertionError({ message: `${node} gave a client to ${task}, which is no endpoint that it knows of` }))
    },
    toldToStop(node, task) {
      const { hosts, queue } = cluster()
      const at = asked.get(task)
      if (at === undefined || queue.nowMs() - at >= longestHoldMs) return
      for (const other of hosts) {
        const told = cluster().told(other)
        const { session } = told
        if (other === node || session === undefined || !told.knowsAsEndpoint(task) || !cluster().isInTouch(other)) continue
        // The manager may have ended that session a moment ago: then the node is about to hear of it.
        queue.schedule(noticeMs, () => {
          if (told.session === session && cluster().isInTouch(other))
            fail(new assert.AssertionError({ message: `${node} was told to stop ${task} while ${other} could still choose it` }))
        })
      }
    },
  }
}
