// How much of what a source has made is as it should be: services with all their tasks, stacks that are merged and whose
// services are, and everything else that is there.

import type { WireObject } from '../api/wire.ts'

export interface Readiness {
  readonly ready: number
  readonly total: number
  /** `service/web`, the first that is not. */
  readonly waiting?: string
}

/** `services` and `stacks`: all that there are. */
export function readinessOf(
  { status }: WireObject<'Source'>,
  services: readonly WireObject<'Service'>[],
  stacks: readonly WireObject<'Stack'>[],
): Readiness {
  const made = status.inventory ?? []
  const byStack = Map.groupBy(services, ({ metadata }) => metadata.labels?.['kit/stack'] ?? '')
  const isReady = (kind: string, name: string): boolean => {
    if (kind === 'Service') return isRunning(services.find(({ metadata }) => metadata.name === name))
    if (kind !== 'Stack') return true // The source itself tells what is gone.
    const applied = stacks.find(({ metadata }) => metadata.name === name)?.status.conditions?.find(({ type }) => type === 'Applied')
    return applied?.status === 'True' && (byStack.get(name) ?? []).every(isRunning)
  }
  const waiting = made.filter(({ kind, name }) => !isReady(kind, name))
  const [first] = waiting
  return {
    ready: made.length - waiting.length,
    total: made.length,
    ...(first === undefined ? {} : { waiting: `${first.kind.toLowerCase()}/${first.name}` }),
  }
}

export function formatReadiness({ ready, total, waiting }: Readiness): string {
  return `${ready} of ${total}${waiting === undefined ? '' : `, not yet ${waiting}`}`
}

function isRunning(service: WireObject<'Service'> | undefined): boolean {
  if (service === undefined) return false
  const { desired = service.spec.replicas ?? 1, running = 0, completed = 0 } = service.status.replicas ?? {}
  return running + completed >= desired
}
