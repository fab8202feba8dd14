// The tree down to what a machine runs, with what services refer to and the sources that made them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Objects } from '../../api/objects.ts'
import { createTown } from './testdata/town.ts'

const metadata = (name: string) => ({ name, uid: `uid-${name}`, resourceVersion: 0, generation: 1, createdAt: 0 })

/** `shop_web` uses a network and two configs, of which one is not there; a source made the stack, and another nothing yet. */
async function start(...keys: readonly string[]) {
  const town = createTown({ size: { columns: 100, rows: 40 } })
  const { close } = await town.open()
  const [web, api] = [town.store.view.get('Service', 'shop_web'), town.store.view.get('Service', 'shop_api')]
  const task = town.store.view.get('Task', 'shop_api.2.a1')
  assert.ok(web !== undefined && api !== undefined && task !== undefined)
  const configs = ['settings', 'gone'].map((source) => ({ source, target: `/${source}` }))
  const source = (name: string, status: Objects['Source']['status']): Objects['Source'] => ({
    kind: 'Source',
    metadata: metadata(name),
    spec: { path: `/srv/${name}` },
    status,
  })
  const template = { ...web.spec.template, networks: [{ target: 'front' }], configs }
  await town.commit([
    { op: 'create', object: { kind: 'Network', metadata: metadata('front'), spec: {}, status: { subnets: ['10.0.4.0/24'] } } },
    { op: 'create', object: { kind: 'Config', metadata: metadata('settings'), spec: { data: 'YQ==' }, status: {} } },
    { op: 'update', object: { ...web, spec: { ...web.spec, template } } },
    { op: 'update', object: { ...api, spec: { ...api.spec, template: { ...api.spec.template, networks: [{ target: 'front' }] } } } },
    { op: 'update', object: { ...task, status: { ...task.status, containerId: '0123456789abcdef', exitCode: 1 } } },
    {
      op: 'create',
      object: source('shop-files', {
        inventory: [{ kind: 'Stack', name: 'shop' }],
        drift: [{ kind: 'Service', name: 'shop_web', field: 'spec.replicas' }],
      }),
    },
    { op: 'create', object: source('idle', {}) },
  ])
  await town.type(...keys)
  return { town, close, frame: town.shown }
}

test('below a task in trouble stands its container, below a service what it uses, below a stack the source that made it', async () => {
  const { frame, close } = await start(':', ...'tree', 'enter')
  const shown = await frame()
  assert.match(shown, /x shop_api\.2 +task {2}failed .*\n.*`- x 0123456789ab +container {2}exited 1\n/)
  assert.match(shown, /\+- \+ network\/front +10\.0\.4\.0\/24 {2}used by 2\n/)
  assert.match(shown, /\+- \+ config\/settings *\n.*`- x config\/gone +is not there\n/)
  assert.match(shown, /\n `- ~ source\/shop-files +source {2}ready 1 of 1 {2}drift 1\n/)
  assert.match(shown, /\n \+ source\/idle +source {2}ready 0 of 0\n/)
  close()
})

test('what stands in several places is passed by one after the other, and keys act on the object that it is', async () => {
  const { town, frame, close } = await start(':', ...'tree', 'enter')
  let rows = 0
  for (let seen = ''; ; rows++) {
    const shown = await frame(...(rows === 0 ? [] : ['j']))
    const selected = /^>.*$/m.exec(shown)?.[0] ?? ''
    if (selected === seen) break
    seen = selected
  }
  assert.equal(rows, Number(/tree +(\d+)$/m.exec(await frame())?.[1]), 'down comes to the end')
  assert.match(await frame('d'), /sources > idle > describe/)
  await town.type('esc', 'k', 'd')
  assert.match(town.session.frame()[1] ?? '', /sources > shop-files > describe/)
  close()
})
