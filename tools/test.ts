// `npm test`: builds, checks, then runs every test file that this machine can run. What needs Docker
// or a client that is missing prints one line saying so; where KIT_REQUIRE names it, that is a failure.

import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { findEngine } from '../agent/docker/testdata/engine.ts'
import { findTmux } from '../e2e/tmux.ts'
import { root } from './sources.ts'

function run(title: string, command: string, args: readonly string[]): void {
  console.log(`> ${title}`)
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

const only = process.argv.slice(2)
if (only.length === 0) {
  run('npm run build', process.execPath, ['tools/build.ts'])
  run('npm run check', process.execPath, ['tools/check.ts'])
}
const files =
  only.length > 0
    ? only
    : globSync(['{agent,api,ca,cli,client,compose,controllers,e2e,effects,network,node,server,sim,store,tools}/**/*.test.ts'], {
        cwd: root,
      }).toSorted()
// Test files that need an engine or tmux look for it too; what they print the reporter does not show.
if (files.some((path) => path.includes('docker'))) await findEngine()
if (files.some((path) => path.includes('dashboard'))) findTmux()
run(`${files.length} test files`, process.execPath, ['--test', '--test-reporter=dot', ...files])
