// Dashboards without their screens: each has its own connections and its own copy of the cluster, and asks as often as the real ones
// do. What they cost here does not count; what they cost the manager does.

import { connect } from '../../cli/connect.ts'
import { ClusterCopy } from '../../cli/ui/cluster-copy.ts'
import { createClock } from '../../effects/real/clock.ts'

const [socket = '', count = '1'] = process.argv.slice(2)
/** As `cli/ui/session.ts` asks for events. */
const pollEveryMs = 2_000
const clock = createClock()
const { signal } = new AbortController()
const copies = Array.from({ length: Number(count) }, () => {
  const { client } = connect(socket, clock)
  return new ClusterCopy({
    client,
    clock,
    onChange: () => {},
    onFailure: (error) => {
      throw error
    },
  })
})
process.on('disconnect', () => process.exit())
for (const copy of copies) copy.begin(signal)
while (!copies.every((copy) => copy.connection().state === 'live')) await clock.sleep(20, signal)
process.send?.('ready')
for (;;) {
  await Promise.all(copies.map((copy) => copy.readEvents()))
  await clock.sleep(pollEveryMs, signal)
}
