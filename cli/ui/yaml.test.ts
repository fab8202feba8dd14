// YAML as people read it: a line is selected, what is below it folds, and there are four ways to look at an object.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTerminal } from './testdata/terminal.ts'
import { createTown } from './testdata/town.ts'

async function start() {
  const town = createTown({ start: { screen: 'yaml', kind: 'Service', name: 'shop_web' } })
  const { close } = await town.open()
  // One test is about the numbers of lines; the others are about what stands there.
  const frame = async (...keys: readonly string[]): Promise<string> => (await town.shown(...keys)).replaceAll(/^(.)[ \d]{3} /gm, '$1')
  return { town, close, frame }
}

test('left folds what is below a line, or goes to the line above that has it; right and enter unfold, z all', async () => {
  const { frame, close } = await start()
  assert.match(
    await frame(),
    /view: \[live\] spec status diff {3}folded: status[\s\S]* {2}networks: +# not here; the s[\s\S]* status: +# 6 lines folded/,
  )
  assert.match(await frame('G'), />status: /)
  assert.match(await frame('right', 'j', 'j'), /status:\n {3}revisionGeneration: 1\n> {2}replicas:\n {5}desired: 3/)
  assert.match(await frame('j', 'left'), /\n> {2}replicas:\n {5}desired: 3/, 'a leaf goes to what it is part of')
  assert.match(await frame('left'), /> {2}replicas: +# 2 lines folded *\n {3}revision: /)
  assert.match(await frame('enter'), /> {2}replicas: *\n {5}desired: 3/)
  assert.match(await frame('left', 'z'), /> {2}replicas: *\n {5}desired: 3/)
  assert.doesNotMatch(await frame(), /folded/)
  close()
})

test('y goes round: all, what people write, what the cluster says, and where it is not as its stack says', async () => {
  const { frame, close } = await start()
  const spec = await frame('y')
  assert.match(spec, /live \[spec\] status diff[\s\S]*>spec:/)
  assert.doesNotMatch(spec, /apiVersion|^ status:/m)
  const status = await frame('y')
  assert.match(status, /live spec \[status\] diff[\s\S]*>status:\n {3}revisionGeneration: 1/)
  assert.doesNotMatch(status, /mode:/)
  const diff = await frame('y')
  assert.match(diff, /live spec status \[diff\][^\n]*\n>spec: *\n~ {2}replicas: 3 +# the stack says 5; ann with kit-s/)
  assert.doesNotMatch(diff, /mode:|image:/)
  assert.match(await frame('y'), /\[live\]/)
  assert.match(await frame('4', 'y', 'y', 'y', 'y'), /it is as its stack and its source say/)
  close()
})

test('n and N go through what is looked for, which hides nothing; a fold hides it', async () => {
  const { frame, close } = await start()
  assert.match(await frame('/', ...'shop_web', 'enter'), /apiVersion: kit\/v1[\s\S]*kind: Service/)
  assert.match(await frame('n'), /> {2}name: shop_web/)
  assert.match(await frame('n', 'n'), /uid-shop_web[\s\S]*no more below/)
  assert.match(await frame('N'), /> {2}name: shop_web/)
  close()
})

test('a line stays selected while the object changes above it', async () => {
  const { town, frame, close } = await start()
  assert.match(await frame('/', ...'image', 'enter', 'n', 'esc'), /> {4}image: shop\/web:7/)
  const service = town.store.view.get('Service', 'shop_web')
  assert.ok(service !== undefined)
  const labels = { ...service.metadata.labels, 'a.b/c': 'd', tier: 'web' }
  await town.commit([{ op: 'update', object: { ...service, metadata: { ...service.metadata, labels } } }])
  await town.clock.advance(1_000)
  assert.match(await frame(), /tier: web[\s\S]*> {4}image: shop\/web:7/)
  await town.commit([{ op: 'delete', kind: 'Service', name: 'shop_web' }])
  await town.clock.advance(1_000)
  assert.match(await frame(), /service\/shop_web is gone/)
  close()
})

test('c copies the path of a field and C its value, through the terminal', async () => {
  const town = createTown({ start: { screen: 'yaml', kind: 'Service', name: 'shop_web' } })
  const terminal = await openTerminal(town)
  const copied = (text: string): string => `\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`
  await terminal.shows(/kind: Service/)
  await terminal.type('/image\rn')
  await terminal.type('c')
  await terminal.shows(/copied: spec\.template\.image/)
  await terminal.type('C')
  await terminal.shows(/the value of/)
  await terminal.type('kC')
  const all = await terminal.close()
  for (const text of ['spec.template.image', 'shop/web:7', 'image: shop/web:7\n']) assert.ok(all.includes(copied(text)), text)
})

test('wrapped lines end nowhere, and all of it goes to the pager', async () => {
  const { town, frame, close } = await start()
  assert.match(await frame(), /the stack says 5; ann with kit-s…/)
  assert.match(await frame('w'), /the stack says 5; ann with\n +kit-scale 23:40:00/)
  town.session.attach({ lend: async (use) => await use(), write: () => {}, redraw: () => {}, setMouse: () => {} })
  await town.type('|')
  assert.match(town.paged.join(''), /^ {3}1 apiVersion: kit\/v1\n {3}2 kind: Service\n[\s\S]* status:/)
  close()
})

test('lines have the numbers of the whole text, also where some are folded or left out', async () => {
  const { town, close } = await start()
  const whole = await town.shown()
  assert.match(whole, /^> {2}1 apiVersion: kit\/v1\n {3}2 kind: Service$/m)
  const replicas = /^~ *(\d+) {3}replicas: 3/m.exec(whole)?.[1]
  assert.match(await town.shown('y'), new RegExp(`^~ *${replicas} {3}replicas: 3`, 'm'))
  assert.match(await town.shown('y', 'y'), new RegExp(`^~ *${replicas} {3}replicas: 3[\\s\\S]*^~ {8}networks: +# not here`, 'm'))
  close()
})
