// `kit swarm join-token|ca`: what another machine needs to join, as docker prints it.

import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { presentToken, roleNamed, rotateToken } from '../swarm-tokens.ts'

export async function joinToken(context: Context, options: Options, [word = '']: readonly string[]): Promise<void> {
  const role = roleNamed(word)
  const token = options.rotate === true ? await rotateToken(context, role) : await presentToken(context, role)
  if (options.quiet === true) return context.out(`${token}\n`)
  if (options.rotate === true) context.out(`Successfully rotated ${role} join token.\n\n`)
  if (role === 'manager') {
    context.out(`${token}\n`)
    context.err('This version of kit has one manager: nobody can join with the token of managers yet.')
    return
  }
  const address = await managerAddress(context)
  context.out(
    `To add a ${role} to this cluster, run the following command:\n\n    kitd -d DIRECTORY --join-addr ${address} --join-token ${token}\n\n`,
  )
}

/** Of a manager that answers, if any does. */
async function managerAddress(context: Context): Promise<string> {
  const { items } = await (await context.client()).list('Node')
  const managers = items.filter(({ status }) => status.role === 'Manager' && status.description?.managerAddress !== undefined)
  const manager = managers.find(({ status }) => status.state === 'Ready') ?? managers[0]
  return manager?.status.description?.managerAddress ?? 'MANAGER:4242'
}

export async function ca(context: Context): Promise<void> {
  const { status } = await (await context.client()).get('Cluster', 'default')
  if (status.ca === undefined) throw new CommandError(exitCodes.error, 'error: the cluster has no root for certificates yet: try again')
  context.out(status.ca.certificate)
}
