// `kit swarm unlock` and `kit swarm unlock-key`: the lock of managers, as docker has it.

import { isJsonObject } from '../../api/wire.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { membershipPath, type UnlockRequest } from '../membership.ts'
import type { Options } from '../options.ts'
import { readSecret } from '../read-secret.ts'
import { keyTakenUp, printUnlockKey, rotateKey } from '../swarm-keys.ts'

export async function unlock(context: Context): Promise<void> {
  const { context: remote } = await context.target()
  if (remote !== undefined)
    throw new CommandError(
      exitCodes.invalid,
      `error: \`kit swarm unlock\` is about this machine, and commands are for context "${remote}" now: name the socket of its daemon with --socket`,
    )
  const client = await context.client()
  const found = await client.raw({ method: 'GET', path: membershipPath })
  if (!isJsonObject(found) || found['state'] !== 'Locked') throw new CommandError(exitCodes.error, 'error: swarm is not locked')
  const request: UnlockRequest = { key: await readSecret(context, 'Enter unlock key: ') }
  await client.raw({ method: 'POST', path: `${membershipPath}/unlock`, body: { ...request } })
}

export async function unlockKey(context: Context, options: Options): Promise<void> {
  const key = options.rotate === true ? await rotateKey(context) : await keyTakenUp(context)
  if (key === '') throw new CommandError(exitCodes.error, 'error: no unlock key is set: `kit swarm update --autolock` makes one')
  if (options.quiet === true) return context.out(`${key}\n`)
  if (options.rotate === true) context.out('Successfully rotated manager unlock key.\n\n')
  printUnlockKey(context, key)
}
