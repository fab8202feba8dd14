// What `kit doctor` makes of what it sees: pure, so that each rule is a line of a table. A finding that is not good says how
// to mend it.

import { formatDuration } from '../api/duration.ts'
import type { MemberStatus } from '../api/member.ts'
import type { WireObject } from '../api/wire.ts'
import { newestCommit, tolerableLag } from './cluster/members.ts'

export interface Finding {
  readonly level: 'ok' | 'warning' | 'bad'
  readonly about: string
  readonly text: string
  /** Wherever the level is not ok. */
  readonly mend?: string
}

const gibibyte = 1024 ** 3
/** Logs and the store go on growing; with less than that they may soon not. */
const wanted = { freeBytes: gibibyte, freeShare: 0.05 } as const
const dayMs = 24 * 3_600_000
/** Certificates of nodes are renewed at half of their life or later: one that is so near its end was not. */
const nodeRenewsBeforeMs = 3_600_000
const userRenewsBeforeMs = 7 * dayMs
/** Less is how long a request takes. */
const tolerableSkewMs = 5_000

export function judgeDisk(path: string, freeBytes: number, totalBytes: number): Finding {
  const text = `${path} has ${(freeBytes / gibibyte).toFixed(1)} GiB of ${(totalBytes / gibibyte).toFixed(1)} GiB left`
  if (freeBytes >= wanted.freeBytes && freeBytes >= totalBytes * wanted.freeShare) return { level: 'ok', about: 'disk', text }
  return {
    level: freeBytes < wanted.freeBytes / 8 ? 'bad' : 'warning',
    about: 'disk',
    text,
    mend: 'make room there, or move the state: `kit --dir OTHER up`. A store that cannot write refuses changes',
  }
}

/** `managerMs`: what its clock showed between `sentMs` and `gotMs` of ours. Its time has whole seconds. */
export function judgeClock(sentMs: number, gotMs: number, managerMs: number): Finding {
  const early = managerMs + 1_000 < sentMs ? sentMs - managerMs - 1_000 : 0
  const late = managerMs > gotMs ? managerMs - gotMs : 0
  const offMs = Math.max(early, late)
  if (offMs <= tolerableSkewMs) return { level: 'ok', about: 'clock', text: 'this machine and the manager agree about the time' }
  return {
    level: offMs > 60_000 ? 'bad' : 'warning',
    about: 'clock',
    text: `the clock of the manager is ${formatDuration(Math.round(offMs / 1000) * 1000)} ${late > 0 ? 'ahead of' : 'behind'} that of this machine`,
    mend: 'run chrony or systemd-timesyncd on both (`timedatectl set-ntp true`): certificates and `--since` go by the clock',
  }
}

export function judgeCertificate(whose: string, notAfterMs: number, nowMs: number): Finding {
  const about = 'certificate'
  const leftMs = notAfterMs - nowMs
  const until = new Date(notAfterMs).toISOString().slice(0, 16).replace('T', ' ')
  const mend = 'an admin runs `kit swarm user renew NAME`, and `kit ctx add FILE` takes what it writes'
  if (leftMs <= 0) return { level: 'bad', about, text: `that of ${whose} ended at ${until}`, mend }
  if (leftMs < userRenewsBeforeMs) return { level: 'warning', about, text: `that of ${whose} ends at ${until}`, mend }
  return { level: 'ok', about, text: `that of ${whose} is good until ${until}` }
}

export function judgeNode({ metadata, spec, status }: WireObject<'Node'>, nowMs: number): readonly Finding[] {
  const name = status.description?.hostname ?? metadata.name
  const about = `node/${name}`
  const findings: Finding[] = []
  const { notAfter } = status.certificate ?? {}
  if (status.state !== 'Ready')
    findings.push({
      level: 'bad',
      about,
      text: `${(status.state ?? 'Unknown').toLowerCase()}${status.message === undefined ? '' : `: ${status.message}`}`,
      mend: `start kitd there (\`kit up\` for a local cluster, \`systemctl start kitd\` elsewhere), and see that it reaches a manager; one that is gone for good: ${status.role === 'Manager' ? `\`kit node demote ${name}\`, then ` : ''}\`kit node rm ${name}\``,
    })
  if (status.manager?.diverged !== undefined)
    findings.push({
      level: 'bad',
      about,
      text: `its state is not that of the other managers: ${status.manager.diverged}`,
      mend: `what a manager decides from a wrong state cannot be trusted: \`kit node demote ${name}\`, \`kit node rm ${name}\`, then join there with an empty state directory. Where no majority agrees, keep the one that is right: first \`kit cluster backup FILE\` of each (\`kit --socket\`)`,
    })
  if (status.description?.trouble !== undefined)
    findings.push({
      level: 'bad',
      about,
      text: status.description.trouble,
      mend: 'it gets no new tasks until that is mended on the machine',
    })
  if (notAfter !== undefined && notAfter - nowMs < nodeRenewsBeforeMs)
    findings.push({
      level: notAfter <= nowMs ? 'bad' : 'warning',
      about,
      text: `its certificate ${notAfter <= nowMs ? 'has ended' : 'ends soon'} and was not renewed`,
      mend: 'its log says why; set its clock right, and start kitd there again',
    })
  if (spec.availability === 'Drain' || spec.availability === 'Pause')
    findings.push({
      level: 'warning',
      about,
      text: `takes no new tasks (${spec.availability})`,
      mend: `\`kit activate ${name}\` when it should again`,
    })
  return findings
}

