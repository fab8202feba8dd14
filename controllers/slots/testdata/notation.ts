// Tasks, nodes and services in a word each, so that tables of the slot contract fit on a line.

import type { Node, Service, Task, TaskState, UpdateStatus } from '../../../api/objects.ts'
import type { NodeFacts } from '../classify.ts'

/** The time of all tables, ms since 1970. */
export const now = 1_000_000

const stops = { d: 'drain', p: 'placement', g: 'global', u: 'update', r: 'replicated' } as const

/**
 * `attempt:State[@revision][#node][flags]`. State is the observed one. Flags after a slash, any of:
 * `R` wanted Ready, `S` wanted Shutdown, `X` wanted Remove, `=` verdict Replaced, `!` verdict Finished,
 * `d p g u r` stopped by drain, placement, global, update, replicated, `h+N`/`h-N` held until N ms from now
 * (cap a minute later), `n` ended with its node, `o` created by the rollout `u1`, `c` counted by it, `~` placed for another placement.
 */
export function task(text: string, slot = 1): Task {
  const match = /^(\d+):(\w+?)(?:@(\w+))?(?:#(\w+))?(?:\/(.*))?$/.exec(text)
  if (match === null) throw new Error(`"${text}" is no task`)
  const [, attempt = '', state = '', revision = 'r2', node, flags = ''] = match
  const by = [...flags].find((flag): flag is keyof typeof stops => flag in stops && !/h[+-]/.test(flag))
  const held = /h([+-]\d+)/.exec(flags)?.[1]
  const desired = flags.includes('X') ? 'Remove' : flags.includes('S') ? 'Shutdown' : flags.includes('R') ? 'Ready' : 'Running'
  return {
    kind: 'Task',
    metadata: { name: `web.${slot}.${attempt}`, resourceVersion: Number(attempt), createdAt: 0 },
    spec: {
      service: 'web',
      serviceUid: 'uid-web',
      slot,
      revision,
      attempt: Number(attempt),
      desired,
      ...(node === undefined ? {} : { nodeName: node, placedFor: flags.includes('~') ? 'other' : 'here' }),
      ...(held === undefined ? {} : { hold: { notBefore: now + Number(held), until: now + Number(held) + 60_000 } }),
      ...(by === undefined ? {} : { stop: { by: stops[by], at: now - 1, ...(by === 'd' ? { reason: 'NodeDrain' } : {}) } }),
      ...(flags.includes('=') ? { verdict: 'Replaced' as const } : flags.includes('!') ? { verdict: 'Finished' as const } : {}),
      ...(flags.includes('o') ? { rollout: { id: 'u1', ...(flags.includes('c') ? { counted: true } : {}) } } : {}),
    },
    status: { state: state as TaskState, at: now - 1000, ...(state === 'Running' ? { startedAt: now - 1000 } : {}), ...(flags.includes('n') ? { nodeFault: 'Stopped' as const } : {}) },
  }
}

export interface ServiceOptions {
  readonly update?: UpdateStatus['state']
  readonly order?: 'StopFirst' | 'StartFirst'
  readonly global?: boolean
  readonly deleted?: boolean
  /** Somebody wants no task replaced by one of another revision. */
  readonly paused?: boolean
}

/** Its present revision is `r2`, the last good one `r1`. A rollout is `u1`. */
export function service({ update, order = 'StopFirst', global = false, deleted = false, paused = false }: ServiceOptions = {}): Service {
  const target = update?.startsWith('Rollback') === true ? 'r1' : 'r2'
  return {
    kind: 'Service',
    metadata: { name: 'web', uid: 'uid-web', resourceVersion: 1, generation: 1, createdAt: 0, ...(deleted ? { deletedAt: now } : {}) },
    spec: { mode: global ? 'Global' : 'Replicated', ...(global ? {} : { replicas: 1 }), template: { image: 'web' }, update: { order }, rollback: { order }, ...(paused ? { paused } : {}) },
    status: {
      revision: 'r2',
      revisionGeneration: 1,
      lastGood: 'r1',
      ...(update === undefined ? {} : { update: { id: 'u1', of: 'r2', target, from: 'r1', state: update, startedAt: now - 60_000, total: 2, failures: 0 } }),
    },
  }
}

/** Nodes by what is the matter with them: `ok`, `down`, `drained`, `paused`, `unfit` (no longer satisfies the placement). Any other name is gone. */
export const nodes: NodeFacts = {
  node: (name) => (['ok', 'ok2', 'down', 'drained', 'paused', 'unfit'].includes(name) ? node(name) : undefined),
  satisfies: (candidate) => candidate.metadata.name !== 'unfit',
  placementHash: () => 'here',
  whyUnfit: (_task, _service, candidate) => (candidate.metadata.name === 'unfit' ? 'ConstraintsNotSatisfied' : undefined),
}

function node(name: string): Node {
  return {
    kind: 'Node',
    metadata: { name, uid: `uid-${name}`, resourceVersion: 1, generation: 1, createdAt: 0 },
    spec: { availability: name === 'drained' ? 'Drain' : name === 'paused' ? 'Pause' : 'Active' },
    status: { state: name === 'down' ? 'Down' : 'Ready' },
  }
}
