// A source on a store in memory, through the API of the server, with a directory that the test writes.

import assert from 'node:assert/strict'
import type { Source } from '../../../api/objects.ts'
import type { Commit } from '../../../api/store.ts'
import { inProcessClient } from '../../../client/in-process.ts'
import type { Directories, DirectoryState } from '../../../effects/effects.ts'
import { createWorld as createServer, silentLog } from '../../../server/testdata/world.ts'
import { type Files, revisionOf } from '../files.ts'
import { identityOfSource } from '../../../server/source-claim.ts'
import { type GitopsDeps, gitopsController } from '../gitops.ts'
import { sourceEventsController } from '../source-events.ts'

export const service = (name: string, spec = ''): string =>
  `apiVersion: kit/v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {${spec}template: {image: x}}\n`
export const many = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`s${at}.yml`, service(`s${at}`)]))

export async function createWorld(spec: Partial<Source['spec']> = {}) {
  const server = createServer()
  const { store, clock, events, client: user } = server
  let state: DirectoryState = { state: 'Missing', message: '/srv/shop is not there', watching: 'by events' }
  let opened = 0
  let whileReading: () => Promise<unknown> = () => Promise.resolve()
  const directories: Directories = {
    watch() {
      opened++
      const read = async () => {
        await whileReading()
        return state
      }
      return { read, close: () => void opened-- }
    },
  }
  const kept = new Map<string, Files>()
  let leads = true
  const deps: GitopsDeps = {
    clock,
    log: silentLog,
    nodeId: 'n1',
    store,
    leadership: { leads: () => leads, onChange: () => () => undefined },
    directories,
    snapshots: {
      save: async (key, files) => void kept.set(key, files),
      load: async (key) => kept.get(key),
    },
    clientOf: (source) =>
      inProcessClient({ router: server.router, clock, name: 'kitd', identity: identityOfSource(source, 'n1') }),
  }
  const controller = gitopsController(deps)
  const teller = sourceEventsController({ store, events: events.recorder('source-events') })
  /** As the loop does: once more where the first look has made this manager the reader. */
  const reconcile = async (name = 'shop') => {
    const { signal } = new AbortController()
    const before = store.view.get('Source', name)?.status.node
    const result = await controller.reconcile(name, signal)
    const isClaimed = before !== store.view.get('Source', name)?.status.node
    const last = isClaimed ? await controller.reconcile(name, signal) : result
    await teller.reconcile(name, signal)
    return last
  }
  const add = (name: string, more: Partial<Source['spec']> = {}) =>
    user.apply('Source', { apiVersion: 'kit/v1', kind: 'Source', metadata: { name }, spec: { path: '/srv/shop', ...more } })
  await add('shop', spec)
  return {
    ...server,
    controller,
    user,
    add,
    reconcile,
    opened: () => opened,
    whileReading(happens: () => Promise<unknown>) {
      whileReading = happens
    },
    follow: () => void (leads = false),
    lead: () => void (leads = true),
    write(files: Readonly<Record<string, string>>, commit?: string) {
      const bytes = new Map(Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)]))
      state = { state: 'Whole', files: bytes, watching: 'by events', ...(commit === undefined ? {} : { commit }) }
      return revisionOf(bytes)
    },
    become(next: DirectoryState['state']) {
      state = { state: next, message: `it is ${next}`, watching: 'by events' } as DirectoryState
    },
    source(name = 'shop') {
      const found = store.view.get('Source', name)
      assert.ok(found)
      return found
    },
    ready(name = 'shop'): string {
      const found = store.view.get('Source', name)?.status.conditions?.find(({ type }) => type === 'Ready')
      return `${found?.status} ${found?.reason}`
    },
    message: () => store.view.get('Source', 'shop')?.status.conditions?.find(({ type }) => type === 'Ready')?.message ?? '',
    names: (kind: 'Service' | 'Config' = 'Service') =>
      [...store.view.list(kind)].filter(({ metadata }) => metadata.deletedAt === undefined).map(({ metadata }) => metadata.name),
    annotate: (key: string, value: string) =>
      user.patch('Source', 'shop', { type: 'merge', patch: { metadata: { annotations: { [key]: value } } } }),
    /** As `kit scale` does. */
    scale: (replicas: number) => user.scale('Service', 'web', replicas, { fieldManager: 'kit-scale' }),
    /** Lets every commit from the `at`th on fail until the result is called, as if the process had died there. */
    dieAt(at: number): () => number {
      const { commit } = store
      let commits = 0
      Object.assign(store, { commit: (...given: readonly [Commit]) => (commits++ >= at ? Promise.reject(new Error('died')) : commit(...given)) })
      return () => {
        Object.assign(store, { commit })
        return commits
      }
    },
    replicas: () => store.view.get('Service', 'web')?.spec.replicas,
  }
}
