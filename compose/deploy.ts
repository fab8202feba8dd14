// `deploy:` of a service: how many tasks, where, with what resources, and how they are replaced.

import { parseConstraint } from '../api/constraint.ts'
import { cpus, duration, integer, isMap, list, mapping, memory, orNull, ratio, text, texts, word } from './fields.ts'
import type { ComposeDeploy } from './model.ts'
import { at, type Read, reportUnwanted, reportValue } from './problem.ts'

type Placement = NonNullable<ComposeDeploy['placement']>
type Resources = NonNullable<ComposeDeploy['resources']>
type Limits = NonNullable<Resources['limits']>
type Reservations = NonNullable<Resources['reservations']>
type Restart = NonNullable<ComposeDeploy['restart_policy']>
type UpdatePolicy = NonNullable<ComposeDeploy['update_config']>

const constraint: Read<string> = (value, place) => {
  const written = text(value, place)
  if (written === undefined) return undefined
  const parsed = parseConstraint(written)
  return typeof parsed === 'string'
    ? reportValue(place, 'FieldValueInvalid', parsed, { help: 'for example node.labels.disk == ssd' })
    : written
}

const placement = mapping<Placement>({
  constraints: list(constraint),
  preferences: list((value, place) => {
    const spread = mapping<{ spread?: string }>({ spread: text }, { required: ['spread'] })(value, place)?.spread
    return spread === undefined ? undefined : { spread }
  }),
  max_replicas_per_node: integer(0),
})

/** `[{ discrete_resource_spec: { kind: gpu, value: 2 } }]` as `{ gpu: 2 }`. */
const genericResources: Read<Readonly<Record<string, number>>> = (value, place) => {
  const amounts = new Map<string, number>()
  const amount = mapping<{ kind?: string; value?: number }>({ kind: text, value: integer(0) }, { required: ['kind', 'value'] })
  const element = mapping<{ discrete_resource_spec?: { kind?: string; value?: number } }>({ discrete_resource_spec: amount })
  for (const { discrete_resource_spec: each } of list(element)(value, place) ?? []) {
    if (each?.kind !== undefined && each.value !== undefined) amounts.set(each.kind, each.value)
  }
  return Object.fromEntries(amounts)
}

const readReservations: Read<Reservations> = (value, place) => {
  const read = mapping<{ cpus?: string; memory?: string; generic_resources?: Readonly<Record<string, number>> }>(
    { cpus, memory, generic_resources: genericResources },
    { unsupported: { devices: 'offer the device as a generic resource of the node, and reserve that: generic_resources' } },
  )(value, place)
  if (read === undefined) return undefined
  const { generic_resources: generic, ...rest } = read
  return { ...rest, ...(generic === undefined ? {} : { generic }) }
}

const resources = mapping<Resources>({
  limits: orNull(mapping<Limits>({ cpus, memory, pids: integer(0) })),
  reservations: orNull(readReservations),
})

const conditions = { none: 'None', 'on-failure': 'OnFailure', any: 'Any' } as const

const restartPolicy: Read<Restart> = (value, place) => {
  const read = mapping<{ condition?: 'None' | 'OnFailure' | 'Any'; delay?: string; max_attempts?: number; window?: string }>({
    condition: word(conditions),
    delay: duration,
    max_attempts: integer(0),
    window: duration,
  })(value, place)
  if (read === undefined) return undefined
  const { max_attempts: maxAttempts, ...rest } = read
  return { ...rest, ...(maxAttempts === undefined ? {} : { maxAttempts }) }
}

/** `restart:` outside of deploy counts when there is no `deploy.restart_policy`. What it says, it means: "no" is no. */
export const restart: Read<Restart> = (value, place) => {
  const written = value === false ? 'no' : value
  if (written === 'always' || written === 'unless-stopped') return { condition: 'Any' }
  if (written === 'no') return { condition: 'None' }
  if (written === '') return undefined
  const match = typeof written === 'string' ? /^on-failure(?::(\d{1,9}))?$/.exec(written) : null
  if (match === null) return reportUnwanted(place, 'no, always, unless-stopped, on-failure or on-failure:N', value, ['string'])
  return { condition: 'OnFailure', ...(match[1] === undefined ? {} : { maxAttempts: Number(match[1]) }) }
}

function updatePolicy(actions: Readonly<Record<string, NonNullable<UpdatePolicy['failureAction']>>>): Read<UpdatePolicy> {
  interface Written extends Pick<UpdatePolicy, 'parallelism' | 'delay' | 'monitor' | 'order'> {
    readonly failure_action?: NonNullable<UpdatePolicy['failureAction']>
    readonly max_failure_ratio?: number
  }
  const read = mapping<Written>({
    parallelism: integer(0),
    delay: duration,
    failure_action: word(actions),
    monitor: duration,
    max_failure_ratio: ratio,
    order: word({ 'stop-first': 'StopFirst', 'start-first': 'StartFirst' }),
  })
  return (value, place) => {
    const written = read(value, place)
    if (written === undefined) return undefined
    const { failure_action: failureAction, max_failure_ratio: maxFailureRatio, ...rest } = written
    return {
      ...rest,
      ...(failureAction === undefined ? {} : { failureAction }),
      ...(maxFailureRatio === undefined ? {} : { maxFailureRatio }),
    }
  }
}

export const mostReplicas = 1_000_000

const readDeploy = mapping<ComposeDeploy>({
  mode: word({ replicated: 'Replicated', global: 'Global', 'replicated-job': 'ReplicatedJob', 'global-job': 'GlobalJob' }),
  replicas: integer(0, mostReplicas),
  labels: texts(''),
  endpoint_mode: word({ vip: 'VIP', dnsrr: 'DNSRR' }),
  placement: orNull(placement),
  resources: orNull(resources),
  restart_policy: orNull(restartPolicy),
  update_config: orNull(updatePolicy({ pause: 'Pause', continue: 'Continue', rollback: 'Rollback' })),
  rollback_config: orNull(updatePolicy({ pause: 'Pause', continue: 'Continue' })),
})

export const deploy: Read<ComposeDeploy> = (value, place) => {
  const read = readDeploy(value ?? {}, place)
  if (read === undefined) return undefined
  const isGlobal = read.mode === 'Global' || read.mode === 'GlobalJob'
  if (isGlobal && read.replicas !== undefined) {
    return reportValue(at(place, 'replicas'), 'FieldValueForbidden', 'a global service has no number of replicas', {
      help: 'remove replicas, or mode: global',
    })
  }
  const isJob = read.mode === 'ReplicatedJob' || read.mode === 'GlobalJob'
  if (isJob && isMap(value) && value['update_config'] !== undefined) {
    return reportValue(at(place, 'update_config'), 'FieldValueForbidden', 'a job is not updated: a change starts it again', {
      help: 'remove update_config',
    })
  }
  return read
}
