// Plants one bug at a time in a copy of the tree, runs the tests that should find it, and writes the table
// `docs/planted-bugs.md`. A bug that nothing finds makes this fail: either a test is missing or the bug is none.
// `node tools/planted-bugs.ts` for all, `node tools/planted-bugs.ts slots` for those whose file holds that word.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './sources.ts'

interface Bug {
  readonly what: string
  readonly file: string
  /** Occurs exactly once. */
  readonly text: string
  readonly replacement: string
  /** Test files, run together. */
  readonly tests: readonly string[]
}

const model = 'controllers/slots/model.test.ts'
const rows = 'controllers/slots/classify.test.ts'
const raft = 'store/raft/*.test.ts'
const members = 'store/members*.test.ts'
const crash = 'store/wal/crash-consistency.test.ts'
const clusters = 'sim/simulation.test.ts'
const external = 'ca/external-ca.test.ts'

const controllerBugs: readonly Bug[] = [
  {
    what: 'a drained node counts as good',
    file: 'controllers/slots/classify.ts',
    text: " || node.spec.availability === 'Drain'",
    replacement: '',
    tests: [rows, model],
  },
  {
    what: 'a successor does not wait for its predecessor',
    file: 'controllers/slots/classify.ts',
    text: 'mayStart && (!waitsFor || isDue(until, createdAt, now))',
    replacement: 'mayStart',
    tests: [rows, model],
  },
  {
    what: 'a delay from before the clock was set back is waited for',
    file: 'api/clock-step.ts',
    text: 'at > now + clockToleranceMs',
    replacement: 'at > Number.POSITIVE_INFINITY',
    tests: ['controllers/slots/clock-step.test.ts'],
  },
  {
    what: 'a rollout goes on while it is paused',
    file: 'controllers/slots/policy.ts',
    text: "status.update.state.endsWith('Paused')",
    replacement: "status.update.state.endsWith('Never')",
    tests: [rows, model],
  },
  {
    what: 'a failed task looks stopped, and no rollout counts it',
    file: 'controllers/slots/write.ts',
    text: "isWanted(task, 'Shutdown') || isEnded(task) ?",
    replacement: "isWanted(task, 'Shutdown') ?",
    tests: ['controllers/slots/write.test.ts'],
  },
  {
    what: 'slot writes carry no slot guard',
    file: 'controllers/slots/write.ts',
    text: 'guards: [slotGuard(view, service, slot), serviceGuard(service)',
    replacement: 'guards: [serviceGuard(service)',
    tests: ['controllers/slots/write.test.ts'],
  },
  {
    what: 'restarts are not remembered',
    file: 'controllers/restart/restart.ts',
    text: '? [...kept, now] : kept',
    replacement: '? kept : kept',
    tests: ['controllers/restart/decide.test.ts', model],
  },
  {
    what: 'the window of restarts ends now instead of with the failure',
    file: 'controllers/restart/restart.ts',
    text: 'Math.min(Math.max(task.status.at, made), now)',
    replacement: 'Math.max(now, made)',
    tests: ['controllers/restart/decide.test.ts'],
  },
  {
    what: 'the parallelism is not respected',
    file: 'controllers/update/decide.ts',
    text: 'policy.parallelism - facts.inTheAir',
    replacement: 'policy.parallelism',
    tests: ['controllers/update/decide.test.ts', model],
  },
  {
    what: 'a tolerated failure pauses the rollout',
    file: 'controllers/update/decide.ts',
    text: '> maxFailureRatio',
    replacement: '>= maxFailureRatio',
    tests: ['controllers/update/decide.test.ts'],
  },
  {
    what: 'a rollout is over before it was watched',
    file: 'controllers/update/decide.ts',
    text: 'if (!isDue(finishAt, begunAt, now))',
    replacement: 'if (Number.isNaN(finishAt))',
    tests: ['controllers/update/decide.test.ts', model],
  },
  {
    what: 'history is deleted with the claim in it',
    file: 'controllers/reaper/reaper.ts',
    text: '!removed.includes(task) && !claims(task)',
    replacement: '!removed.includes(task)',
    tests: ['controllers/reaper/history.test.ts', model],
  },
  {
    what: 'a failure that its rollout has not counted is deleted with history',
    file: 'controllers/reaper/reaper.ts',
    text: 'isEnded(task) && !awaitsCount(task, service)',
    replacement: 'isEnded(task)',
    tests: ['controllers/reaper/history.test.ts'],
  },
  {
    what: 'of equal slots the lowest go first on scale-down',
    file: 'controllers/slots/classify.ts',
    text: 'Number(b.running) - Number(a.running) || a.slot - b.slot',
    replacement: 'Number(b.running) - Number(a.running) || b.slot - a.slot',
    tests: [rows],
  },
  {
    what: 'a controller may write anything',
    file: 'controllers/runtime/guarded-store.ts',
    text: 'if (!isAllowed(',
    replacement: 'if (false && !isAllowed(',
    tests: ['controllers/runtime/guarded-store.test.ts'],
  },
  {
    what: 'a key may be worked on twice at once',
    file: 'controllers/runtime/work-queue.ts',
    text: 'if (this.#processing.has(key)) this.#again.add(key)\n    else ',
    replacement: '',
    tests: ['controllers/runtime/work-queue.test.ts'],
  },
  {
    what: 'the limit per node is one too high',
    file: 'controllers/scheduler/filters.ts',
    text: 'passes: (task, node) => node.activeOf(task.serviceUid) < task.maxReplicasPerNode',
    replacement: 'passes: (task, node) => node.activeOf(task.serviceUid) <= task.maxReplicasPerNode',
    tests: ['controllers/scheduler/place.test.ts', 'controllers/scheduler/scheduler.test.ts'],
  },
  {
    what: 'a task frees its resources when it is told to stop',
    file: 'controllers/scheduler/task-claim.ts',
    text: "|| hasReached(task, 'Complete')",
    replacement: "|| task.spec.desired === 'Shutdown' || hasReached(task, 'Complete')",
    tests: ['controllers/scheduler/scheduler.test.ts'],
  },
  {
    what: 'zones fill without counting what was just placed',
    file: 'controllers/scheduler/spread-tree.ts',
    text: 'branch.tasks++',
    replacement: 'branch.tasks += 0',
    tests: ['controllers/scheduler/place.test.ts'],
  },
  {
    what: 'a new leader gives nodes half the grace',
    file: 'controllers/node-lifecycle/decide.ts',
    text: 'const graceBeats = 6',
    replacement: 'const graceBeats = 3',
    tests: ['controllers/node-lifecycle/node-lifecycle.test.ts', 'controllers/node-lifecycle/decide.test.ts'],
  },
  {
    what: 'a dynamic port does not keep its number',
    file: 'network/ports.ts',
    text: 'before.length === wanted.length ?',
    replacement: 'false ?',
    tests: ['network/ports.test.ts'],
  },
]

