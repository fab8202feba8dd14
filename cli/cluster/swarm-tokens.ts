// The tokens that machines join with: the present one of a role, and a new one.

import type { WireObject } from '../../api/wire.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { observe } from '../observe.ts'

export type TokenRole = 'worker' | 'manager'
type Cluster = WireObject<'Cluster'>

const rotatedWithinMs = 30_000

export function roleNamed(word: string): TokenRole {
  if (word === 'worker' || word === 'manager') return word
  throw new CommandError(exitCodes.invalid, `error: "${word}" is not a role: write worker or manager`)
}

export async function presentToken(context: Context, role: TokenRole): Promise<string> {
  return tokenOf(await (await context.client()).get('Cluster', 'default'), role)
}

function tokenOf({ status }: Cluster, role: TokenRole): string {
  if (status.joinTokens === undefined)
    throw new CommandError(
      exitCodes.error,
      'error: the tokens are shown to admins only, or there are none yet: `kit whoami` says who you are',
    )
  return status.joinTokens[role]
}

/** From its return on the token that was before lets nobody in. */
export async function rotateToken(context: Context, role: TokenRole): Promise<string> {
  const [wanted, made] =
    role === 'worker' ? (['rotateWorkerToken', 'workerRotation'] as const) : (['rotateManagerToken', 'managerRotation'] as const)
  const client = await context.client()
  const before = await client.get('Cluster', 'default')
  const rotation = (before.spec.ca?.[wanted] ?? 0) + 1
  const patch = { spec: { ca: { [wanted]: rotation } } }
  await client.patch('Cluster', 'default', { type: 'merge', patch }, { fieldManager: 'kit-cluster' })
  const cluster = await observe({ client, clock: context.clock, signal: context.signal }, { Cluster: {} }, rotatedWithinMs, (observed) =>
    observed.list('Cluster').find(({ status }) => (status.joinTokens?.[made] ?? 0) >= rotation),
  )
  if (cluster === undefined) throw new CommandError(exitCodes.timedOut, 'error: no manager has made the new token yet; its log says more')
  return tokenOf(cluster, role)
}
