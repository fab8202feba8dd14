// `docs/cli/`: what the help of every command says, one page for each that `kit --help` lists. Part of `npm run generate`;
// its test fails when a page is not what the commands say.

import { exitMeanings } from '../cli/exit.ts'
import { createProgram } from '../cli/program.ts'

const folder = 'docs/cli'

export interface Entry {
  readonly path: readonly string[]
  readonly help: string
  readonly below: readonly Entry[]
}

/** Every page: path from the project's root → text. */
export async function cliReference(): Promise<Map<string, string>> {
  const root = await readEntry([])
  const pages = root.below.map((entry): [string, string] => [`${folder}/${entry.path.join('-')}.md`, page(entry)])
  return new Map([[`${folder}/README.md`, index(root)], ...pages])
}

/** `path`: words behind `kit`. */
export async function readEntry(path: readonly string[]): Promise<Entry> {
  let help = ''
  const program = createProgram(
    () => {
      throw new Error('help needs no cluster')
    },
    (part) => {
      help += part
    },
  )
  await program.run([...path, '--help'])
  const below: Entry[] = []
  for (const word of commandsIn(help)) below.push(await readEntry([...path, word]))
  return { path, help, below }
}

function commandsIn(help: string): readonly string[] {
  const [, list = ''] = /^Commands:\n((?: {2,}.*\n)*)/m.exec(help) ?? []
  return [...list.matchAll(/^ {2}([\w-]+)/gm)].map(([, word = '']) => word).filter((word) => word !== 'help')
}

/** The first paragraph behind the usage. */
function purposeOf({ help }: Entry): string {
  const [, purpose = ''] = help.slice(help.indexOf('Usage: ')).split('\n\n')
  return purpose.replaceAll(/\s+/g, ' ').trim()
}

const note = '<!-- Generated from the commands by `npm run generate`. Do not edit. -->\n'

function index(root: Entry): string {
  const rows = root.below.map(
    (entry) => `| [kit ${entry.path.join(' ')}](${entry.path.join('-')}.md) | ${purposeOf(entry).replaceAll('|', '\\|')} |`,
  )
  const exitRows = Object.entries(exitMeanings).map(([code, meaning]) => `| ${code} | ${meaning} |`)
  return `${note}
# kit

${block(root)}

## Commands

| command | what it does |
|---|---|
${rows.join('\n')}

Programs called \`kit-NAME\` on the PATH are commands, too: \`kit NAME\` runs one with what follows, and \`KIT_SOCKET\` or \`KIT_CONTEXT\` says which cluster
is meant.

## Exit codes

| code | meaning |
|---|---|
${exitRows.join('\n')}

\`kit exec\` ends as its command does, and \`kit attach\` as the program of the task. A plugin ends as it likes.
`
}

function page(entry: Entry): string {
  return `${note}\n${section(entry, '#')}`
}

function section(entry: Entry, level: string): string {
  const parts = entry.below.map((below) => section(below, level === '#' ? '##' : '###'))
  return [`${level} kit ${entry.path.join(' ')}\n\n${block(entry)}\n`, ...parts].join('\n')
}

function block({ help }: Entry): string {
  return `\`\`\`text\n${help.trimEnd()}\n\`\`\``
}
