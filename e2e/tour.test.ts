// The tour of README.md, as a reader follows it: its commands are run in order, on the built program, in a
// home of their own, and must print what is recorded there. `npm run tour` records again; the diff is the review.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { eventually, projectRoot } from './cluster.ts'

const readme = join(projectRoot, 'README.md')
const isRewriting = process.env['KIT_REWRITE'] === '1'
/** What only looks is repeated until it shows the recorded state: a reader, too, looks again. */
const looks = /^kit (get|logs|explain|rollout history)\b/

type Rules = readonly (readonly [RegExp, string])[]
/** How something gets on differs from run to run; how it ends is in what follows. Never recorded. */
const progress: Rules = [
  [/^(\d\d:\d\d service\/.*\n)+/gm, '…\n'],
  [/^\d+ tasks? still runs? there\n/gm, ''],
]
/** What else differs from run to run, and what stands for it when outputs are compared. */
const varying: Rules = [
  ...progress,
  [/\b(run_[a-z]+(?:\.\d+|\.[a-z0-9]{25}))\.[a-z0-9]{10}\b/g, '$1.ID'], // Tasks.
  [/\b(run_agent)\.[a-z0-9]{25}\b/g, '$1.NODE'],
  [/\b(run_[a-z]+)-[a-z0-9]{10}\b/g, '$1-ID'], // Revisions.
  [/(?<= )(?:\d+[dhms])+(?=$| {3})/gm, 'AGE'],
  [/(?<=\S) {2,}(?=\S)/g, '  '], // The width of a column follows from what is in it.
]

function comparable(command: string, output: string): string {
  const text = varying.reduce((rest, [pattern, name]) => rest.replace(pattern, name), output)
  // Tasks are listed by name, and names end at random.
  return command.startsWith('kit get') || command === 'kit up' ? text.split('\n').toSorted().join('\n') : text
}

interface Step {
  readonly command: string
  readonly recorded: string
}

/** The indented lines of the tour: `$ command`, and what it printed, up to the next command or text. */
function stepsOf(text: string): readonly Step[] {
  const [, tour = ''] = text.split('\n## A tour of five minutes\n')
  const blocks = tour.split('\n## ')[0]?.matchAll(/(?:^ {4}.*\n|^\n(?= {4}(?!\$)))+/gm) ?? []
  return [...blocks].flatMap(([block]) =>
    block
      .replaceAll(/^ {4}/gm, '')
      .split(/^\$ /m)
      .slice(1)
      .map((step) => {
        const [command = '', ...output] = step.split('\n')
        return { command, recorded: output.join('\n') }
      }),
  )
}

const home = realpathSync(mkdtempSync(join(tmpdir(), 'kit-tour-')))
const checkout = join(home, 'kit')
let exported = ''

/** As in a terminal: both streams in one. Commands that set the environment hold for those that follow. */
async function run(command: string): Promise<string> {
  if (command.startsWith('export ')) exported += `${command}\n`
  const child = spawn('/bin/sh', ['-c', `exec 2>&1\n${exported}${command}`], {
    cwd: checkout,
    env: {
      ...process.env,
      CI: 'true',
      HOME: home,
      DOCKER_HOST: `unix://${home}/no-docker.sock`,
      KIT_SOCKET: undefined,
      SWARM_SOCKET: undefined,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  return output.replaceAll(home, '/home/you')
}

after(async () => {
  await run('kit down --purge')
  rmSync(home, { recursive: true, force: true })
})

test('the tour of README.md prints what README.md says', async () => {
  mkdirSync(join(checkout, 'bin'), { recursive: true })
  for (const program of ['kit', 'kitd']) symlinkSync(join(projectRoot, 'bin', program), join(checkout, 'bin', program))
  cpSync(join(projectRoot, 'manifests'), join(checkout, 'manifests'), { recursive: true })
  exported = `PATH=${join(checkout, 'bin')}:$PATH\n`
  await run('kit up manifests/run.yml') // The reader has done it: it is the README's first command.

  const steps = stepsOf(readFileSync(readme, 'utf8'))
  assert(steps.length > 10, 'README.md no longer has its tour, or it is written in another form')
  const outputs: (Step & { readonly output: string })[] = []
  for (const { command, recorded } of steps) {
    let output = ''
    const look = async (): Promise<void> => {
      output = await run(command)
      assert.equal(comparable(command, output), comparable(command, recorded), `$ ${command}`)
    }
    try {
      await (looks.test(command) ? eventually(look) : look())
    } catch (error) {
      if (!isRewriting) throw error
    }
    outputs.push({ command, recorded, output: progress.reduce((rest, [pattern, name]) => rest.replace(pattern, name), output) })
  }
  if (isRewriting) rewrite(outputs)
})

/** Writes README.md again with these outputs, looking for each where the one before ended. */
function rewrite(outputs: readonly (Step & { readonly output: string })[]): void {
  const text = readFileSync(readme, 'utf8')
  let rewritten = ''
  let at = 0
  for (const { command, recorded, output } of outputs) {
    const before = `    $ ${command}\n`
    const place = text.indexOf(before + indented(recorded), at)
    assert(place >= 0, `cannot find in README.md:\n${before}${indented(recorded)}`)
    rewritten += text.slice(at, place) + before + indented(output)
    at = place + before.length + indented(recorded).length
  }
  writeFileSync(readme, rewritten + text.slice(at))
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '    ')
}
