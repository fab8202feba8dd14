import assert from 'node:assert/strict'
import type { StoreView } from '../../api/store.ts'
import type { OpenedStream } from '../effects/transport.ts'
import type { Checker } from './checker.ts'

/**
 * A stranger reaches `join` and nothing else. From the moment in which its removal is committed a node opens no other stream, and gets
 * no assignment, payload or certificate on those that it has: only the word that it was removed.
 */
export function onlyMembersAreServed(
  view: () => StoreView | undefined,
  fail: (error: unknown) => void,
): Checker & { opened(stream: OpenedStream): void; sent(stream: OpenedStream, type: string, issued: string | undefined): void } {
  const isMember = (node: string): boolean => view()?.get('Node', node) !== undefined
  const check = (holds: boolean, message: string): void => {
    if (!holds) fail(new assert.AssertionError({ message }))
  }
  return {
    name: 'only members are served',
    observe() {},
    opened({ from, protocol, node }) {
      if (node === undefined) check(protocol === 'join', `${from} is a stranger, and opened ${protocol}`)
      else check(isMember(node.id), `${from} opened ${protocol} as ${node.id}, which is no member`)
    },
    sent({ from, protocol, node }, type, issued) {
      if (protocol === 'dispatcher' && node !== undefined && !isMember(node.id))
        check(type === 'refused', `${from} was sent ${type} as ${node.id}, which is no member any more`)
      if (issued !== undefined) check(isMember(issued), `${from} was given a certificate as ${issued}, which is no member`)
    },
  }
}
