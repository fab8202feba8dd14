// `npm test`: builds, checks, then runs every test file that this machine can run, side by side (side-by-side.ts). What needs
// Docker or a client that is missing prints one line saying so; where KIT_REQUIRE names it, that is a failure.

import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { runSideBySide } from './side-by-side.ts'
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
const lanes = Math.min(availableParallelism(), files.length)
console.log(`> ${files.length} test files${lanes > 1 ? `, ${lanes} at a time` : ''}`)
const failed = await runSideBySide(files, lanes, root)
if (failed.length > 0) {
  // Once more at the end, where whoever reads the log of a build looks first.
  for (const { file, why } of failed) console.log(`\n--- ${file}\n${why}`)
  console.log(`\n${failed.length} of ${files.length} test files failed: ${failed.map(({ file }) => file).join(' ')}`)
  process.exitCode = 1
}
