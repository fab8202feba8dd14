// `kit node install|uninstall`: kitd as a service of this machine.

import { execFileSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { messageOf } from '../../effects/thrown.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { unitFile, unitName } from '../unit-file.ts'

const unitPath = join('/etc/systemd/system', unitName)

export function install(context: Context, options: Options): Promise<void> {
  const { node, kitd } = context.programs
  const directory = resolve(options.stateDir ?? '/var/lib/kit')
  const standby = options.standby === true ? ['--standby'] : []
  const args = [...standby, '--executor', options.executor ?? 'auto', ...(options.label ?? []).flatMap((label) => ['--label', label])]
  const unit = unitFile({ node, kitd, directory, user: options.user ?? 'root', args })
  if (options.print === true || !hasSystemd()) {
    if (options.print !== true) context.err('systemd does not run this machine, so nothing was written. The unit would be:')
    context.out(unit)
    return Promise.resolve()
  }
  change(() => writeFileSync(unitPath, unit))
  systemctl('daemon-reload')
  systemctl('enable', '--now', unitName)
  context.out(
    `${unitPath} is enabled and started; \`systemctl status ${unitName}\` shows it, and \`kit --socket ${directory}/kit.sock\` speaks with it\n`,
  )
  return Promise.resolve()
}

export function uninstall(context: Context): Promise<void> {
  if (!hasSystemd() || !existsSync(unitPath))
    throw new CommandError(exitCodes.error, `error: nothing to uninstall: there is no ${unitPath}, or systemd does not run this machine`)
  systemctl('disable', '--now', unitName)
  change(() => rmSync(unitPath))
  systemctl('daemon-reload')
  context.out(`${unitPath} is removed. Tasks run on, and their state stays\n`)
  return Promise.resolve()
}

/** As sd_booted(3) asks. */
function hasSystemd(): boolean {
  return existsSync('/run/systemd/system')
}

function change(write: () => void): void {
  try {
    write()
  } catch (error) {
    throw new CommandError(exitCodes.error, `error: cannot change ${unitPath}: ${String(error)}. Run it as root, or use --print`)
  }
}

function systemctl(...args: readonly string[]): void {
  try {
    execFileSync('systemctl', args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })
  } catch (error) {
    const said = messageOf(error)
    throw new CommandError(exitCodes.error, `error: ${said.trim()}`)
  }
}
