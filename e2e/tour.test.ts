// The first command and the tour of README.md, as a reader follows them: they are run in order, on the built program, in a
// home of their own, and must print what is recorded there. `npm run tour` records again; the diff is the review.

import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { projectRoot } from './cluster.ts'
import { withoutBeforehand } from './executed-sections.ts'
import { applyRules, type Ran, type Rules, readAlong, stepsOf } from './recorded.ts'
import { printedBy } from './walkthrough.ts'

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
  [/\blocalhost:\d+/g, 'localhost:PORT'],
  [/(?<=\S) {2,}(?=\S)/g, '  '], // The width of a column follows from what is in it.
]

function comparable(command: string, output: string): string {
  const text = applyRules(varying, output)
  // Tasks are listed by name, and names end at random.
  return command.startsWith('kit get') || command.startsWith('kit up') ? text.split('\n').toSorted().join('\n') : text
}

const home = realpathSync(mkdtempSync(join(tmpdir(), 'kit-tour-')))
const checkout = join(home, 'kit')
let exported = ''

/** As in a terminal: both streams in one. Commands that set the environment hold for those that follow. */
async function run(command: string): Promise<Ran> {
  if (command.startsWith('export ')) exported += `${command}\n`
  const child = spawn('/bin/sh', ['-c', `exec 2>&1\n${exported}${withoutBeforehand(command)}`], {
    cwd: checkout,
    env: {
      ...process.env,
      CI: 'true',
      HOME: home,
      npm_config_ignore_scripts: 'true', // `npx` would build again.
      npm_config_update_notifier: 'false', // And ask for a newer npm.
      DOCKER_HOST: `unix://${home}/no-docker.sock`,
      KIT_SOCKET: undefined,
      SWARM_SOCKET: undefined,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { output, code } = await printedBy(child, false)
  return { output: output.replaceAll(home, '/home/you'), code }
}

after(async () => {
  await run('kit down --purge')
  rmSync(home, { recursive: true, force: true })
})

test('the tour of README.md prints what README.md says', async () => {
  mkdirSync(join(checkout, 'bin'), { recursive: true })
  for (const file of ['bin/kit', 'bin/kitd', 'package.json']) symlinkSync(join(projectRoot, file), join(checkout, file))
  cpSync(join(projectRoot, 'manifests'), join(checkout, 'manifests'), { recursive: true })

  const steps = ['Try it', 'A tour of five minutes'].flatMap((heading) => stepsOf('README.md', heading))
  await readAlong(steps, { run, looks: /^kit (get|logs|explain|rollout history)\b/, progress, comparable })
})
