// The walkthroughs of SwarmKit's and Swarm's documents, as docs/walkthroughs.md has them: what a user of theirs types works in
// kit, and prints what they expect. `npm run tour` records again.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from './cluster.ts'
import { walk } from './walkthrough.ts'

for (const heading of ['SwarmKit, as first announced', 'SwarmKit', 'Swarm mode: machines, nodes, stacks'])
  test(heading, () => walk(heading, {}))

test('Swarm mode: the first service', () =>
  walk('Swarm mode: the first service', {}, ({ publishedPort }) =>
    eventually(async () => assert.equal((await fetch(`http://127.0.0.2:${publishedPort}/nothing-there`)).status, 404)),
  ))
