// Every command that a document shows is one: those of `kit` and `kitd` are read by the programs themselves, up to where they
// would begin to do something; of npm and node the script must be there. Whether they do what the document says, the tests of
// e2e/ see, which run whole sections: `executedSections`. A section that nobody runs may hold no output.

import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { CommanderError } from 'commander'
import { parseFlags } from '../cli/kitd-flags.ts'
import { createProgram } from '../cli/program.ts'
import { commandsIn, type DocumentedCommand, programOf, simpleCommands } from '../e2e/documented-commands.ts'
import { executedSections } from '../e2e/executed-sections.ts'

const root = join(import.meta.dirname, '..')
const scripts: Readonly<Record<string, string>> = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts
const documents = globSync(['*.md', 'docs/*.md', '.github/*.md', 'manifests/**/*.md'], { cwd: root }).filter(
  (path) => path !== 'CHANGELOG.md',
)
const commands = documents.flatMap((document) => commandsIn(document, readFileSync(join(root, document), 'utf8')))
const inBlocks = commands.filter(({ isInText }) => !isInText)
const inText = commands.filter(({ isInText }) => isInText)

/** Programs of others that documents may call. */
const others = ['openssl', 'systemctl', 'cp', 'rm', 'mkdir', 'printf', 'sed', 'grep', 'head', 'export', 'kill', 'git', 'docker', 'kubectl']

function isExecuted({ document, heading }: DocumentedCommand): boolean {
  return executedSections.some((each) => each.document === document && each.heading === heading)
}

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
const withValue = ['-s', '--socket', '--context', '--dir']

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
    return error instanceof Error ? error.message : String(error)
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

async function problemOf(words: readonly string[]): Promise<string | undefined> {
  const { program, args } = programOf(words)
  if (program === 'kit') return await problemOfKit(args)
  if (program === 'kitd') return problemOfKitd(args)
  if (program === 'npm') return problemOfNpm(args)
  if (program === 'node') return args.some((arg) => existsSync(join(root, arg))) || args[0] === '-e' ? undefined : `no ${args.join(' ')}`
  return others.includes(program) ? undefined : `${program} is no program that documents may call (tools/documented-commands.test.ts)`
}

function problemOfNpm([verb = '', name = '', ...rest]: readonly string[]): string | undefined {
  if (verb === 'ci' || (verb === 'test' && scripts['test'] !== undefined)) return undefined
  if (verb !== 'run' || scripts[name] === undefined) return `package.json has no script for npm ${verb} ${name}`
  const [dashes, bench] = rest
  if (name !== 'bench' || dashes !== '--' || bench === undefined) return undefined
  return existsSync(join(root, `tools/bench/${bench}.ts`)) ? undefined : `there is no benchmark ${bench}`
}

for (const command of inBlocks)
  test(`${command.document}:${command.line}: ${command.text}`, async () => {
    const simple = simpleCommands(command.text)
    assert.ok(simple.length > 0)
    for (const words of simple) assert.equal(await problemOf(words), undefined, words.join(' '))
  })

/** In a sentence words may be left out, as in `kit scale`; and some stand for others. */
const shortened = /missing required argument|required option|argument missing/
const elided = /[…[\]|]|\.\.\.|^kit [A-Z]/

/** An option that is needed is missed before others are looked at. */
function completed(words: readonly string[]): readonly string[] {
  const [program = '', ...args] = words.map((word) => (word === 'IP' ? '10.0.0.1' : word))
  return program === 'kitd' && !args.includes('-d') ? [program, '-d', '/var/lib/kit', ...args] : [program, ...args]
}

for (const command of inText)
  test(`${command.document}:${command.line}: \`${command.text}\``, { skip: elided.test(command.text) }, async () => {
    for (const words of simpleCommands(command.text)) {
      const problem = await problemOf(completed(words))
      if (problem !== undefined) assert.match(problem, shortened, words.join(' '))
    }
  })

test('what a document shows as the output of a command is seen by a test', () => {
  const shown = documents.flatMap((document) => sectionsWithOutput(document))
  assert.deepEqual(
    shown.filter((each) => !isExecuted(each)).map(({ document, line }) => `${document}:${line}`),
    [],
    'add the section to e2e/executed-sections.ts, and a test that runs it',
  )
  for (const { document, heading } of executedSections)
    assert.ok(
      inBlocks.some((command) => command.document === document && command.heading === heading),
      `${document} has no commands below "${heading}"`,
    )
})

/** Prompts tell commands from what they print. */
function sectionsWithOutput(document: string): readonly DocumentedCommand[] {
  const lines = readFileSync(join(root, document), 'utf8').split('\n')
  return inBlocks.filter((command) => command.document === document && /^\s*\$ /.test(lines[command.line - 1] ?? ''))
}

test('a command that is none is noticed', async () => {
  for (const line of [
    'kit fly me',
    'kit get services --nosuch',
    'kit get services | kit fly',
    'kit scale service/a=$(kit gett x)',
    'kit swarm join-token worker extra words',
    'kit gitops ad shop',
    'kitd -d /tmp/x --nosuch',
    'kitd --gitops /srv',
    'npm run nosuch',
    'npm run bench -- nosuch',
    'nosuch thing',
  ]) {
    const problems = await Promise.all(simpleCommands(line).map(problemOf))
    assert.ok(
      problems.some((problem) => problem !== undefined),
      line,
    )
  }
})
