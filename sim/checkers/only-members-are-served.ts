import assert from 'node:assert/strict'
import type { StoreView } from '../../api/store.ts'
import type { OpenStore } from '../../store/store.ts'
import type { OpenedStream } from '../effects/transport.ts'
import type { Checker } from './checker.ts'

/**
 * A stranger reaches `join` and nothing else. From the moment in which its removal is committed a node gets no assignment,
 * payload or certificate on the streams that it has: only the word that it was removed. With a manager that knows of it, it opens no other.
 */
export function onlyMembersAreServed(
  view: () => StoreView | undefined,
  storeOf: (host: string) => Pick<OpenStore, 'view' | 'status'> | undefined,
  fail: (error: unknown) => void,
): Checker & { opened(stream: OpenedStream): void; sent(stream: OpenedStream, type: string, issued: string | undefined): void } {
  const isMember = (node: string): boolean => view()?.get('Node', node) !== undefined
  const isLetIn = (host: string, node: string): boolean => {
    const store = storeOf(host)
    if (store === undefined || store.status().leads) return store?.view.get('Node', node) !== undefined
    return store.view.get('Cluster', 'default')?.status.removedNodes?.some((removed) => removed.node === node) !== true
  }
  const check = (holds: boolean, message: string): void => {
    if (!holds) fail(new assert.AssertionError({ message }))
  }
  return {
    name: 'only members are served',
    observe() {},
    opened({ from, to, protocol, node }) {
      if (node === undefined) check(protocol === 'join', `${from} is a stranger, and opened ${protocol}`)
      else check(isLetIn(to, node.id), `${from} opened ${protocol} at ${to} as ${node.id}, which is no member`)
    },
    sent({ from, protocol, node }, type, issued) {
      if (protocol === 'dispatcher' && node !== undefined && !isMember(node.id))
        check(type === 'refused', `${from} was sent ${type} as ${node.id}, which is no member any more`)
      if (issued !== undefined) check(isMember(issued), `${from} was given a certificate as ${issued}, which is no member`)
    },
  }
}
