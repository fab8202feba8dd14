// What the selectors of a request select, and where to look for it: of a hundred thousand tasks, those of one node.

import type { Kind, KitObject } from '../api/objects.ts'
import type { ApiRequest } from '../api/request.ts'
import { type FieldSelector, matchesFields, matchesLabels, parseFieldSelector, parseLabelSelector } from '../api/selector.ts'
import type { StoreView } from '../api/store.ts'
import { isJsonObject } from '../api/wire.ts'
import { labelsOf } from './conversion.ts'
import type { Resource, StoredResource } from './resources.ts'

export type Match = (object: KitObject) => boolean

export interface Selection {
  /** Equal for those that select the same of all that there is. */
  readonly key: string
  readonly matches: Match
  /** In no order: whatever matches in this view is among them. */
  candidates(view: StoreView): Iterable<KitObject>
}

/** Both selectors of a request. Throws BadRequest where one cannot be read. */
export function selection(resource: StoredResource, query: ApiRequest['query']): Selection {
  const [labelText, fieldText] = [query['labelSelector'] ?? '', query['fieldSelector'] ?? '']
  const labels = parseLabelSelector(labelText)
  const fields = parseFieldSelector(fieldText, resource.fieldPaths)
  const readers = new Map(fields.map(({ path }) => [path, fieldReader(resource, path)]))
  return {
    key: JSON.stringify([resource.kind, labelText, fieldText]),
    matches: (object) =>
      matchesLabels(labels, labels.length === 0 ? undefined : labelsOf(object)) &&
      matchesFields(fields, (path) => readers.get(path)?.(object) ?? ''),
    candidates: (view) => candidates(view, resource.kind, fields),
  }
}

/** A field that was left out has its default. */
function fieldReader(resource: Resource, path: string): (object: KitObject) => string {
  const names = path.split('.')
  const fallback = valueAt(resource.schema, [...names.flatMap((name) => ['properties', name]), 'default']) ?? ''
  return (object) => String(valueAt(object, names) ?? fallback)
}

function valueAt(object: unknown, names: readonly string[]): unknown {
  let value = object
  for (const name of names) value = isJsonObject(value) ? value[name] : undefined
  return value
}

function candidates(view: StoreView, kind: Kind, fields: FieldSelector): Iterable<KitObject> {
  const wanted = (path: string): string | undefined =>
    fields.find((field) => field.path === path && field.equal && field.value !== '')?.value
  const name = wanted('metadata.name')
  if (name !== undefined) {
    const object = view.get(kind, name)
    return object === undefined ? [] : [object]
  }
  if (kind !== 'Task') return view.list(kind)
  const [node, service] = [wanted('spec.nodeName'), wanted('spec.service')]
  if (node !== undefined) return view.tasksOnNode(node)
  return service === undefined ? view.list(kind) : view.tasksOfServiceNamed(service)
}
