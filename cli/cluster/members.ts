// How far the members of the store are: each says it of itself, through whichever manager is asked.

import { isMemberStatus, type MemberStatus } from '../../api/member.ts'
import { formatAge } from '../../api/table.ts'
import type { WireObject } from '../../api/wire.ts'
import type { Client } from '../../client/client.ts'

/** Undefined where it does not answer, or is none. */
export async function readMember(client: Client, node: string): Promise<MemberStatus | undefined> {
  const path = `/apis/kit/v1/nodes/${encodeURIComponent(node)}/member`
  const answer = await client.raw({ method: 'GET', path }).catch(() => undefined)
  return isMemberStatus(answer) ? answer : undefined
}

/** By node; those that do not answer are not there. */
export async function readMembers(client: Client, nodes: Iterable<WireObject<'Node'>>): Promise<ReadonlyMap<string, MemberStatus>> {
  const names = [...nodes].flatMap(({ metadata, status }) => (status.manager === undefined ? [] : [metadata.name]))
  const found = await Promise.all(names.map(async (name) => ({ name, member: await readMember(client, name) })))
  return new Map(found.flatMap(({ name, member }) => (member === undefined ? [] : [[name, member]])))
}

/** A member that has so much less than the others is not only late with the last few entries. */
export const tolerableLag = 1_000

/** Of those that answered. Each was asked at another moment, and knows only later what is agreed on: a few behind is nothing. */
export function newestCommit(members: Iterable<MemberStatus>): number {
  return Math.max(0, ...[...members].map(({ commitIndex }) => commitIndex))
}

export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`
}

/** `1200, 5m ago`. How old one is that was taken before its daemon started, nobody knows. */
export function snapshotText({ snapshotIndex, snapshotAgeMs }: MemberStatus): string {
  if (snapshotIndex === 0) return 'none yet'
  return snapshotAgeMs === undefined ? `${snapshotIndex}` : `${snapshotIndex}, ${formatAge(snapshotAgeMs)} ago`
}

export function describeMember(member: MemberStatus | undefined): string {
  if (member === undefined) return 'does not answer'
  const { role, term, commitIndex, appliedIndex, replayBytes } = member
  return `${role} in term ${term}; entry ${appliedIndex} applied, ${commitIndex} agreed on; snapshot: ${snapshotText(member)}; a restart replays ${sizeText(replayBytes)}`
}
