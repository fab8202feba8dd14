// Who the members are, while the group runs. A configuration is in force on a member once its entry is
// applied there, not before: so a truncated one needs no undoing. What makes that safe:
//
//   a leader appends one only when the one before it is applied and an entry of its own term is committed
//   nobody campaigns while it has a committed one that it has not applied
//   whoever has the next one on disk has on disk, too, that this one is committed: the hard state written
//   with entries holds the commit index that came with them
//
// So of all configurations by which somebody might count at one time, any two follow one another, and
// their majorities overlap.

import assert from 'node:assert/strict'
import { type Change, type Configuration, changed, decodeConfiguration, encodeConfiguration, isJoint, isVoter } from './configuration.ts'
import type { Core, Proposed } from './core.ts'
import { Progress } from './progress.ts'
import { countQuorum } from './quorum.ts'
import { advanceCommit, broadcastAppend } from './replication.ts'
import { becomeFollower } from './roles.ts'

/** With `force`, a change goes through whose voters do not answer; it may stand until they do. */
export function proposeChange(core: Core, change: Change, force: boolean): Proposed {
  if (core.role !== 'leader') return { refused: 'notLeader' }
  if (core.transferee !== null) return { refused: 'transferring' }
  if (core.pendingConfiguration > core.log.applied) return { refused: 'changePending' }
  const next = changed(core.configuration, change)
  if ('why' in next) return { refused: 'invalidChange', why: next.why }
  if (!force && !isReachable(core, next)) return { refused: 'unreachable' }
  return appendConfiguration(core, next)
}

/** Whether a quorum of `next` answers now. A voter that was no member before does not: it begins as a learner. */
function isReachable(core: Core, next: Configuration): boolean {
  const answers = new Map([...core.progress].map(([id, progress]) => [id, id === core.id || progress.isReachable]))
  return countQuorum(next, answers) === 'won'
}

function appendConfiguration(core: Core, configuration: Configuration): Proposed {
  const index = core.log.lastIndex + 1
  const data = encodeConfiguration(configuration)
  core.log.append([{ index, term: core.term, type: 'configuration', data }])
  core.uncommittedBytes += data.length // Not refused for want of room: it may be the way out.
  core.pendingConfiguration = index
  broadcastAppend(core)
  return { term: core.term, index }
}

/** Entries above `from`, up to `to`, are applied: the configurations among them are in force. */
export function adoptConfigurations(core: Core, from: number, to: number): void {
  for (let index = from + 1; index <= to; index += 1) {
    const entry = core.log.entryAt(index)
    if (entry.type === 'configuration') adopt(core, decodeConfiguration(entry.data))
  }
  leaveJoint(core)
}

function adopt(core: Core, configuration: Configuration): void {
  core.configuration = configuration
  if (core.role !== 'leader') return
  if (!isVoter(configuration, core.id)) {
    becomeFollower(core, core.term, null) // It must not count itself any more.
    return
  }
  followMembers(core)
  advanceCommit(core) // A majority may have become smaller.
  broadcastAppend(core)
}

function followMembers(core: Core): void {
  for (const id of core.progress.keys()) if (!core.members.includes(id)) core.progress.delete(id)
  for (const id of core.others) {
    if (core.progress.has(id)) continue
    const progress = new Progress(core.log.lastIndex + 1, core.settings.window)
    progress.isActive = true // It gets an election timeout to answer.
    core.progress.set(id, progress)
  }
  assert(core.progress.has(core.id), 'a leader is a member')
  if (core.transferee !== null && !isVoter(core.configuration, core.transferee)) core.transferee = null
}

/** Also a leader that found the group in a joint configuration ends it, or it would stay so. */
function leaveJoint(core: Core): void {
  const { configuration, log } = core
  if (core.role !== 'leader' || !isJoint(configuration) || !configuration.autoLeave) return
  if (core.pendingConfiguration > log.applied) return
  const next = changed(configuration, 'leaveJoint')
  assert(!('why' in next))
  appendConfiguration(core, next)
}
