// The cluster as a whole: who manages it, how many of them it can lose, its root, its sources.

import { formatAge } from '../../api/table.ts'
import { newestCommit, sizeText, snapshotText, tolerableLag } from '../cluster/members.ts'
import { rotationNotice } from '../cluster/root-rotation.ts'
import type { ClusterView, Node } from './cluster-view.ts'
import { readinessText } from './glance.ts'
import { order } from './listing.ts'
import { hostOf } from './names.ts'
import { cell, field, type Line, wrapped } from './text.ts'

export function clusterLines(view: ClusterView, now: number, columns: number): readonly Line[] {
  const cluster = view.get('Cluster', 'default')
  const managers = [...view.all('Node').values()]
    .filter(isManager)
    .toSorted((a, b) => order(hostOf(view, a.metadata.name), hostOf(view, b.metadata.name)))
  return [
    ...quorumLines(managers, columns),
    [],
    [{ text: ' MANAGER       PART     STATE         SINCE  MEMBERS CALL IT       USERS CALL IT', style: 'dim' }],
    ...managers.map((node) => managerLine(view, node, now)),
    [],
    ...memberLines(view, managers),
    ...(cluster === undefined ? [] : rootLines(cluster.status.ca?.certificate, rotationNotice(cluster), now, columns)),
    ...sourceLines(view, columns),
  ]
}

function isManager({ status, spec }: Node): boolean {
  return (status.role ?? spec.role) === 'Manager'
}

function quorumLines(managers: readonly Node[], columns: number): readonly Line[] {
  const up = managers.filter(({ status }) => status.state === 'Ready').length
  const needed = Math.floor(managers.length / 2) + 1
  const spare = up - needed
  const head = `${up} of ${managers.length} managers answer; ${needed} must, for anything to change`
  const rest =
    spare < 0 ? 'without more of them nothing changes; what runs goes on' : spare === 0 ? 'none may fail' : `${spare} more may fail`
  const even =
    managers.length % 2 === 0 && managers.length > 0 ? `; ${managers.length} bear no more failures than ${managers.length - 1}` : ''
  return wrapped(`${head}: ${rest}${even}`, columns - 11).map((text, at) =>
    field(at === 0 ? 'quorum' : '', [
      spare < 0 ? { text, style: 'red' } : spare === 0 && managers.length > 1 ? { text, style: 'yellow' } : text,
    ]),
  )
}

function managerLine(view: ClusterView, { metadata, status }: Node, now: number): Line {
  const { state = 'Unknown', stateAt, description, manager } = status
  // A daemon may be heard as an agent, and not answer the leader as a member of the store.
  const isHeard = state !== 'Ready' || manager?.reachable !== false
  const text = cell(isHeard ? state.toLowerCase() : 'store silent', 12)
  return [
    ` ${cell(hostOf(view, metadata.name), 12)}  `,
    `${cell(manager?.member.toLowerCase() ?? 'none yet', 8)} `,
    state === 'Ready' && isHeard ? text : { text, style: 'red' },
    `  ${cell(stateAt === undefined ? '-' : formatAge(now - stateAt), 5, 'right')}  `,
    `${cell(description?.managerAddress ?? '-', 20)}  ${description?.apiAddress ?? '-'}`,
  ]
}

/** How far each is in the log, as it says itself. */
function memberLines(view: ClusterView, managers: readonly Node[]): readonly Line[] {
  const { members } = view
  if (members.size === 0) return []
  const newest = newestCommit(members.values())
  const right = (text: string | number, width: number): string => cell(String(text), width, 'right')
  return [
    [{ text: ' STORE         TERM    AGREED ON      APPLIED   BEHIND  TO REPLAY  SNAPSHOT', style: 'dim' }],
    ...managers.map(({ metadata }): Line => {
      const name = ` ${cell(hostOf(view, metadata.name), 10)} `
      const member = members.get(metadata.name)
      if (member === undefined) return [name, { text: '       does not answer', style: 'red' }]
      const behind = Math.max(0, newest - member.appliedIndex)
      const lag = right(behind, 9)
      return [
        `${name}${right(member.term, 7)}${right(member.commitIndex, 13)}${right(member.appliedIndex, 13)}`,
        behind > tolerableLag ? { text: lag, style: 'yellow' } : lag,
        `${right(sizeText(member.replayBytes), 11)}  ${snapshotText(member)}`,
      ]
    }),
    [],
  ]
}

function rootLines(certificate: string | undefined, rotation: string | undefined, now: number, columns: number): readonly Line[] {
  // Not imported: no other screen needs what is loaded with it.
  const { X509Certificate } = process.getBuiltinModule('node:crypto')
  const until = certificate === undefined ? undefined : new X509Certificate(certificate).validToDate.getTime()
  const days = until === undefined ? undefined : Math.floor((until - now) / 86_400_000)
  return [
    ...(days === undefined
      ? []
      : [field('root', [days < 90 ? { text: `valid for ${days} days`, style: 'yellow' } : `valid for ${days} days`])]),
    ...(rotation === undefined
      ? []
      : wrapped(rotation, columns - 11).map((text, at) => field(at === 0 ? 'rotation' : '', [{ text, style: 'yellow' }]))),
  ]
}

function sourceLines(view: ClusterView, columns: number): readonly Line[] {
  return [...view.all('Source').values()].flatMap((source) => {
    const { metadata, spec, status } = source
    const ready = status.conditions?.find(({ type }) => type === 'Ready')
    const state =
      spec.suspend === true
        ? 'suspended'
        : ready === undefined
          ? 'not looked at yet'
          : ready.status === 'True'
            ? `as its files say; ready: ${readinessText(view, source)}`
            : (ready.message ?? ready.reason ?? 'not ready')
    return wrapped(`${metadata.name}: ${spec.path}: ${state}`, columns - 11).map((text, at) =>
      field(at === 0 ? 'source' : '', [ready?.status === 'False' ? { text, style: 'red' } : text]),
    )
  })
}
