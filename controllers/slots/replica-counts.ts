// What `Service.status.replicas` says, the same for every mode.

import type { Service } from '../../api/objects.ts'

type Counts = NonNullable<Service['status']['replicas']>

/**
 * The summary is what tables show: `2/3` are up, `3/3 (1 done)` when one of them has finished for good,
 * `1/1 done` when all have. What is done is not missing, so it counts.
 */
export function countReplicas({ desired, running, completed }: { desired: number; running: number; completed: number }): Counts {
  const filled = `${running + completed}/${desired}`
  if (completed === 0) return { desired, running, summary: filled }
  return {
    desired,
    running,
    completed,
    summary: running === 0 && completed >= desired ? `${filled} done` : `${filled} (${completed} done)`,
  }
}
