// Who counts: the members of a Raft group, and how one set of members becomes another. Pure.
//
// A change that alters one voter is a single step: adjacent majorities overlap. Any other goes through a
// joint configuration, in which everything needs a majority of both halves. An entry of the log holds the
// whole configuration that results, not the change: whoever has the entry knows the members, whatever it
// knew before (docs/adr/0018).

import assert from 'node:assert/strict'

export interface Configuration {
  /** Sorted, like all lists here. While joint, the half that stays. */
  readonly voters: readonly string[]
  /** The half that is being left. Empty unless joint. */
  readonly outgoing: readonly string[]
  /** They receive everything and count for nothing. */
  readonly learners: readonly string[]
  /** Voters of the outgoing half that become learners when it is left. */
  readonly learnersNext: readonly string[]
  /** Whether the leader leaves the joint configuration by itself as soon as it is applied. */
  readonly autoLeave: boolean
}

export interface Step {
  readonly make: 'voter' | 'learner' | 'stranger'
  readonly id: string
}

export type Change =
  /** All steps or none. `leave` counts when they need a joint configuration: who ends it. */
  { readonly steps: readonly Step[]; readonly leave: 'auto' | 'explicit' } | 'leaveJoint'

export function simpleConfiguration(voters: readonly string[], learners: readonly string[] = []): Configuration {
  return { voters: voters.toSorted(), outgoing: [], learners: learners.toSorted(), learnersNext: [], autoLeave: false }
}

export function isJoint({ outgoing }: Configuration): boolean {
  return outgoing.length > 0
}

/** Whether it has a say in elections and commits: in either half. */
export function isVoter({ voters, outgoing }: Configuration, id: string): boolean {
  return voters.includes(id) || outgoing.includes(id)
}

/** Everyone whom a leader sends to, and the leader itself. Sorted. */
export function membersOf({ voters, outgoing, learners }: Configuration): readonly string[] {
  return [...new Set([...voters, ...outgoing, ...learners])].sort()
}

/** The configuration after `change`, or in words why it cannot be. */
export function changed(before: Configuration, change: Change): Configuration | { readonly why: string } {
  if (change === 'leaveJoint') return isJoint(before) ? leftJoint(before) : { why: 'the configuration is not joint' }
  if (isJoint(before)) return { why: 'the members are being changed; that has to end first' }
  const { steps, leave } = change
  const ids = steps.map(({ id }) => id)
  if (ids.includes('')) return { why: 'a member has no id' }
  if (new Set(ids).size < ids.length) return { why: 'a member is changed twice' }
  const keep = (list: readonly string[]) => list.filter((id) => !ids.includes(id))
  const made = (make: Step['make']) => steps.filter((step) => step.make === make).map(({ id }) => id)
  const voters = [...keep(before.voters), ...made('voter')].sort()
  const learners = [...keep(before.learners), ...made('learner')].sort()
  if (voters.length === 0) return { why: 'no voter would be left' }
  if (votersChanged(before.voters, voters) <= 1) return simpleConfiguration(voters, learners)
  return {
    voters,
    outgoing: before.voters,
    learners: learners.filter((id) => !before.voters.includes(id)),
    learnersNext: learners.filter((id) => before.voters.includes(id)),
    autoLeave: leave === 'auto',
  }
}

function leftJoint({ voters, learners, learnersNext }: Configuration): Configuration {
  return simpleConfiguration(voters, [...learners, ...learnersNext])
}

/** How many became a voter or ceased to be one. */
function votersChanged(before: readonly string[], after: readonly string[]): number {
  return before.filter((id) => !after.includes(id)).length + after.filter((id) => !before.includes(id)).length
}

export function encodeConfiguration(configuration: Configuration): Uint8Array {
  return new Uint8Array(Buffer.from(JSON.stringify(configuration)))
}

/** Of an entry that a leader made, in this log or in a snapshot: anything else is a broken promise. */
export function decodeConfiguration(data: Uint8Array): Configuration {
  return parseConfiguration(JSON.parse(Buffer.from(data).toString()))
}

export function parseConfiguration(value: unknown): Configuration {
  assert(typeof value === 'object' && value !== null, 'a configuration')
  const fields = new Map(Object.entries(value))
  const ids = (name: string): readonly string[] => {
    const list: unknown = fields.get(name)
    assert(Array.isArray(list) && list.every((id) => typeof id === 'string' && id !== ''), `${name} of a configuration`)
    return list
  }
  const autoLeave = fields.get('autoLeave')
  assert(typeof autoLeave === 'boolean', 'autoLeave of a configuration')
  return { voters: ids('voters'), outgoing: ids('outgoing'), learners: ids('learners'), learnersNext: ids('learnersNext'), autoLeave }
}
