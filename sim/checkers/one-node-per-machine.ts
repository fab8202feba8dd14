import assert from 'node:assert/strict'
import type { StoreView } from '../../api/store.ts'
import type { Checker } from './checker.ts'

/** Never two nodes of one key; and a machine that keeps its disk stays the node that it is, however often it asks, until that is removed. */
export function oneNodePerMachine(
  view: () => StoreView | undefined,
  fail: (error: unknown) => void,
): Checker & { issued(host: string, node: string): void; diskIsNew(host: string): void } {
  const nodeOf = new Map<string, string>()
  return {
    name: 'one node per machine',
    observe({ events, view: present }) {
      if (!events.some(({ object, type }) => object.kind === 'Node' && type !== 'DELETED')) return
      const keys = new Map<string, string>()
      for (const { metadata, status } of present.list('Node')) {
        const key = status.certificate?.publicKey
        if (key === undefined) continue
        const other = keys.get(key)
        assert.equal(other, undefined, `${other} and ${metadata.name} are nodes of one key`)
        keys.set(key, metadata.name)
      }
    },
    issued(host, node) {
      const before = nodeOf.get(host)
      nodeOf.set(host, node)
      const mayChange = before === undefined || view()?.get('Node', before) === undefined
      if (before !== node && !mayChange)
        fail(new assert.AssertionError({ message: `${host} was ${before}, has kept its disk, and is ${node} now` }))
    },
    diskIsNew(host) {
      nodeOf.delete(host)
    },
  }
}
