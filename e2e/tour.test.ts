// The tour of README.md, as a reader follows it: its commands are run in order, on the built program, in a
// home of their own, and must print what is recorded there. `npm run tour` records again; the diff is the review.

import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { projectRoot } from './cluster.ts'
import { applyRules, type Rules, readAlong } from './recorded.ts'

/** How something gets on differs from run to run; how it ends is in what follows. */
const progress: Rules = [
  [/^(\d\d:\d\d service\/.*\n)+/gm, '…\n'],
  [/^\d+ tasks? still runs? there\n/gm, ''],
]
const varying: Rules = [
  ...progress,
  [/\b(run_[a-z]+(?:\.\d+|\.[a-z0-9]{25}))\.[a-z0-9]{10}\b/g, '$1.ID'], // Tasks.
  [/\b(run_agent)\.[a-z0-9]{25}\b/g, '$1.NODE'],
  [/\b(run_[a-z]+)-[a-z0-9]{10}\b/g, '$1-ID'], // Revisions.
  [/(?<= )(?:\d+[dhms])+(?=$| {3})/gm, 'AGE'],
  [/(?<=\S) {2,}(?=\S)/g, '  '], // The width of a column follows from what is in it.
]

function comparable(command: string, output: string): string {
  const text = applyRules(varying, output)
  // Tasks are listed by name, and names end at random.
  return command.startsWith('kit get') || command === 'kit up' ? text.split('\n').toSorted().join('\n') : text
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

  await readAlong(join(projectRoot, 'README.md'), '## A tour of five minutes', {
    run,
    looks: /^kit (get|logs|explain|rollout history)\b/,
    progress,
    comparable,
  })
})
