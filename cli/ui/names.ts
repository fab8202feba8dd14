// How the dashboard calls things: host names for nodes, `web.3` for the task in slot 3, `v4` for a revision.

import type { ClusterView, Task } from './cluster-view.ts'

export function hostOf(view: ClusterView, node: string | undefined): string {
  if (node === undefined) return '-'
  return view.get('Node', node)?.status.description?.hostname ?? node
}

export function slotName(view: ClusterView, { spec }: Task): string {
  return spec.node === undefined ? String(spec.slot ?? '-') : hostOf(view, spec.node)
}

export function taskName(view: ClusterView, task: Task): string {
  return `${task.spec.service}.${slotName(view, task)}`
}

export function revisionName(view: ClusterView, revision: string | undefined): string {
  if (revision === undefined) return '-'
  const number = view.get('Revision', revision)?.spec.number
  return number === undefined ? revision : `v${number}`
}
