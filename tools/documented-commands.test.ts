// Every command that a document shows is one: those of `kit` and `kitd` are read by the programs themselves, up to where they
// would begin to do something; of npm and node the script must be there. Whether they do what the document says, the tests of
// e2e/ see, which run whole sections (`executedSections`) or take the same steps (`triedSections`). A section that nobody
// runs may hold no output.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commandsIn, type DocumentedCommand, programOf, simpleCommands } from '../e2e/documented-commands.ts'
import { executedSections, triedSections } from '../e2e/executed-sections.ts'
import { problemOf, withValue } from './command-problems.ts'
import { root } from './sources.ts'

const documents = globSync(['*.md', 'docs/*.md', '.github/*.md', 'manifests/**/*.md'], { cwd: root }).filter(
  (path) => path !== 'CHANGELOG.md',
)
const commands = documents.flatMap((document) => commandsIn(document, readFileSync(join(root, document), 'utf8')))
const inBlocks = commands.filter(({ isInText }) => !isInText)
const inText = commands.filter(({ isInText }) => isInText)

function isExecuted({ document, heading }: DocumentedCommand): boolean {
  return executedSections.some((each) => each.document === document && each.heading === heading)
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

/** How many words name a command, where it is more than one. */
const depths: readonly (readonly [first: RegExp, depth: number])[] = [
  [/^swarm user /, 3],
  [/^(?:swarm|ctx|node|cluster|gitops) /, 2],
]

/** The names of commands, and long options, of each kit and kitd in a line: `swarm`, `user`, `add`, `--role`. */
function wordsToTry(line: string): readonly string[] {
  return simpleCommands(line).flatMap((words) => {
    const { program, args } = programOf(words)
    if (program !== 'kit' && program !== 'kitd') return []
    const own = args.filter((arg, at) => !withValue.includes(arg) && !withValue.includes(args[at - 1] ?? ''))
    const depth = depths.find(([first]) => first.test(own.join(' ')))?.[1] ?? 1
    const options = own.filter((arg) => /^--[a-z]/.test(arg)).map((arg) => arg.split('=')[0] ?? '')
    return [...(program === 'kit' ? own.slice(0, depth) : []), ...options]
  })
}

test('a guide that shows no output is one whose steps a test takes', () => {
  const missing = inBlocks.flatMap((command) => {
    const { document, line, heading, text } = command
    const words = isExecuted(command) ? [] : wordsToTry(text)
    if (words.length === 0) return []
    const tried = triedSections.find((each) => each.document === document && each.heading === heading)
    if (tried === undefined) return [`${document}:${line}: nothing tries "${heading}"`]
    // What the same document executes elsewhere is tried, too.
    const executed = inBlocks.filter((each) => each.document === document && isExecuted(each)).map((each) => each.text)
    const texts = [...tried.by.map((path) => readFileSync(join(root, path), 'utf8')), ...executed].join('\n')
    const untried = words.filter((word) => !new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(texts))
    return untried.length === 0 ? [] : [`${document}:${line}: ${tried.by.join(', ')} has no ${untried.join(', ')}`]
  })
  assert.deepEqual(missing, [], 'add the section to triedSections of e2e/executed-sections.ts, and a test that takes the same steps')
})

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
