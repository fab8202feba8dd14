// The unlock key of managers: as it is, and another one.

import { isJsonObject } from '../../api/wire.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'

/** Several changes may be on their way to the managers. */
const takenUpWithinMs = 30_000
const lookAgainMs = 50

interface UnlockKey {
  /** Empty where there is none. */
  readonly key: string
  readonly version: number
  /** What the manager that was asked goes by. */
  readonly takenUp: number
}

async function present(context: Context): Promise<UnlockKey> {
  const answer = await (await context.client()).raw({ method: 'GET', path: '/apis/kit/v1/clusters/default/unlockkey' })
  if (isJsonObject(answer)) {
    const { unlockKey: key, version, takenUp } = answer
    if (typeof key === 'string' && typeof version === 'number' && typeof takenUp === 'number') return { key, version, takenUp }
  }
  throw new CommandError(exitCodes.error, 'error: the daemon runs another version of kit')
}

/** The key as the spec wants it, once the manager that is asked goes by it. Empty where there is none. */
export async function keyTakenUp(context: Context): Promise<string> {
  const client = await context.client()
  const deadline = context.clock.monotonicMs() + takenUpWithinMs
  for (;;) {
    const { spec, status } = await client.get('Cluster', 'default')
    const { key, version, takenUp } = await present(context)
    const isMade = (spec.autolock === true) === (key !== '') && (key === '' || status.autolock?.rotation === (spec.rotateUnlockKey ?? 0))
    if (isMade && status.autolock?.version === (version === 0 ? undefined : version) && takenUp >= version) return key
    if (context.clock.monotonicMs() > deadline)
      throw new CommandError(exitCodes.timedOut, 'error: the manager has not taken up the change of the unlock key yet; its log says more')
    await context.clock.sleep(lookAgainMs, context.signal)
  }
}

/** Resolves with the new key, once the manager that is asked goes by it. */
export async function rotateKey(context: Context): Promise<string> {
  const client = await context.client()
  const { spec, status } = await client.get('Cluster', 'default')
  if (spec.autolock !== true)
    throw new CommandError(exitCodes.invalid, 'error: there is no unlock key: `kit swarm update --autolock` makes one')
  const rotateUnlockKey = Math.max(spec.rotateUnlockKey ?? 0, status.autolock?.rotation ?? 0) + 1
  await client.patch('Cluster', 'default', { type: 'merge', patch: { spec: { rotateUnlockKey } } }, { fieldManager: 'kit-cluster' })
  return await keyTakenUp(context)
}

/** A manager that was away while the key was changed is unlocked with the one before, which nothing shows any more. */
export async function tellOfAbsentManagers(context: Context): Promise<void> {
  const { items } = await (await context.client()).list('Node')
  const absent = items
    .filter(({ status }) => status.role === 'Manager' && status.manager?.reachable === false)
    .map(({ metadata, status }) => status.description?.hostname ?? metadata.name)
  if (absent.length > 0)
    context.err(
      `warning: keep the key of before, too, until these managers are back: they do not answer, and are unlocked with the key that held when they went: ${absent.join(', ')}`,
    )
}

export function printUnlockKey(context: Context, key: string): void {
  context.out(
    `To unlock a swarm manager after it restarts, run the \`kit swarm unlock\`\ncommand and provide the following key:\n\n    ${key}\n\nPlease remember to store this key in a password manager, since without it you\nwill not be able to restart the manager.\n`,
  )
}
