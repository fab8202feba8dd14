// How fast the simulator is: simulated seconds for each second of CPU, over seeds with one manager and with three, as `npm run sim`
// runs them. The number of seeds is the argument.

import { runSeed } from '../../sim/run.ts'
import { print } from './figure.ts'

const seeds = Number(process.argv[2] ?? 20)
const minutes = 10

const [began, before] = [performance.now(), process.cpuUsage()]
let entries = 0
let events = 0
for (let seed = 1; seed <= seeds; seed += 1) {
  const run = await runSeed({ seed, minutes })
  entries += run.entries
  events += run.events
}
const { user, system } = process.cpuUsage(before)
const cpuS = (user + system) / 1e6
const details = {
  seeds,
  minutes,
  wallS: Math.round((performance.now() - began) / 1_000),
  eventsPerCpuS: Math.round(events / cpuS),
  entries,
}
print({ name: 'the simulator, simulated seconds for each second of CPU', value: (seeds * minutes * 60) / cpuS, unit: 's/s', with: details })
