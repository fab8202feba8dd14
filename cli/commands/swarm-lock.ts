// `kit swarm unlock` and `kit swarm unlock-key`: the lock of managers, as docker has it.

import { basename, dirname } from 'node:path'
import { isJsonObject } from '../../api/wire.ts'
import { messageOf } from '../../effects/thrown.ts'
import { membershipPath, type UnlockRequest } from '../cluster/membership.ts'
import { keyTakenUp, printUnlockKey, rotateKey, tellOfAbsentManagers } from '../cluster/swarm-keys.ts'
import { type Connection, connect } from '../connect.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { readSecret } from '../read-secret.ts'

/** The manager of this machine; of a cluster of `kit up` each that is locked, because they have one key. */
export async function unlock(context: Context): Promise<void> {
  const target = await context.target()
  if (target.context !== undefined)
    throw new CommandError(
      exitCodes.invalid,
      `error: \`kit swarm unlock\` is about this machine, and commands are for context "${target.context}" now: name the socket of its daemon with --socket`,
    )
  const { socket, others = [] } = target
  const managers = [socket, ...others].map((path) => ({ name: basename(dirname(path)), connection: connect(path, context.clock) }))
  try {
    await unlockAll(context, managers)
  } finally {
    for (const { connection } of managers) connection.close()
  }
}

interface Manager {
  readonly name: string
  readonly connection: Connection
}

async function unlockAll(context: Context, managers: readonly Manager[]): Promise<void> {
  const states = await Promise.all(managers.map(({ connection }) => stateOf(connection)))
  const locked = managers.filter((_, at) => states[at] === 'Locked')
  if (locked.length === 0) {
    const [failed] = states.filter((state) => state instanceof Error)
    throw failed !== undefined && states.every((state) => state instanceof Error)
      ? failed
      : new CommandError(exitCodes.error, 'error: swarm is not locked')
  }
  const request: UnlockRequest = { key: await readSecret(context, 'Enter unlock key: ') }
  const outcomes = await Promise.allSettled(
    locked.map(({ connection: { client } }) => client.raw({ method: 'POST', path: `${membershipPath}/unlock`, body: { ...request } })),
  )
  const failures = outcomes.flatMap((outcome, at) =>
    outcome.status === 'rejected' ? [{ name: locked[at]?.name, error: outcome.reason as unknown }] : [],
  )
  const [first, ...more] = failures
  if (first === undefined) return
  if (more.length === 0 && managers.length === 1) throw first.error
  for (const { name, error } of failures) context.err(`${name}: ${messageOf(error)}`)
  throw new CommandError(
    exitCodes.error,
    `error: ${failures.length} of ${locked.length} locked managers are still locked; --socket names one of them`,
  )
}

/** An error of whoever does not answer: its daemon may be down. */
async function stateOf({ client }: Connection): Promise<unknown> {
  try {
    const found = await client.raw({ method: 'GET', path: membershipPath })
    return isJsonObject(found) ? found['state'] : undefined
  } catch (error) {
    return error
  }
}

export async function unlockKey(context: Context, options: Options): Promise<void> {
  const key = options.rotate === true ? await rotateKey(context) : await keyTakenUp(context)
  if (key === '') throw new CommandError(exitCodes.error, 'error: no unlock key is set: `kit swarm update --autolock` makes one')
  if (options.quiet === true) context.out(`${key}\n`)
  else {
    if (options.rotate === true) context.out('Successfully rotated manager unlock key.\n\n')
    printUnlockKey(context, key)
  }
  if (options.rotate === true) await tellOfAbsentManagers(context)
}
