// Roles: makes managers of nodes and nodes of managers. What a node should be its spec says; what it is granted, and
// therefore which certificate it gets, `status.role`; whether it has a say in the store, the group of managers. One step
// at a time (next-step.ts), each from what there is now: a new leader goes on where the last one stopped.

import { isDeepStrictEqual } from 'node:util'
import { reasonOf } from '../../api/errors.ts'
import { isForced } from '../../api/force.ts'
import type { Node } from '../../api/objects.ts'
import { commitEach } from '../runtime/commit-each.ts'
import type { Controller, ControllerDeps, Result } from '../runtime/controller.ts'
import type { Group } from './group.ts'
import { memberIds, nextStep, type Step } from './next-step.ts'

export type RolesDeps = Pick<ControllerDeps, 'store' | 'log' | 'events'> & { readonly group: Group }

type ManagerStatus = NonNullable<Node['status']['manager']>

const key = 'managers'
/** Who answers changes without an event of the store. */
const lookAgainMs = 1_000
/** While a member catches up. */
const lookSoonMs = 100
/** After a change that a majority has to answer for. */
const tryAgainMs = 2_000

export function rolesController(deps: RolesDeps): Controller {
  const { store, group } = deps
  return {
    name: 'roles',
    initialKeys: [key],
    watches: { Node: (node, previous) => (mattersTo(node, previous) ? [key] : []) },
    writes: { Node: ['status.role', 'status.manager'] },
    async reconcile(): Promise<Result> {
      const nodes = [...store.view.list('Node')]
      await writeStatus(deps, nodes)
      const step = nextStep(nodes, group)
      if (step !== undefined) return await take(deps, step)
      if (group.members.learners.length > 0) return { requeueAfterMs: lookSoonMs }
      return memberIds(group).size > 1 ? { requeueAfterMs: lookAgainMs } : {}
    },
  }
}

/** The last state of a node that was removed comes as both. */
function mattersTo(node: Node, previous: Node | undefined): boolean {
  if (previous === undefined || previous === node) return true
  const facts = (node: Node): readonly unknown[] => {
    const { spec, status } = node
    return [spec.role, isForced(node), status.role, status.state, status.description?.managerAddress]
  }
  return !isDeepStrictEqual(facts(node), facts(previous))
}

async function take(deps: RolesDeps, step: Step): Promise<Result> {
  const { store, group, log } = deps
  switch (step.do) {
    case 'grant': {
      const { node, role } = step
      await store.commit({ writes: [{ op: 'update', object: { ...node, status: { ...node.status, role } } }] })
      if (node.status.role !== undefined)
        tell(deps, node.metadata.name, role === 'Manager' ? 'Promoted' : 'Demoted', `it is to be a ${role}`)
      return { requeueAfterMs: 0 }
    }
    case 'handOver':
      log.info('Handed leadership over, because this node is to be no manager any more', { to: step.to })
      group.transferLeadership(step.to)
      return { requeueAfterMs: tryAgainMs }
    case 'member':
      return await changeMember(deps, step)
  }
}

async function changeMember(deps: RolesDeps, { make, id, force }: Extract<Step, { do: 'member' }>): Promise<Result> {
  const { group, log } = deps
  try {
    await group.changeMembers({ steps: [{ make, id }], leave: 'auto' }, force)
  } catch (error) {
    if (reasonOf(error) !== 'Unavailable') throw error
    log.warn('Could not change who the managers are', { object: `Node/${id}`, wanted: make, error })
    if (make === 'stranger') warnOfWaiting(deps, id)
    return { requeueAfterMs: tryAgainMs }
  }
  log.info('Changed who the managers are', { object: `Node/${id}`, is: make })
  if (make === 'voter') tell(deps, id, 'ManagerAdded', 'it has a say in the store')
  if (make === 'stranger') tell(deps, id, 'ManagerRemoved', 'it has no say in the store any more')
  return { requeueAfterMs: 0 }
}

function warnOfWaiting({ events }: RolesDeps, name: string): void {
  const message = 'it stays a manager until enough of the others answer: start them. `kit node demote --force` does not wait'
  events.record({ object: { kind: 'Node', name }, type: 'Warning', reason: 'DemotionWaits', message })
}

function tell({ events }: RolesDeps, name: string, reason: string, message: string): void {
  events.record({ object: { kind: 'Node', name }, type: 'Normal', reason, message })
}

/** What `kit node ls` shows of managers. */
async function writeStatus(deps: RolesDeps, nodes: readonly Node[]): Promise<void> {
  const changed = nodes.flatMap((node) => {
    const manager = managerStatus(deps.group, node)
    return isDeepStrictEqual(manager, node.status.manager) ? [] : [{ node, manager }]
  })
  await commitEach(
    deps.store,
    changed.map(({ node, manager }) => ({ writes: [{ op: 'update', object: withManager(node, manager) }] })),
  )
  for (const { node, manager } of changed) {
    tellReachable(deps, node, manager)
    tellDiverged(deps, node, manager)
  }
}

function managerStatus(group: Group, node: Node): ManagerStatus | undefined {
  const status = memberStatus(group, node.metadata.name)
  // Who has just begun to lead does not know what the one before had found, and one that has stopped is not compared again.
  const found = group.disagreement(node.metadata.name)
  const diverged = found === undefined ? node.status.manager?.diverged : found
  return status === undefined || typeof diverged !== 'string' ? status : { ...status, diverged }
}

function memberStatus({ self, members, followers }: Group, name: string): ManagerStatus | undefined {
  if (name === self) return { member: 'Leader', reachable: true }
  const isVoter = members.voters.includes(name) || members.outgoing.includes(name)
  if (!isVoter && !members.learners.includes(name)) return undefined
  const reachable = followers()?.find(({ id }) => id === name)?.isReachable === true
  return { member: isVoter ? 'Voter' : 'Learner', reachable }
}

function withManager(node: Node, manager: ManagerStatus | undefined): Node {
  const { manager: _, ...status } = node.status
  return { ...node, status: manager === undefined ? status : { ...status, manager } }
}

function tellDiverged({ events }: RolesDeps, { metadata: { name }, status }: Node, manager: ManagerStatus | undefined): void {
  if (manager?.diverged === undefined || manager.diverged === status.manager?.diverged) return
  events.record({ object: { kind: 'Node', name }, type: 'Warning', reason: 'ManagerDiverged', message: manager.diverged })
}

function tellReachable({ events }: RolesDeps, node: Node, manager: ManagerStatus | undefined): void {
  const before = node.status.manager
  if (before === undefined || manager === undefined || before.reachable === manager.reachable) return
  const object = { kind: 'Node', name: node.metadata.name } as const
  if (manager.reachable)
    events.record({ object, type: 'Normal', reason: 'ManagerReachable', message: 'the manager answers the leader again' })
  else events.record({ object, type: 'Warning', reason: 'ManagerUnreachable', message: 'the manager does not answer the leader' })
}
