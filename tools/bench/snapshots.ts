// Snapshots of 100,000 and of 1,000,000 tasks, or of the sizes that are given: how long one takes, and how late the event loop
// of its member is meanwhile; a restart from it; a new member that catches up from it, and the delay of the leader meanwhile.
// Each member is a process with a log on the disk; they are joined over TLS.

import { setTimeout as sleep } from 'node:timers/promises'
import { print, rounded } from './figure.ts'
import { StoreGroup } from './store-group.ts'

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100_000, 1_000_000]
const lookAgainMs = 20
const [first, joins] = ['m1', 'm2']

for (const size of sizes) await measure(size)

async function measure(tasks: number): Promise<void> {
  const group = await StoreGroup.found(1, 1)
  try {
    const filled = performance.now()
    await group.call(first, 'fill', tasks)
    const fillS = (performance.now() - filled) / 1_000
    const { rssMiB } = await group.call(first, 'state')
    print({
      name: `creating ${tasks} tasks in the store`,
      value: tasks / fillS,
      unit: 'tasks/s',
      with: { rssMiB, ...(await group.call(first, 'delay')) },
    })

    const { seconds, ...saved } = await group.call(first, 'snapshot')
    const after = await group.call(first, 'state')
    print({ name: `snapshot of ${tasks} tasks`, value: seconds, unit: 's', with: { ...saved, rssMiB: after.rssMiB } })

    await group.kill(first)
    const restarted = performance.now()
    await group.start(first, [first])
    const back = await group.call(first, 'state')
    const details = { rssMiB: back.rssMiB, cpuS: rounded(back.cpuMs / 1_000) }
    print({ name: `restart from a snapshot of ${tasks} tasks`, value: (performance.now() - restarted) / 1_000, unit: 's', with: details })

    await group.start(joins)
    const target = (await group.call(first, 'state')).applied
    await group.call(first, 'resetDelay')
    const joined = performance.now()
    await group.call(first, 'change', { steps: [{ make: 'learner', id: joins }], leave: 'auto' })
    while ((await group.call(joins, 'state')).applied < target) await sleep(lookAgainMs)
    const catchUpS = (performance.now() - joined) / 1_000
    const leader = await group.call(first, 'delay')
    const learner = await group.call(joins, 'delay')
    print({
      name: `a new member catches up with ${tasks} tasks`,
      value: catchUpS,
      unit: 's',
      with: {
        objectsPerSecond: Math.round(tasks / catchUpS),
        mibPerSecond: Number((saved.mib / catchUpS).toFixed(1)),
        ...leader,
        itsLoopMaxMs: learner.loopMaxMs,
        itsRssMiB: (await group.call(joins, 'state')).rssMiB,
      },
    })
  } finally {
    await group.close()
  }
}
