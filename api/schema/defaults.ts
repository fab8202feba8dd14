// Defaults are applied when an object is read and never stored, so a new default shows up on old
// objects without a write. They come from the schemas; the helpers below are for readers in hot paths,
// which want numbers and not text.

import { durationMs } from '../duration.ts'
import type { Kind, Objects, Service, TaskTemplate } from '../objects.ts'
import { isJsonObject } from '../wire.ts'
import type { Schema } from './definition.ts'
import { definitionOf, memberSchema, schemaOf } from './schema.ts'

const filledSpecs = new WeakMap<object, object>()

/** The object with every default of its spec filled in. Specs are immutable, so one is filled in once; nothing is copied when nothing is missing. */
export function withDefaults<K extends Kind>(kind: K, object: Objects[K]): Objects[K] {
  const { spec } = object
  const known = filledSpecs.get(spec)
  const filled = known ?? fill(spec, specSchema(kind))
  if (known === undefined) filledSpecs.set(spec, filled)
  return filled === spec ? object : { ...object, spec: filled }
}

function specSchema(kind: Kind): Schema | undefined {
  const definition = definitionOf(kind)
  return definition === undefined ? undefined : schemaOf(definition).properties?.['spec']
}

/** A parent that is missing stays missing: its defaults apply once it is there. */
function fill<T extends object>(value: T, schema: Schema | undefined): T
function fill(value: unknown, schema: Schema | undefined): unknown
function fill(value: unknown, schema: Schema | undefined): unknown {
  if (schema === undefined) return value
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => fill(item, schema.items))
    return items.every((item, index) => item === value[index]) ? value : items
  }
  if (!isJsonObject(value)) return value
  const added = Object.entries(schema.properties ?? {}).filter(([name, child]) => child.default !== undefined && value[name] === undefined)
  let changed = added.length > 0
  const members = Object.entries(value).map(([name, member]): [string, unknown] => {
    const filled = fill(member, memberSchema(schema, name))
    changed ||= filled !== member
    return [name, filled]
  })
  return changed ? Object.fromEntries([...members, ...added.map(([name, child]): [string, unknown] => [name, child.default])]) : value
}

export interface RestartPolicy {
  readonly condition: 'Any' | 'OnFailure' | 'None'
  readonly delayMs: number
  /** 0 means no limit. */
  readonly maxAttempts: number
  /** 0 means that all restarts count. */
  readonly windowMs: number
}

/** A policy that is there but empty means Any, as no policy does. */
export function restartPolicyOf({ restart }: TaskTemplate): RestartPolicy {
  return {
    condition: restart?.condition ?? 'Any',
    delayMs: durationMs(restart?.delay ?? '5s'),
    maxAttempts: restart?.maxAttempts ?? 0,
    windowMs: durationMs(restart?.window ?? '0s'),
  }
}

export interface UpdatePolicyMs {
  /** 0 means all slots at once. */
  readonly parallelism: number
  readonly delayMs: number
  readonly monitorMs: number
  readonly failureAction: 'Pause' | 'Continue' | 'Rollback'
  readonly maxFailureRatio: number
  readonly order: 'StopFirst' | 'StartFirst'
}

export function updatePolicyOf(service: Pick<Service, 'spec'>, which: 'update' | 'rollback'): UpdatePolicyMs {
  const policy = service.spec[which]
  return {
    parallelism: policy?.parallelism ?? 1,
    delayMs: durationMs(policy?.delay ?? '0s'),
    monitorMs: durationMs(policy?.monitor ?? '5s'),
    failureAction: policy?.failureAction ?? 'Pause',
    maxFailureRatio: policy?.maxFailureRatio ?? 0,
    order: policy?.order ?? 'StopFirst',
  }
}

/** Wanted tasks of a Replicated service. */
export function replicasOf(service: Pick<Service, 'spec'>): number {
  return service.spec.replicas ?? 1
}

export function stopGraceMs({ stopGracePeriod }: TaskTemplate): number {
  return durationMs(stopGracePeriod ?? '10s')
}

export interface HealthCheckMs {
  /** `CMD` and its words, or `CMD-SHELL` and a line. Empty: the image's own. */
  readonly test: readonly string[]
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly retries: number
  readonly startPeriodMs: number
  readonly startIntervalMs: number
}

/** Undefined when running is healthy: there is no check, or it is NONE. A time of 0 means its default. */
export function healthCheckOf({ healthCheck }: TaskTemplate): HealthCheckMs | undefined {
  if (healthCheck === undefined || healthCheck.test?.[0] === 'NONE') return undefined
  const ms = (text: string | undefined, standard: number) => (text === undefined ? standard : durationMs(text) || standard)
  return {
    test: healthCheck.test ?? [],
    intervalMs: ms(healthCheck.interval, 30_000),
    timeoutMs: ms(healthCheck.timeout, 30_000),
    retries: healthCheck.retries || 3,
    startPeriodMs: ms(healthCheck.startPeriod, 0),
    startIntervalMs: ms(healthCheck.startInterval, 5000),
  }
}
