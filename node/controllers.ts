// All controllers of a manager, made anew for each term of leadership: what one term remembered in memory
// must not outlive it. Each gets a store handle that refuses what its list does not name.

import type { Certifier } from '../ca/certifier.ts'
import { allocatorController } from '../controllers/allocator/allocator.ts'
import { authorityController } from '../controllers/authority/authority.ts'
import { autolockController } from '../controllers/autolock/autolock.ts'
import { bootstrapController, type Founding } from '../controllers/bootstrap/bootstrap.ts'
import { drainController } from '../controllers/drain/drain.ts'
import { externalCaController } from '../controllers/external-ca/external-ca.ts'
import { sourceEventsController } from '../controllers/gitops/source-events.ts'
import { globalController } from '../controllers/global/global.ts'
import type { NodeLiveness } from '../controllers/node-lifecycle/liveness.ts'
import { nodeLifecycleController } from '../controllers/node-lifecycle/node-lifecycle.ts'
import { placementController } from '../controllers/placement/placement.ts'
import { reaperController } from '../controllers/reaper/reaper.ts'
import { replicatedController } from '../controllers/replicated/replicated.ts'
import { restartController } from '../controllers/restart/restart.ts'
import { revisionController } from '../controllers/revision/revision.ts'
import type { Group } from '../controllers/roles/group.ts'
import { rolesController } from '../controllers/roles/roles.ts'
import type { Controller, ControllerDeps } from '../controllers/runtime/controller.ts'
import { guardStore } from '../controllers/runtime/guarded-store.ts'
import { schedulerController } from '../controllers/scheduler/scheduler.ts'
import { createNodeFacts } from '../controllers/slots/node-facts.ts'
import type { SlotControllerDeps } from '../controllers/slots/slot-controller.ts'
import { SlotIndex } from '../controllers/slots/slot-index.ts'
import { stackController } from '../controllers/stack/stack.ts'
import { updateController } from '../controllers/update/update.ts'
import { usersController } from '../controllers/users/users.ts'
import type { Keys, Random } from '../effects/effects.ts'
import type { EventLog } from '../server/events.ts'
import type { OpenStore } from '../store/store.ts'

export interface ControllersDeps extends Omit<ControllerDeps, 'store' | 'events'> {
  readonly store: OpenStore
  readonly events: EventLog
  readonly random: Random
  readonly keys: Keys
  readonly certifier: Certifier
  readonly liveness: NodeLiveness
  readonly nodeId: string
  readonly clusterId: string
  readonly nodeLabels: Readonly<Record<string, string>>
  readonly founding: Founding
}

/** `index` must be fed the store's events before any controller runs. */
export function createControllers(deps: ControllersDeps): { readonly controllers: readonly Controller[]; readonly index: SlotIndex } {
  const nodes = createNodeFacts(deps.store.view)
  const index = new SlotIndex(deps.store.view, nodes)
  type All = ControllerDeps &
    SlotControllerDeps & {
      readonly random: Random
      readonly keys: Keys
      readonly certifier: Certifier
      readonly liveness: NodeLiveness
      readonly nodeId: string
      readonly clusterId: string
      readonly nodeLabels: Readonly<Record<string, string>>
      readonly founding: Founding
      readonly group: Group
    }
  const make = (create: (deps: All) => Controller): Controller => {
    const { clock, log, random, keys, certifier, liveness, nodeId, clusterId, nodeLabels, founding } = deps
    const given = {
      clock,
      log,
      random,
      keys,
      certifier,
      liveness,
      nodeId,
      clusterId,
      nodeLabels,
      founding,
      nodes,
      slots: index,
      group: groupOf(deps.store, nodeId),
    }
    // The list belongs to the controller, and the controller needs the handle that the list makes.
    const { name, writes } = create({ ...given, store: deps.store, events: deps.events.recorder('kit') })
    return create({ ...given, store: guardStore(deps.store, name, writes), events: deps.events.recorder(name) })
  }
  const controllers = [
    bootstrapController,
    authorityController,
    autolockController,
    rolesController,
    externalCaController,
    usersController,
    stackController,
    revisionController,
    replicatedController,
    globalController,
    restartController,
    updateController,
    drainController,
    placementController,
    allocatorController,
    schedulerController,
    nodeLifecycleController,
    reaperController,
    sourceEventsController,
  ].map(make)
  return { controllers, index }
}

export function groupOf(store: OpenStore, nodeId: string): Group {
  return {
    self: nodeId,
    get members() {
      return store.members
    },
    followers: () => store.followers(),
    disagreement: (id) => store.disagreement(id),
    changeMembers: (change, force) => store.changeMembers(change, force),
    transferLeadership: (to) => store.transferLeadership(to),
  }
}
