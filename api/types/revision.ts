// Generated from crds/ by `npm run generate`. Do not edit.

import type { TaskTemplate } from './task-template.ts'

/**
 * The snapshot.
 */
export interface RevisionSpec {
  /**
   * Name of its service.
   */
  readonly service: string
  /**
   * Uid of its service.
   */
  readonly serviceUid: string
  /**
   * 1 for the first revision of the service, then counting up.
   */
  readonly number: number
  /**
   * What each task runs.
   */
  readonly template: TaskTemplate
  /**
   * Ports published in host mode.
   *
   * Items: One port.
   */
  readonly hostPorts?: readonly {
    /**
     * Protocol.
     */
    readonly protocol: 'TCP' | 'UDP' | 'SCTP'
    /**
     * Port of the task.
     */
    readonly targetPort: number
    /**
     * Port of the node.
     */
    readonly publishedPort: number
  }[]
}