export function judgeManagers(nodes: readonly WireObject<'Node'>[]): Finding {
  const managers = nodes.filter(({ status }) => status.role === 'Manager')
  const ready = managers.filter(({ status }) => status.state === 'Ready').length
  const needed = Math.floor(managers.length / 2) + 1
  const text = `${ready} of ${managers.length} ready, ${needed} needed`
  if (ready > needed || managers.length === 1) return { level: 'ok', about: 'managers', text }
  return {
    level: 'warning',
    about: 'managers',
    text: `${text}: none may be lost`,
    mend: 'start those that are down, or let another manager join',
  }
}

/** Nodes of several versions, as while a cluster is upgraded. */
export function judgeVersions(nodes: readonly WireObject<'Node'>[]): Finding | undefined {
  const hosts = Map.groupBy(
    nodes.filter(({ status }) => status.description?.version !== undefined),
    ({ status }) => status.description?.version,
  )
  if (hosts.size < 2) return undefined
  const text = [...hosts].map(([version, { length }]) => `${version} on ${length}`).join(', ')
  return {
    level: 'warning',
    about: 'versions',
    text: `nodes run several versions of kit: ${text}`,
    mend: 'upgrade the others, one manager after the other: `kit get nodes -o wide` says which are which',
  }
}

/** How far the members of the store are, by host name. */
export function judgeMembers(members: ReadonlyMap<string, MemberStatus>): readonly Finding[] {
  const about = 'store'
  const newest = newestCommit(members.values())
  const late = [...members].flatMap(([name, { appliedIndex }]): readonly Finding[] => {
    if (newest - appliedIndex <= tolerableLag) return []
    const text = `${name} has not applied the last ${newest - appliedIndex} of ${newest} entries`
    const mend =
      'it catches up by itself once its disk and network are fast enough: its log and `kit_wal_fsync_duration_seconds` say which is not'
    return [{ level: 'warning', about, text, mend }]
  })
  if (late.length > 0 || members.size === 0) return late
  const term = Math.max(...[...members.values()].map((member) => member.term))
  const have = members.size === 1 ? 'one member has it' : `${members.size} members keep up`
  return [{ level: 'ok', about, text: `term ${term}, entry ${newest} agreed on: ${have}` }]
}

/** What a service is waiting for, if it is not as it should be. */
export function judgeService({ metadata, status, spec }: WireObject<'Service'>, tasks: readonly WireObject<'Task'>[]): Finding | undefined {
  const about = `service/${metadata.name}`
  const { update } = status
  if (spec.paused === true || (update?.of === status.revision && update?.state.endsWith('Paused') === true))
    return {
      level: 'warning',
      about,
      text: `its rollout is paused${update?.reason === undefined ? '' : `: ${update.reason}`}`,
      mend: `\`kit rollout resume ${metadata.name}\` goes on, \`kit rollout undo ${metadata.name}\` goes back`,
    }
  const waiting = tasks.find(
    ({ spec: own, status: { state, error } }) => own.desired === 'Running' && state === 'Pending' && error !== undefined,
  )
  if (waiting !== undefined)
    return {
      level: 'bad',
      about,
      text: `${waiting.metadata.name} waits: ${waiting.status.error}`,
      mend: `\`kit explain task/${waiting.metadata.name}\` says what each node lacks`,
    }
  const { desired = 0, running = 0, completed = 0 } = status.replicas ?? {}
  if (running + completed >= desired) return undefined
  return {
    level: 'warning',
    about,
    text: `${running} of ${desired} tasks run`,
    mend: `\`kit describe service/${metadata.name}\` and \`kit logs ${metadata.name} --tail 20\` say why`,
  }
}
