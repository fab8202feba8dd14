import assert from 'node:assert/strict'
import type { StoreView } from '../../api/store.ts'
import type { Checker } from './checker.ts'

/** After a crash of the manager everything that it had acknowledged is there, at that version or a later one. */
export function acknowledgedWritesSurvive(): Checker & { acknowledged(resourceVersion: number): void } {
  let highest = 0
  const versions = new Map<string, { readonly version: number; readonly deleted: boolean }>()
  function compare(view: StoreView): void {
    assert.ok(view.resourceVersion >= highest, `the store came back at ${view.resourceVersion}, and ${highest} had been acknowledged`)
    for (const [key, { version, deleted }] of versions) {
      if (version > highest) continue // Applied, never acknowledged: it may be gone.
      const [kind, name] = split(key)
      const now = [...view.list(kind)].find((object) => object.metadata.name === name)
      if (deleted) assert.ok(now === undefined || now.metadata.resourceVersion > version, `${key} was deleted at ${version} and is back`)
      else if (now !== undefined)
        assert.ok(now.metadata.resourceVersion >= version, `${key} was at ${version} and is at ${now.metadata.resourceVersion}`)
    }
  }
  return {
    name: 'acknowledged writes survive',
    observe({ events }) {
      for (const { type, object, resourceVersion } of events) {
        versions.set(`${object.kind}/${object.metadata.name}`, { version: resourceVersion, deleted: type === 'DELETED' })
      }
    },
    acknowledged(resourceVersion) {
      highest = Math.max(highest, resourceVersion)
    },
    restarted: compare,
  }
}

function split(key: string): [kind: Parameters<StoreView['list']>[0], name: string] {
  const at = key.indexOf('/')
  return [key.slice(0, at) as Parameters<StoreView['list']>[0], key.slice(at + 1)]
}
