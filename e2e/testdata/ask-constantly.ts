// `node ask-constantly.ts PORT HOST…`: clients of a published port that ask again and again, from the network that this
// process is in. Prints each failure, as `failed HOST WHEN WHY`, and five times a second what was answered, as `answered HOST COUNT`.

import { askConstantly } from '../requests.ts'

const [port, ...hosts] = process.argv.slice(2)
for (const host of hosts) {
  const { answers, failures } = askConstantly(Number(port), 2, host)
  let told = 0
  setInterval(() => {
    for (; told < failures.length; told++) console.log(`failed ${host} ${new Date().toISOString()} ${failures[told]}`)
    console.log(`answered ${host} ${answers.length}`)
  }, 200)
}
