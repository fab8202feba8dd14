// Plants one bug at a time in a copy of the tree, runs the tests and simulations that should find it, and writes the
// tables of `docs/planted-bugs.md`. A bug that nothing finds makes this fail: either a test is missing or the bug is none.
// A bug with which the program cannot even run makes it fail, too: that is no find, and the list is wrong.
// `node tools/planted-bugs.ts` for all, `node tools/planted-bugs.ts slots` for those that have that word in their name or their file's:
// the rows of others stay as they are. The bugs are in `planted/`.

import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type Bug, clusterRuns, simulations } from './planted/bug.ts'
import { bugs, mistakes } from './planted/bugs.ts'
import { classicBugs } from './planted/classic.ts'
import { clusterBugs } from './planted/clusters.ts'
import { controllerBugs } from './planted/controllers.ts'
import { replicationBugs } from './planted/replication.ts'
import { requestBugs } from './planted/requests.ts'
import { storageBugs } from './planted/storage.ts'
import { type Findings, Tree } from './planted/trial.ts'
import { root } from './sources.ts'

const documentPath = join(root, 'docs/planted-bugs.md')
const longestCell = 110

function isFound({ tests, core = null, members = null }: Findings): boolean {
  return tests !== null || core !== null || members !== null
}

function verdictOf(findings: Findings): string {
  if (findings.broken !== undefined) return 'BROKEN  '
  return isFound(findings) ? 'found   ' : 'SURVIVED'
}

/** Some at once, each in a tree of its own. */
async function findAll(wanted: readonly Bug[]): Promise<ReadonlyMap<string, Findings>> {
  const found = new Map<string, Findings>()
  const waiting = [...wanted]
  const work = async () => {
    const tree = new Tree()
    try {
      for (let bug = waiting.shift(); bug !== undefined; bug = waiting.shift()) {
        const findings = await tree.find(bug)
        found.set(bug.what, findings)
        write(found)
        console.log(`${verdictOf(findings)}  ${bug.file}: ${bug.what}  ${JSON.stringify(findings)}`)
      }
    } finally {
      tree.remove()
    }
  }
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), wanted.length) }, work))
  return found
}

async function checkHealth(wanted: readonly Bug[]): Promise<void> {
  const tree = new Tree()
  try {
    const failing = await tree.failure([...new Set(wanted.flatMap(({ tests }) => tests))])
    if (failing !== undefined)
      throw new Error(`the tests fail without any bug planted: run \`npm test\` first (${Object.values(failing).join()})`)
  } finally {
    tree.remove()
  }
}

function cell(finding: string | null | undefined): string {
  if (finding === undefined) return ''
  if (finding === null) return '–'
  const text = finding.replaceAll('|', '/').replaceAll(/\s+/g, ' ')
  return text.length <= longestCell ? text : `${text.slice(0, longestCell)}…`
}

function testCell(findings: Findings): string {
  if (findings.broken !== undefined) return `**broken**: ${cell(findings.broken)}`
  return isFound(findings) ? cell(findings.tests) : `${cell(findings.tests)} **not found**`
}

/** Only tables of the replicated store say what simulations found. */
function rowOf(bug: Bug, findings: Findings | undefined, kept: ReadonlyMap<string, string>, isSimulated: boolean): string {
  const { what, file } = bug
  if (findings === undefined) return kept.get(what) ?? `| ${what} | \`${file}\` | not tried yet |${isSimulated ? ' | |' : ''}`
  const { core, members } = findings
  const start = `| ${what} | \`${file}\` | ${testCell(findings)} |`
  return isSimulated ? `${start} ${cell(core)} | ${cell(members)} |` : start
}

function tableOf(list: readonly Bug[], found: ReadonlyMap<string, Findings>, kept: ReadonlyMap<string, string>): string {
  const isSimulated = list.some(({ simulations = [] }) => simulations.length > 0)
  const head = isSimulated
    ? ['| bug | planted in | first test that fails | simulation of cores | simulation of members |', '|---|---|---|---|---|']
    : ['| bug | planted in | first test that fails |', '|---|---|---|']
  return [...head, ...list.map((bug) => rowOf(bug, found.get(bug.what), kept, isSimulated))].join('\n')
}

function classicTable(): string {
  const lines = classicBugs.map((bug, at) => {
    const planted = bugs.filter(({ classics = [] }) => classics.includes(at + 1)).map(({ what }) => what)
    return `| ${at + 1} | ${bug} | ${planted.join('; ')} |`
  })
  return ['| | bug | planted as |', '|---|---|---|', ...lines].join('\n')
}

function write(found: ReadonlyMap<string, Findings>): void {
  const lines = readFileSync(documentPath, 'utf8').split('\n')
  const kept = new Map(lines.map((line) => [line.split(' | ')[0]?.slice(2) ?? '', line]))
  const text = `# Planted bugs

Written by \`node tools/planted-bugs.ts\`: one-line bugs, planted one at a time, and what finds them. A dash: tried, and not found there.
\`run 12\` is the twelfth seed of a simulation, counted from 1, with the invariant that broke. A bug is given ${simulations.core.runs.toLocaleString('en')} seeds of
cores, ${simulations.members.runs} of members with their disks, and ${clusterRuns} of clusters, two at once. Where files are named instead of a test, one of theirs fails.
What the simulations draw has changed since some rows were written: their numbers are those of then.

## Controllers

${tableOf(controllerBugs, found, kept)}

## State and log

${tableOf(storageBugs, found, kept)}

## Raft and its driver

${tableOf(replicationBugs, found, kept)}

The bugs that stores built on Raft have had, and under which names they are planted here:

${classicTable()}

## Requests that are asked for again

${tableOf(requestBugs, found, kept)}

## Clusters

${tableOf(clusterBugs, found, kept)}
`
  writeFileSync(documentPath, text)
}

const problems = mistakes()
for (const problem of problems) console.error(problem)
const only = process.argv[2] ?? ''
const wanted = bugs.filter(({ file, what }) => file.includes(only) || what.includes(only))
if (wanted.length === 0) console.error(`no bug is planted in a file, or called something, with ${only} in it`)
if (problems.length > 0 || wanted.length === 0) process.exit(2)
await checkHealth(wanted)
const found = await findAll(wanted)
if (![...found.values()].every(isFound)) process.exitCode = 1