const storeBugs: readonly Bug[] = [
  {
    what: 'a guard accepts a slot that changed one entry later',
    file: 'store/mvcc/check.ts',
    text: 'if (changedAt > index)',
    replacement: 'if (changedAt > index + 1)',
    tests: ['store/mvcc/state.test.ts'],
  },
  {
    what: 'beginning to claim does not count as a change of claims',
    file: 'store/mvcc/task-index.ts',
    text: 'if (claimedBefore !== claimsNow)',
    replacement: 'if (claimedBefore && !claimsNow)',
    tests: ['store/mvcc/*.test.ts'],
  },
  {
    what: 'a watch resumes one batch early',
    file: 'store/mvcc/event-ring.ts',
    text: '?? 0) <= since) low',
    replacement: '?? 0) < since) low',
    tests: ['store/mvcc/*.test.ts'],
  },
  {
    what: 'a change that changes nothing is an event',
    file: 'store/mvcc/state.ts',
    text: 'if (equal(previous, next)) return',
    replacement: 'if (previous === next) return',
    tests: ['store/mvcc/*.test.ts'],
  },
  {
    what: 'a vote is not remembered',
    file: 'store/raft/election.ts',
    text: '  core.vote = from\n',
    replacement: '',
    tests: [raft],
  },
  {
    what: 'a vote leaves before it is durable',
    file: 'store/raft/election.ts',
    text: "core.sendWhenDurable(from, { type: 'voteResponse', ...ballot(core, granted) })",
    replacement: "core.send(from, { type: 'voteResponse', ...ballot(core, granted) })",
    tests: [raft],
  },
  {
    what: 'an append is acknowledged before it is durable',
    file: 'store/raft/replication.ts',
    text: "core.sendWhenDurable(from, { type: 'appendResponse', index: proven })",
    replacement: "core.send(from, { type: 'appendResponse', index: proven })",
    tests: [raft],
  },
  {
    what: 'the leader counts itself before its own sync',
    file: 'store/raft/raft.ts',
    text: 'acknowledge(core.log.durable)',
    replacement: 'acknowledge(core.log.lastIndex)',
    tests: [raft],
  },
  {
    what: 'entries of an earlier term are committed by counting',
    file: 'store/raft/replication.ts',
    text: ' || core.log.termAt(index) !== core.term',
    replacement: '',
    tests: [raft],
  },
  {
    what: 'a follower commits beyond what the message proved',
    file: 'store/raft/replication.ts',
    text: 'Math.min(message.commit, proven)',
    replacement: 'Math.min(message.commit, core.log.lastIndex)',
    tests: [raft],
  },
  {
    what: 'half of the voters are a quorum',
    file: 'store/raft/quorum.ts',
    text: 'Math.floor(voters / 2) + 1',
    replacement: 'Math.floor((voters + 1) / 2)',
    tests: [raft],
  },
  {
    what: 'a vote is forgotten over a restart',
    file: 'store/raft/raft.ts',
    text: 'vote: hardState.vote, log,',
    replacement: 'vote: null, log,',
    tests: [raft],
  },
  {
    what: 'a candidate counts its own vote before it is durable',
    file: 'store/raft/election.ts',
    text: "core.sendWhenDurable(core.id, { type: 'voteResponse', ...ballot(core, true) })",
    replacement: 'core.votes.set(core.id, true)\n  decide(core)',
    tests: [raft],
  },
  {
    what: 'a candidate asks for votes before its own is durable',
    file: 'store/raft/election.ts',
    text: 'core.sendWhenDurable(id, body)',
    replacement: 'core.send(id, body)',
    tests: [raft],
  },
  {
    what: 'a vote looks at the length of a log only',
    file: 'store/raft/log.ts',
    text: 'term > this.lastTerm || (term === this.lastTerm && index >= this.lastIndex)',
    replacement: 'index >= this.lastIndex',
    tests: [raft],
  },
  {
    what: 'a suffix that differs stays',
    file: 'store/raft/log.ts',
    text: 'if (first.index <= this.lastIndex) this.#truncateFrom(first.index)',
    replacement: 'if (first.index <= this.lastIndex) return',
    tests: [raft],
  },
  {
    what: 'what is equal is cut off, too',
    file: 'store/raft/log.ts',
    text: 'entries.findIndex(({ index, term }) => !this.matches(index, term))',
    replacement: 'entries.length - 1',
    tests: [raft],
  },
  {
    what: 'entries behind a snapshot that was installed stay, and are acknowledged',
    file: 'store/raft/replication.ts',
    text: "else install(core, meta)\n  }\n  // Never our last index: what we have beyond may not be the leader's.\n  core.sendWhenDurable(from, { type: 'appendResponse', index: core.log.commit })",
    replacement:
      "else {\n      const kept = core.log.lastIndex > meta.index ? core.log.slice(meta.index + 1, core.log.lastIndex, Number.MAX_VALUE) : []\n      install(core, meta)\n      core.log.append(kept)\n    }\n  }\n  core.sendWhenDurable(from, { type: 'appendResponse', index: core.log.lastIndex })",
    tests: [raft],
  },
  {
    what: 'a higher term is not written before it is spoken in',
    file: 'store/raft/raft.ts',
    text: 'const isStateNew = term !== this.#writtenTerm || vote !== this.#writtenVote',
    replacement: 'const isStateNew = vote !== this.#writtenVote',
    tests: [raft],
  },
  {
    what: 'the commit index is not written with entries',
    file: 'store/raft/raft.ts',
    text: 'hardState: { term, vote, commit: log.commit }',
    replacement: 'hardState: { term, vote, commit: 0 }',
    tests: [raft],
  },
  {
    what: 'an overtaken write makes entries durable',
    file: 'store/raft/raft.ts',
    text: 'if (work.term === core.term) {',
    replacement: 'if (work.term > 0) {',
    tests: [raft],
  },
  {
    what: 'two changes of members may be under way',
    file: 'store/raft/membership.ts',
    text: "  if (core.pendingConfiguration > core.log.applied) return { refused: 'changePending' }\n",
    replacement: '',
    tests: [raft],
  },
  {
    what: 'a new leader changes members before its term has a commit',
    file: 'store/raft/roles.ts',
    text: 'core.pendingConfiguration = next',
    replacement: 'core.pendingConfiguration = 0',
    tests: [raft],
  },
  {
    what: 'a joint configuration commits by its incoming half',
    file: 'store/raft/quorum.ts',
    text: 'isJoint(configuration) ? Math.min(incoming, reachedByMajority(configuration.outgoing, reached)) : incoming',
    replacement: 'incoming',
    tests: [raft],
  },
  {
    what: 'a joint configuration elects by its incoming half',
    file: 'store/raft/quorum.ts',
    text: 'if (!isJoint(configuration)) return incoming',
    replacement: 'return incoming',
    tests: [raft],
  },
  {
    what: 'a member campaigns by members that it knows to be superseded',
    file: 'store/raft/election.ts',
    text: ' && !log.hasConfiguration(log.applied, log.commit)',
    replacement: '',
    tests: [raft],
  },
  {
    what: 'a leader that was removed goes on',
    file: 'store/raft/membership.ts',
    text: 'if (!isVoter(configuration, core.id)) {',
    replacement: 'if (core.term < 0) {',
    tests: [raft],
  },
  {
    what: 'a learner counts',
    file: 'store/raft/replication.ts',
    text: 'reachedByQuorum(core.configuration, (voter)',
    replacement: 'reachedByQuorum({ ...core.configuration, voters: core.members }, (voter)',
    tests: [raft],
  },
  {
    what: 'a removed voter counts until the next leader',
    file: 'store/raft/membership.ts',
    text: '  core.configuration = configuration\n',
    replacement:
      "  if (core.role !== 'leader' || configuration.voters.length >= core.configuration.voters.length) core.configuration = configuration\n",
    tests: [raft],
  },
  {
    what: 'members are not restored from a snapshot on disk',
    file: 'store/raft/raft.ts',
    text: 'snapshot?.configuration ?? simpleConfiguration(',
    replacement: 'simpleConfiguration(',
    tests: [raft],
  },
  {
    what: 'members are not taken from a snapshot of the leader',
    file: 'store/raft/replication.ts',
    text: '  core.configuration = meta.configuration\n',
    replacement: '',
    tests: [raft],
  },
  {
    what: 'two voters are changed in a single step',
    file: 'store/raft/configuration.ts',
    text: 'votersChanged(before.voters, voters) <= 1',
    replacement: 'votersChanged(before.voters, voters) <= 2',
    tests: [raft],
  },
  {
    what: 'a joint configuration is never left',
    file: 'store/raft/membership.ts',
    text: '  leaveJoint(core)\n',
    replacement: '',
    tests: [raft],
  },
  {
    what: 'a learner whose promotion is not applied looks as if it heard a leader',
    file: 'store/raft/raft.ts',
    text: ' || !mayCampaign(core)) return\n      core.electionElapsed = 0',
    replacement: ') return\n      core.electionElapsed = 0',
    tests: [raft],
  },
  {
    what: 'a read is answered without asking anybody',
    file: 'store/raft/reads.ts',
    text: 'if (context > confirmed || index === null)',
    replacement: 'if (index === null)',
    tests: [raft],
  },
  {
    what: 'a read is answered before the term has a commit',
    file: 'store/raft/reads.ts',
    text: 'hasCommittedInTerm(core) ? core.log.commit : null',
    replacement: 'core.log.commit',
    tests: [raft],
  },
  {
    what: 'an answer to an earlier round confirms a read',
    file: 'store/raft/reads.ts',
    text: 'if (from !== core.id) core.readContext += 1',
    replacement: "if (from === '') core.readContext += 1",
    tests: [raft],
  },
  {
    what: 'reads of an earlier life have the same numbers',
    file: 'store/raft/reads.ts',
    text: '  if (!core.hasReadBase) core.readContext += Math.floor(core.random.next() * 2 ** 40)\n',
    replacement: '',
    tests: [raft],
  },
  {
    what: 'a heartbeat commits beyond what the member is known to have',
    file: 'store/raft/replication.ts',
    text: 'commit: Math.min(progress.match, core.log.commit)',
    replacement: 'commit: core.log.commit',
    tests: [raft],
  },
  {
    what: 'being asked for a pre-vote raises the term',
    file: 'store/raft/raft.ts',
    text: "const keepsTerm = message.type === 'preVote' || (",
    replacement: 'const keepsTerm = (',
    tests: [raft],
  },
  {
    what: 'a stale leader is not told so',
    file: 'store/raft/raft.ts',
    text: 'if (isFromLeader(message)) core',
    replacement: "if (message.type === 'readIndex') core",
    tests: [raft],
  },
  {
    what: 'a stale pre-candidate is not told so',
    file: 'store/raft/raft.ts',
    text: "    if (message.type === 'preVote') refuseStale(core, message.from)\n",
    replacement: '',
    tests: [raft],
  },
  {
    what: 'the window is not freed by a rejection',
    file: 'store/raft/progress.ts',
    text: '    this.#inFlight = []\n    this.#bytesInFlight = 0\n  }\n\n  #free',
    replacement: '  }\n\n  #free',
    tests: [raft],
  },
  {
    what: 'a window that was lost is never freed',
    file: 'store/raft/progress.ts',
    text: "if (this.state === 'replicate' && this.isFull) this.#dropFirst()",
    replacement: '',
    tests: [raft],
  },
  {
    what: 'a snapshot whose answer is lost is waited for forever',
    file: 'store/raft/replication.ts',
    text: "if (progress.state === 'snapshot') askForSnapshot(core, from, progress)",
    replacement: "if (progress.state === 'snapshot') progress.heard()",
    tests: [raft],
  },
  {
    what: 'a snapshot that did not arrive is waited for forever',
    file: 'store/raft/raft.ts',
    text: "id === this.#core.id || progress.state === 'probe') return",
    replacement: "id === this.#core.id || progress.state !== 'replicate') return",
    tests: [raft],
  },
  {
    what: 'leadership is handed over to one that is behind',
    file: 'store/raft/transfer.ts',
    text: ' || core.progress.get(from)?.match !== core.log.lastIndex',
    replacement: '',
    tests: [raft],
  },
  {
    what: 'a transfer is tried forever',
    file: 'store/raft/transfer.ts',
    text: 'if (core.transferElapsed >= core.settings.electionTicks) core.transferee = null',
    replacement: '',
    tests: [raft],
  },
  {
    what: 'a leader without a majority stays',
    file: 'store/raft/election.ts',
    text: '} else becomeFollower(core, core.term, null)',
    replacement: '}',
    tests: [raft],
  },
  {
    what: 'a vote is given while a leader is heard',
    file: 'store/raft/raft.ts',
    text: "if (isRequest && hasLiveLeader(core) && !(message.type === 'vote' && message.transfer)) return\n",
    replacement: '',
    tests: [raft],
  },
  {
    what: 'a candidate does not learn what is committed from those who refuse it',
    file: 'store/raft/election.ts',
    text: '  if (!message.granted) learnCommit(core, message)\n',
    replacement: '',
    tests: [raft],
  },
  {
    what: 'a state of the leader replaces ours before it is on disk',
    file: 'store/store.ts',
    text: '    await this.#wal.saveSnapshot(meta, this.#inTurns(serialise(capture(received.state))), meta.index + 1)\n',
    replacement: '',
    tests: [members],
  },
  {
    what: 'what waits for the disk is sent before',
    file: 'store/store.ts',
    text: 'const isDone = await this.#write(work)',
    replacement: 'this.#send(work.messages.filter(({ to }) => to !== this.#nodeId))\n      const isDone = await this.#write(work)',
    tests: [members],
  },
  {
    what: 'a write begins before the one before has ended',
    file: 'store/store.ts',
    text: 'this.#raft.ready(this.#writing === undefined)',
    replacement: 'this.#raft.ready()',
    tests: [members],
  },
  {
    what: 'a confirmed read does not wait for what it has to see',
    file: 'store/waiting.ts',
    text: 'else this.#applied.push({ ...waiter, index })',
    replacement: 'else waiter.resolve()',
    tests: [members],
  },
  {
    what: 'a leader that was overtaken leaves its callers waiting',
    file: 'store/store.ts',
    text: "if (!leads) this.#pending.fail('leadership was lost')",
    replacement: "if (!leads && this.#isClosing) this.#pending.fail('leadership was lost')",
    tests: [members],
  },
  {
    what: 'a batch is not synced',
    file: 'store/wal/writer.ts',
    text: '      await this.#sync(current.file, frame.length)\n',
    replacement: '',
    tests: [crash, 'store/wal/wal.test.ts'],
  },
  {
    what: 'a snapshot is not synced',
    file: 'store/wal/snapshot-file.ts',
    text: '    await file.sync()\n',
    replacement: '',
    tests: [crash, 'store/wal/wal.test.ts'],
  },
  {
    what: 'the chain does not include what came before',
    file: 'store/wal/frame.ts',
    text: 'crc32(salt, previousChain)',
    replacement: 'crc32(salt)',
    tests: ['store/wal/*.test.ts'],
  },
  {
    what: 'every segment has the same salt',
    file: 'store/wal/segment.ts',
    text: 'return random.bytes(saltBytes)',
    replacement: 'return random.bytes(saltBytes).fill(7)',
    tests: ['store/wal/*.test.ts'],
  },
  {
    what: 'corruption in the middle passes for a torn end',
    file: 'store/wal/frame.ts',
    text: 'number !== undefined && number > at.number + 1',
    replacement: 'number === -1',
    tests: ['store/wal/*.test.ts'],
  },
  {
    what: 'the segment that holds the snapshot is deleted',
    file: 'store/wal/writer.ts',
    text: 'this.#segments[0].highest < keepFrom',
    replacement: 'this.#segments[0].highest <= keepFrom',
    tests: ['store/wal/*.test.ts'],
  },
]

