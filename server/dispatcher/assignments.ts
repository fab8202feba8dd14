// What an agent has to know about one task, resolved: the template of its revision, its service, its ports.

import type { Objects, Task, TaskTemplate } from '../../api/objects.ts'
import type { Assignment } from '../../api/session.ts'
import type { StoreView } from '../../api/store.ts'
import { hasReached } from '../../api/task.ts'
import { taskUid } from '../conversion.ts'

/** A task is the agent's from Assigned until it is deleted. */
export function isAssigned(task: Task, nodeName: string): boolean {
  return task.spec.nodeName === nodeName && hasReached(task, 'Assigned')
}

/** A task whose revision is gone is only there to be stopped: its template is empty then. */
export function assignmentOf(view: StoreView, task: Task): Assignment {
  const { spec, status } = task
  const revision = view.get('Revision', spec.revision)
  const service = serviceOf(view, task)
  const template = revision?.spec.template ?? {}
  const targetPorts = (service?.spec.endpoint?.ports ?? []).map(({ protocol = 'TCP', targetPort }) => ({ protocol, targetPort }))
  const networks = networksOf(view, template)
  const registryAuth = service?.spec.template.registryAuth
  return {
    task: task.metadata.name,
    uid: taskUid(task.metadata.name),
    service: { name: spec.service, uid: spec.serviceUid, labels: service?.metadata.labels ?? {} },
    ...(spec.slot !== undefined && { slot: spec.slot }),
    attempt: spec.attempt,
    revision: spec.revision,
    template: registryAuth === undefined ? template : { ...template, registryAuth },
    ...(spec.network?.ports !== undefined && { hostPorts: spec.network.ports }),
    ...(targetPorts.length > 0 && { targetPorts }),
    ...(networks.length > 0 && { networks: Object.fromEntries(networks) }),
    ...(spec.assignedGeneric !== undefined && { assignedGeneric: spec.assignedGeneric }),
    desired: spec.desired,
    status,
  }
}

function networksOf(view: StoreView, template: TaskTemplate): readonly (readonly [name: string, spec: Objects['Network']['spec']])[] {
  return (template.networks ?? []).flatMap(({ target }) => {
    const network = view.get('Network', target)
    return network === undefined ? [] : [[target, network.spec] as const]
  })
}

function serviceOf(view: StoreView, task: Task): Objects['Service'] | undefined {
  const service = view.get('Service', task.spec.service)
  return service?.metadata.uid === task.spec.serviceUid ? service : undefined
}
