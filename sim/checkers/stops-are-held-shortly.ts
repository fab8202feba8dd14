import assert from 'node:assert/strict'
import { isWanted } from '../../api/task.ts'
import type { SimulatedCluster } from '../cluster.ts'
import type { Checker } from './checker.ts'

/** docs/adr/0010. Not the constant of the dispatcher: that is what is checked. */
const longestHoldMs = 5000
const marginMs = 4000

/** The agent of a running task that is to stop hears of it soon, at the latest when it has been held back for as long as it may. */
export function stopsAreHeldShortly(cluster: () => SimulatedCluster): Checker {
  /** Task → the machine that it is on, and since when it is to stop. */
  const waiting = new Map<string, { readonly node: string; readonly nodeName: string; readonly sinceMs: number }>()
  /** Node → its session, and since when it has had that one without a break. */
  const inTouch = new Map<string, { readonly session: number; readonly sinceMs: number }>()
  return {
    name: 'stops are held shortly',
    observe({ events, elapsedMs }) {
      for (const { type, object } of events) {
        if (object.kind !== 'Task') continue
        const { name } = object.metadata
        const { nodeName = '' } = object.spec
        const node = cluster().hostOf(nodeName)
        if (type === 'DELETED' || object.status.state !== 'Running' || !isWanted(object, 'Shutdown')) waiting.delete(name)
        else if (node !== undefined && !waiting.has(name)) waiting.set(name, { node, nodeName, sinceMs: elapsedMs })
      }
    },
    tick(nowMs) {
      for (const node of cluster().hosts) {
        const { session } = cluster().told(node)
        if (session === undefined || !cluster().isInTouch(node)) inTouch.delete(node)
        else if (inTouch.get(node)?.session !== session) inTouch.set(node, { session, sinceMs: nowMs })
      }
      for (const [task, { node, nodeName, sinceMs }] of waiting) {
        if (cluster().hostOf(nodeName) !== node) waiting.delete(task) // The machine is another node now.
        if (cluster().told(node).isToStop(task)) waiting.delete(task)
        const touch = inTouch.get(node)
        if (touch === undefined) continue
        const heldMs = nowMs - Math.max(sinceMs, touch.sinceMs)
        assert.ok(!waiting.has(task) || heldMs <= longestHoldMs + marginMs, `${task} is to stop for ${heldMs} ms, and ${node} was not told`)
      }
    },
    settled() {
      assert.deepEqual([...waiting.keys()], [], 'tasks are held back from their agents')
    },
  }
}
