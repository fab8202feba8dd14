import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { identify } from '../../effects/real/process-identity.ts'
import { assignment } from '../testdata/assignment.ts'
import { cgroupOf, findCgroupParent } from './cgroup.ts'
import { scratch } from './testdata/scratch.ts'
import { untilFound } from './until-found.ts'

const never = new AbortController().signal
const node = { id: 'node-1', hostname: 'node-1', os: 'linux', arch: 'x86_64' }
const parent = findCgroupParent('/sys/fs/cgroup')
if (parent === undefined) console.log('skipped: that tasks leave nothing behind in control groups, because none can be made here')

/** What the kernel would write into a group, a program of a test may write as well: its files are plain ones here. */
function pretendHierarchy(context: TestContext): { readonly cgroupRoot: string; readonly groupOf: () => string } {
  const { directory } = scratch(context)
  const cgroupRoot = join(directory, 'cgroup')
  mkdirSync(cgroupRoot)
  writeFileSync(join(cgroupRoot, 'cgroup.subtree_control'), 'cpu memory pids')
  return {
    cgroupRoot,
    groupOf: () => join(cgroupRoot, 'kit', readdirSync(join(cgroupRoot, 'kit')).find((name) => name.startsWith('web')) ?? ''),
  }
}

test('a task that is killed for its memory says so; its limits are those of its group', async (context) => {
  const { cgroupRoot, groupOf } = pretendHierarchy(context)
  const executor = scratch(context, { cgroupRoot }).open()
  const script = `echo 'oom_kill 1' > "$(echo ${cgroupRoot}/kit/web.1.a-*)/memory.events"; kill -9 $$`
  const resources = { limits: { memory: '64M', cpus: '0.5', pids: 7 } }
  const task = assignment('web.1.a', { command: ['/bin/sh', '-c', script], resources })
  assert.deepEqual(await executor.prepare(task, node, never, () => {}), [], 'limits are enforced')
  await executor.start(task, node, never)
  const { reason, signal } = await executor.wait(task, never)
  assert.deepEqual({ reason, signal }, { reason: 'out of memory', signal: 'SIGKILL' })
  const limits = ['memory.max', 'cpu.max', 'pids.max'].map((file) => readFileSync(join(groupOf(), file), 'utf8'))
  assert.deepEqual(limits, ['64000000', '50000 100000', '7'])
  rmSync(join(cgroupRoot, 'kit'), { recursive: true }) // The kernel removes groups with all that is in them.
})

for (const ends of ['is stopped', 'ends by itself', 'loses its shim'] as const)
  test(`a task that ${ends} leaves nothing behind, not even what left its session`, { skip: parent === undefined }, async (context) => {
    const { directory, open } = scratch(context)
    const [executor, file] = [open(), join(directory, 'child')]
    // Forked twice, in a session of its own: adopted by the first process of the machine.
    const breakOut = `(setsid sh -c 'echo $$ > ${file}.new; mv ${file}.new ${file}; exec sleep 1000' &)`
    const wait = ends === 'ends by itself' ? `while ! test -e ${file}; do sleep 0.01; done` : 'exec sleep 1000'
    const task = assignment('web.1.a', { command: ['/bin/sh', '-c', `${breakOut}; ${wait}`] })
    await executor.prepare(task, node, never, () => {})
    const { pid = 0 } = await executor.start(task, node, never)
    const child = await untilFound(directory, () => identify(Number(tryRead(file))), never)
    if (ends === 'is stopped') await executor.stop(task.task, never)
    if (ends === 'loses its shim') process.kill(Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]), 'SIGKILL')
    await executor.wait(task, never)
    await untilFound(directory, () => (identify(child.pid)?.started === child.started ? undefined : true), AbortSignal.timeout(10_000))
    await executor.remove(task.task)
    const group = parent === undefined ? '' : cgroupOf(parent, task.task, join(directory, 'tasks', task.task))
    assert.equal(existsSync(group), false)
  })

function tryRead(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
