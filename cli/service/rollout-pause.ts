// Pausing and resuming the rollout of a service: what `kit rollout` and the dashboard write.

import type { JsonObject, WireObject } from '../../api/wire.ts'
import type { Client } from '../../client/client.ts'

/** Why nothing of it is replaced now: somebody wants that, or too many tasks failed. */
export function whyPaused({ spec, status }: WireObject<'Service'>): 'Requested' | 'Failures' | undefined {
  if (spec.paused === true) return 'Requested'
  const { update, revision } = status
  return update?.of === revision && update?.state.endsWith('Paused') === true && update.requested !== true ? 'Failures' : undefined
}

/** Also of what may come: until it is resumed, a new revision replaces nothing. */
export function pauseRollout(client: Client, service: WireObject<'Service'>): Promise<WireObject<'Service'>> {
  return change(client, service, { paused: true })
}

/** A rollout that its failures paused goes on in spite of those that it has by now; more of them pause it again. */
export function resumeRollout(client: Client, service: WireObject<'Service'>): Promise<WireObject<'Service'>> {
  const { update } = service.status
  const accepted = update !== undefined && whyPaused(service) !== undefined && update.state.endsWith('Paused') && update.failures > 0
  return change(client, service, {
    paused: null,
    ...(accepted ? { acceptedFailures: { rollout: update.id, count: update.failures } } : {}),
  })
}

function change(client: Client, { metadata: { name } }: WireObject<'Service'>, spec: JsonObject): Promise<WireObject<'Service'>> {
  return client.patch('Service', name, { type: 'merge', patch: { spec } }, { fieldManager: 'kit-rollout' })
}
