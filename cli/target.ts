// Which cluster a command is for: what stands on the command line decides before the environment, and that before the file.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { RemoteContext } from './context-file.ts'
import { CommandError, exitCodes } from './exit.ts'
import type { GlobalOptions } from './options.ts'

export type Target =
  | {
      readonly socket: string
      /** Of other managers of the same cluster, should that one go away. */
      readonly others?: readonly string[]
      readonly context?: undefined
    }
  | { readonly context: string; readonly remote: RemoteContext }

export async function findTarget(
  { socket, dir, context }: GlobalOptions,
  env: Readonly<Record<string, string | undefined>>,
  localDirectory: string,
): Promise<Target> {
  const local = (): Promise<Target> => localTarget(localDirectory)
  if (context !== undefined && (socket !== undefined || dir !== undefined))
    throw new CommandError(exitCodes.invalid, 'error: --context names another cluster than --socket or --dir: give one of them')
  if (context?.includes(',') === true)
    throw new CommandError(exitCodes.invalid, 'error: --context: only `kit ui` shows several clusters; name one of them')
  if (context !== undefined) return await remote(env, context, local)
  if (socket !== undefined) return { socket }
  if (dir !== undefined) return await local()
  if (env['KIT_CONTEXT'] !== undefined && env['KIT_CONTEXT'] !== '') return await remote(env, env['KIT_CONTEXT'], local)
  const named = env['KIT_SOCKET'] ?? env['SWARM_SOCKET']
  if (named !== undefined) return { socket: named }
  return await remote(env, undefined, local)
}

/** Of what makes or ends the cluster of this machine: a cluster elsewhere was not meant, and is not silently left aside. */
export async function assertHere(command: string, { socket, context }: GlobalOptions): Promise<void> {
  const { localContext } = await import('./contexts.ts')
  const named = socket !== undefined ? '--socket' : context !== undefined && context !== localContext ? `--context ${context}` : undefined
  if (named === undefined) return
  throw new CommandError(
    exitCodes.invalid,
    `error: ${named} names a cluster that somebody else runs, and \`kit ${command}\` is about the one of this machine: leave it out. --dir says which one`,
  )
}

/** `name`: undefined for the one that is current. */
async function remote(
  env: Readonly<Record<string, string | undefined>>,
  name: string | undefined,
  local: () => Promise<Target>,
): Promise<Target> {
  const { configPath, contextNamed, localContext, readContexts } = await import('./contexts.ts')
  if (name === localContext) return await local()
  const path = configPath(env)
  if (name === undefined && !existsSync(path)) return await local()
  const file = await readContexts(path)
  const wanted = name ?? file.current
  return wanted === undefined || wanted === localContext ? await local() : { context: wanted, remote: contextNamed(file, wanted) }
}

/** A manager of the cluster of `kit up`, whatever it was when it was made: the first whose daemon runs, and the others in case that it stops. */
export async function localTarget(directory: string): Promise<Target> {
  const first: Target = { socket: socketOf(directory, 'node-1') }
  if (!existsSync(join(directory, 'node-2'))) return first
  const [{ readPlan }, { managerFile }, { lockHolder }] = await Promise.all([
    import('./local-plan.ts'),
    import('../node/identity.ts'),
    import('../effects/real/directory-lock.ts'),
  ])
  const managers = (await readPlan(directory))?.nodes.filter(({ name }) => existsSync(join(directory, name, managerFile))) ?? []
  const running = managers.find(({ name }) => lockHolder(join(directory, name)) !== undefined) ?? managers[0]
  if (running === undefined) return first
  const others = managers.filter((manager) => manager !== running)
  return { socket: socketOf(directory, running.name), others: others.map(({ name }) => socketOf(directory, name)) }
}

function socketOf(directory: string, name: string): string {
  return join(directory, name, 'kit.sock')
}
