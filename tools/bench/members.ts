// Committed writes per second on one, three and five members, fsync on, TLS between members: the store alone, its clients in
// the leader's process, and etcd beside it where it is installed (on Debian `apt-get install etcd-server`), with TLS to its
// client, too. Each member is a process; all of them, and their clients, share the machine. `node tools/bench/members.ts 3`
// for some sizes only.

import { clientCounts, closedLoop, printLoad, putInService } from './closed-loop.ts'
import { startEtcd } from './etcd.ts'
import { StoreGroup } from './store-group.ts'

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1, 3, 5]
const attempts = 3
const data = Buffer.alloc(150, 'x').toString('base64')

for (const size of sizes) {
  await benchStore(size)
  await benchEtcd(size)
}

async function benchStore(size: number): Promise<void> {
  const group = await StoreGroup.found(size)
  try {
    await group.call(await group.leader(), 'putInService')
    for (const clients of clientCounts) printLoad(`store, ${size} members`, clients, await loadLeader(group, clients))
  } finally {
    await group.close()
  }
}

/** Once more where leadership moved meanwhile: a member that does not lead refuses. */
async function loadLeader(group: StoreGroup, clients: number) {
  for (let attempt = 1; ; attempt += 1) {
    const load = await group.call(await group.leader(), 'load', clients)
    if (load.failed === 0 || attempt === attempts) return load
    console.error(`${load.failed} writes failed: the leader has changed`)
  }
}

async function benchEtcd(size: number): Promise<void> {
  const etcd = await startEtcd({ members: size, tls: true })
  if (etcd === undefined) return console.error('etcd is not installed: its figures are left out (on Debian: apt-get install etcd-server)')
  const put = (name: string) => etcd.put(name, data)
  try {
    await putInService(put)
    for (const clients of clientCounts) printLoad(`etcd, ${size} members`, clients, await closedLoop(clients, put))
  } finally {
    await etcd.stop()
  }
}
