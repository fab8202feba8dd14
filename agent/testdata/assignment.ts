// Assignments for tests: what matters is given, the rest is made up.

import type { TaskTemplate } from '../../api/objects.ts'
import type { Assignment } from '../../api/session.ts'

export function assignment(task: string, template: TaskTemplate = {}, more: Partial<Assignment> = {}): Assignment {
  return {
    task,
    uid: `uid-of-${task}`,
    service: { name: 'web', uid: 'uid-of-web', labels: { tier: 'front' } },
    slot: 1,
    attempt: 1,
    revision: 'web-1',
    template,
    desired: 'Running',
    status: { state: 'Assigned', at: 1 },
    ...more,
  }
}
