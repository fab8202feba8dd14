// Autolock: the unlock key of the cluster. It makes one when the operator wants managers to be locked, another when the
// operator raised the number of its rotation, and takes it away when it is not wanted any more. What a manager does
// with it is the manager's business (node/follow-autolock.ts).

import type { Cluster } from '../../api/objects.ts'
import { formatUnlockKey, unlockKeyBytes } from '../../api/unlock-key.ts'
import type { Random } from '../../effects/effects.ts'
import type { Controller, ControllerDeps } from '../runtime/controller.ts'

const clusterName = 'default'

export type AutolockDeps = Pick<ControllerDeps, 'store' | 'log' | 'events'> & { readonly random: Pick<Random, 'bytes'> }
type Autolock = NonNullable<Cluster['status']['autolock']>

export function autolockController({ store, log, events, random }: AutolockDeps): Controller {
  return {
    name: 'autolock',
    initialKeys: [clusterName],
    watches: { Cluster: () => [clusterName] },
    writes: { Cluster: ['status.autolock'] },
    async reconcile() {
      const cluster = store.view.get('Cluster', clusterName)
      if (cluster === undefined) return {}
      const autolock = nextAutolock(cluster, () => formatUnlockKey(random.bytes(unlockKeyBytes)))
      if (autolock === undefined) return {}
      await store.commit({ writes: [{ op: 'update', object: { ...cluster, status: { ...cluster.status, autolock } } }] })
      const [reason, message] = factOf(cluster.status.autolock, autolock)
      log.info('Changed the unlock key', { object: `Cluster/${clusterName}`, version: autolock.version, reason })
      events.record({ object: { kind: 'Cluster', name: clusterName }, type: 'Normal', reason, message })
      return {}
    },
  }
}

/** As the spec wants it; undefined when it is so. Each change has a version of its own: managers never go back to an earlier one. */
export function nextAutolock({ spec, status }: Pick<Cluster, 'spec' | 'status'>, makeKey: () => string): Autolock | undefined {
  const { autolock: isWanted = false, rotateUnlockKey: rotation = 0 } = spec
  const before = status.autolock
  const version = (before?.version ?? 0) + 1
  if (!isWanted) return before?.key === undefined ? undefined : { version, rotation }
  return before?.key !== undefined && before.rotation === rotation ? undefined : { version, rotation, key: makeKey() }
}

function factOf(before: Autolock | undefined, after: Autolock): readonly [reason: string, message: string] {
  if (after.key === undefined) return ['AutolockEnded', 'managers start without the unlock key again']
  if (before?.key === undefined) return ['Autolocked', 'managers need the unlock key when they are started again']
  return ['UnlockKeyRotated', 'managers that are started again need the new unlock key; one that is away now needs the one before']
}
