// Every command that a document shows is one: those of `kit` and `kitd` are read by the programs themselves, up to where they
// would begin to do something; of npm and node the script must be there. Those in blocks of README.md and the guides are run,
// too: by e2e/guides.test.ts, or whom e2e/executed-sections.ts names.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commandsIn, simpleCommands } from '../e2e/documented-commands.ts'
import { runnerOf, runners } from '../e2e/executed-sections.ts'
import { problemOf } from './command-problems.ts'
import { root } from './sources.ts'

const documents = globSync(['*.md', 'docs/*.md', '.github/*.md', 'manifests/**/*.md'], { cwd: root }).filter(
  (path) => path !== 'CHANGELOG.md',
)
const commands = documents.flatMap((document) => commandsIn(document, readFileSync(join(root, document), 'utf8')))
const inBlocks = commands.filter(({ isInText }) => !isInText)
const inText = commands.filter(({ isInText }) => isInText)

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

test('who is to run a section has commands to run, and names it', () => {
  for (const runner of runners) {
    const name = `${runner.document}, "${runner.heading}"`
    assert.ok(
      inBlocks.some((command) => runnerOf(command) === runner),
      `there are no commands in ${name}`,
    )
    assert.ok(readFileSync(join(root, runner.by), 'utf8').includes(`'${runner.heading}'`), `${runner.by} does not run ${name}`)
  }
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
