// Run where the kernel gives no watches: prints how changes are noticed, then what a change that nobody hinted at was.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createDirectories } from '../directories.ts'

const root = process.argv[2] ?? ''
const never = new AbortController().signal
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const choice = { isEntered: () => true, isWanted: (path: string) => path.endsWith('.yml'), namedBy: () => [] }
let wake = (): void => {}
const directory = createDirectories(log, 300).watch(root, choice, () => {
  wake()
})
const keepAlive = setInterval(() => {}, 1000)
const hinted = (): Promise<void> =>
  new Promise((resolve) => {
    wake = resolve
  })
for (;;) {
  const { watching } = await directory.read(never)
  if (watching.startsWith('by looking every')) {
    console.log(watching)
    break
  }
  await hinted()
}
// The hint of the trouble itself, and one of the regular ones.
await hinted()
await hinted()
writeFileSync(join(root, 'd7/a.yml'), 'new')
for (;;) {
  await hinted()
  const state = await directory.read(never)
  const text = state.state === 'Whole' ? new TextDecoder().decode(state.files.get('d7/a.yml')) : state.state
  if (text !== 'new') continue
  console.log(text)
  break
}
clearInterval(keepAlive)
directory.close()
