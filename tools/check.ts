// `npm run check`: everything a machine can say yes or no to, apart from the tests: types, lint and
// format, and nothing that no one reaches.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const steps = [
  ['tsc', '-p', '.'],
  ['biome', 'check', '--error-on-warnings', '.'],
  ['knip', '--no-progress'],
]

for (const [command = '', ...args] of steps) {
  console.log(`> ${command} ${args.join(' ')}`)
  const { status } = spawnSync(join(root, 'node_modules/.bin', command), args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}