/** Found by whole simulated clusters. */
const clusterBugs: readonly Bug[] = [
  {
    what: 'a task is told to stop while nodes may still choose it',
    file: 'server/endpoints.ts',
    text: 'this.#holds.set(name, { version: left, sinceMs: nowMs })',
    replacement: '',
    tests: [clusters],
  },
  {
    what: 'a task that is held back is never told to stop',
    file: 'server/endpoint-versions.ts',
    text: "      const task = store.view.get('Task', name)\n      if (task !== undefined) markTask(sessions, task)",
    replacement: '      void name',
    tests: [clusters],
  },
  {
    what: 'a node that is frozen holds a stop back for a minute',
    file: 'server/endpoints.ts',
    text: 'longestHoldMs = 5_000',
    replacement: 'longestHoldMs = 60_000',
    tests: [clusters],
  },
  {
    what: 'an endpoint that has left stays in the table',
    file: 'server/endpoints.ts',
    text: 'if (node === undefined) return table.endpoints.delete(name)',
    replacement: 'if (node === undefined) return true',
    tests: [clusters],
  },
  {
    what: 'nodes go on listening for a service that is gone',
    file: 'server/endpoints.ts',
    text: '      this.#tables.delete(uid)\n      tasksIn(changes, uid)',
    replacement: '      this.#tables.delete(uid)',
    tests: [clusters],
  },
  {
    what: 'ports that were not served once are never called served again',
    file: 'server/ports-served.ts',
    text: "const status = troubled.length === 0 ? 'True' : 'False'",
    replacement: "const status = troubled.length === 0 && old?.status !== 'False' ? 'True' : 'False'",
    tests: [clusters],
  },
  {
    what: 'a certificate of an external CA is handed out for another key',
    file: 'ca/external-ca.ts',
    text: 'if (keyDigest(certificate.publicKey) !== keyDigest(publicKey))',
    replacement: 'if (keyDigest(certificate.publicKey) === undefined)',
    tests: [external],
  },
  {
    what: 'an external CA may give a node the role that it likes',
    file: 'ca/external-ca.ts',
    text: 'named === undefined || nameOf(named) !== nameOf(identity)',
    replacement: 'named === undefined || named.clusterId !== identity.clusterId',
    tests: [external],
  },
  {
    what: 'an external CA may sign with the key of another root',
    file: 'ca/external-ca.ts',
    text: 'if (!isSignedBy(certificate, new X509Certificate(root)))',
    replacement: 'if (!certificate.checkIssued(new X509Certificate(root)))',
    tests: [external],
  },
  {
    what: 'a certificate of an external CA may last for ever',
    file: 'ca/external-ca.ts',
    text: 'notAfterMs > wanted.notAfterMs + backdateMs',
    replacement: 'notAfterMs > wanted.notAfterMs + Number.POSITIVE_INFINITY',
    tests: [external],
  },
  {
    what: 'the key of the cluster signs where an external CA does not answer',
    file: 'ca/cluster-ca.ts',
    text: 'if (authorities.length > 0) return',
    replacement: 'if (authorities.length > 0 && key === undefined) return',
    tests: [external],
  },
  {
    what: 'a machine that asks again becomes another node',
    file: 'server/issuer.ts',
    text: 'if (known !== undefined) {\n      if (roleOf',
    replacement: 'if (known !== undefined && publicKey === undefined) {\n      if (roleOf',
    tests: [clusters],
  },
  {
    what: 'the key of a joining machine is used before it is on disk',
    file: 'node/certificate.ts',
    text: "  await writeDurably(disk, certificatesOf(directory), nextKeyFile, key.export({ type: 'pkcs8', format: 'pem' }).toString())\n",
    replacement: '',
    tests: [clusters],
  },
  {
    what: 'a removed node is let in',
    file: 'node/network.ts',
    text: "(id) => members?.view.get('Node', id) === undefined",
    replacement: "(id) => members?.view.get('Node', id) === null",
    tests: [clusters],
  },
  {
    what: 'strangers may open sessions',
    file: 'server/authorization.ts',
    text: "dispatcher: { opens: ['Worker',",
    replacement: "dispatcher: { opens: ['Stranger', 'Worker',",
    tests: [clusters],
  },
  {
    what: 'a removed node is told what was queued for it',
    file: 'server/dispatcher.ts',
    text: '      session.ended.abort() // From here on it is told nothing else.\n',
    replacement: '',
    tests: [clusters],
  },
  {
    what: 'an agent is told the secrets of all tasks',
    file: 'server/assignment-sender.ts',
    text: '      session.payloads.note(task.metadata.name, payloadsOf(view, task))\n    }\n    const update',
    replacement:
      "      for (const each of view.list('Task')) session.payloads.note(each.metadata.name, payloadsOf(view, each))\n    }\n    const update",
    tests: [clusters],
  },
  {
    what: 'a removed node leaves its tasks running',
    file: 'agent/agent.ts',
    text: 'if (isRemoval(error)) await leave(worker, log)',
    replacement: 'if (isRemoval(error)) void leave',
    tests: [clusters],
  },
  {
    what: 'certificates are renewed when they have expired',
    file: 'ca/renewal.ts',
    text: '(earliest + (latest - earliest) * random.next())',
    replacement: '(1.1 + random.next())',
    tests: [clusters],
  },
]

