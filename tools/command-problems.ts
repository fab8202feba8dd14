// What is wrong with a command that documents or help tell people to type: those of `kit` and `kitd` are read by the programs
// themselves, up to where they would begin to do something; of npm and node the script must be there.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CommanderError } from 'commander'
import { parseFlags } from '../cli/daemon/kitd-flags.ts'
import { createProgram } from '../cli/program.ts'
import { programOf } from '../e2e/documented-commands.ts'
import { messageOf } from '../effects/thrown.ts'
import { root } from './sources.ts'

const scripts: Readonly<Record<string, string>> = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts

/** Programs of others that documents and help may call. */
const others = [
  'openssl',
  'systemctl',
  'cp',
  'rm',
  'mkdir',
  'printf',
  'sed',
  'grep',
  'head',
  'export',
  'kill',
  'git',
  'docker',
  'kubectl',
  'date',
  'echo',
  'pass',
  'source',
  'ssh',
  'tar',
  'Out-String',
  'Invoke-Expression',
]

class Understood extends Error {}

/** Called when a command would begin. Never further: some of them change this machine. */
function stop(): never {
  throw new Understood()
}

async function commandNames(): Promise<ReadonlySet<string>> {
  let names: readonly string[] = []
  const listing = createProgram(stop, undefined, async ({ commands: all }) => {
    names = all.flatMap((one) => [one.name(), ...one.aliases()])
  })
  await listing.run(['__complete'])
  return new Set(names)
}
const known = await commandNames()
/** Of kit itself, with those that take a value. */
export const withValue = ['-s', '--socket', '--context', '--dir']

function firstWordOf(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg, index) => !arg.startsWith('-') && !withValue.includes(args[index - 1] ?? ''))
  return args[at]
}

/** What is wrong with the words after `kit`; undefined when they are understood. */
async function problemOfKit(args: readonly string[]): Promise<string | undefined> {
  const first = firstWordOf(args)
  // Programs on the PATH may be commands, too; documents show none.
  if (first !== undefined && !known.has(first)) return `kit has no command ${first}`
  let said = ''
  const program = createProgram(stop, (text) => {
    said += text
  })
  try {
    const code = await program.run(first === undefined ? [...args, 'version'] : args)
    return code === 0 ? undefined : said
  } catch (error) {
    if (error instanceof Understood) return undefined
    return messageOf(error)
  }
}

function problemOfKitd(args: readonly string[]): string | undefined {
  try {
    parseFlags(args)
    return undefined
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? undefined : error.message
  }
}

/** Undefined when the command is understood: words as a shell has split them. */
export async function problemOf(words: readonly string[]): Promise<string | undefined> {
  const { program, args } = programOf(words)
  if (program === 'kit') return await problemOfKit(args)
  if (program === 'kitd') return problemOfKitd(args)
  if (program === 'npm') return problemOfNpm(args)
  if (program === 'node') return args.some((arg) => existsSync(join(root, arg))) || args[0] === '-e' ? undefined : `no ${args.join(' ')}`
  return others.includes(program) ? undefined : `${program} is no program that documents may call (tools/command-problems.ts)`
}

function problemOfNpm([verb = '', name = '', ...rest]: readonly string[]): string | undefined {
  if (verb === 'ci' || (verb === 'test' && scripts['test'] !== undefined)) return undefined
  if (verb !== 'run' || scripts[name] === undefined) return `package.json has no script for npm ${verb} ${name}`
  const [dashes, bench] = rest
  if (name !== 'bench' || dashes !== '--' || bench === undefined) return undefined
  return existsSync(join(root, `tools/bench/${bench}.ts`)) ? undefined : `there is no benchmark ${bench}`
}