function copyTree(): string {
  const directory = mkdtempSync(join(tmpdir(), 'kit-planted-'))
  cpSync(root, directory, { recursive: true, filter: (path) => !/\/(node_modules|dist|\.git)(\/|$)/.test(path.slice(root.length)) })
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  return directory
}

function passes(tree: string, tests: readonly string[]): boolean {
  const { status } = spawnSync(process.execPath, ['--test', ...tests], {
    cwd: tree,
    stdio: 'ignore',
    timeout: 300_000,
    killSignal: 'SIGKILL',
    env: {
      ...process.env,
      KIT_MODEL_HISTORIES: '60',
      KIT_SIM_SEEDS: '20',
      KIT_RAFT_RUNS: '1500',
      KIT_STORE_RUNS: '60',
      NODE_TEST_CONTEXT: undefined,
    },
  })
  return status === 0
}

/** The file with the bug, in an array with one element; several, or none, when the text does not occur once. */
function planted(bug: Bug): readonly string[] {
  const parts = readFileSync(join(root, bug.file), 'utf8').split(bug.text)
  return parts.slice(1).map((_, at) => `${parts.slice(0, at + 1).join(bug.text)}${bug.replacement}${parts.slice(at + 1).join(bug.text)}`)
}

/** Whether the tests failed. */
function isFound(tree: string, bug: Bug): boolean {
  const path = join(tree, bug.file)
  const original = readFileSync(path, 'utf8')
  writeFileSync(path, planted(bug)[0] ?? '')
  try {
    return !passes(tree, bug.tests)
  } finally {
    writeFileSync(path, original)
  }
}

function table(bugs: readonly (Bug & { readonly found: boolean })[]): string {
  const lines = bugs.map(
    ({ what, file, tests, found }) =>
      `| ${what} | \`${file}\` | ${tests.map((test) => `\`${test}\``).join(', ')} | ${found ? 'yes' : '**no**'} |`,
  )
  return ['| bug | planted in | tests that were run | found |', '|---|---|---|---|', ...lines].join('\n')
}

const stale = [...controllerBugs, ...storeBugs, ...clusterBugs].filter((bug) => planted(bug).length !== 1)
for (const { file, text } of stale) console.error(`${file} does not hold ${JSON.stringify(text)} exactly once`)
if (stale.length > 0) process.exit(2)
const only = process.argv[2]
const tree = copyTree()
try {
  const isMeant = ({ file }: Bug) => only === undefined || file.includes(only)
  const suites = new Set([...controllerBugs, ...storeBugs, ...clusterBugs].filter(isMeant).flatMap(({ tests }) => tests))
  if (!passes(tree, [...suites])) throw new Error('the tests fail without any bug planted: run `npm test` first')
  const run = (bugs: readonly Bug[]) =>
    bugs.filter(isMeant).map((bug) => {
      const found = isFound(tree, bug)
      console.log(`${found ? 'found   ' : 'SURVIVED'}  ${bug.file}: ${bug.what}`)
      return { ...bug, found }
    })
  const controllers = run(controllerBugs)
  const store = run(storeBugs)
  const cluster = run(clusterBugs)
  if (only === undefined) {
    const text = `# Planted bugs\n\nWritten by \`node tools/planted-bugs.ts\`: one-line bugs, planted one at a time, and whether the tests found them.\n\n## Controllers\n\n${table(controllers)}\n\n## Store\n\n${table(store)}\n\n## Clusters\n\n${table(cluster)}\n`
    writeFileSync(join(root, 'docs/planted-bugs.md'), text)
  }
  if ([...controllers, ...store, ...cluster].some(({ found }) => !found)) process.exitCode = 1
} finally {
  rmSync(tree, { recursive: true, force: true })
}
