// Generated from crds/ by `npm run generate`. Do not edit.

/**
 * Written by controllers only; each field says who sets it and when (the slot contract).
 */
export interface TaskSpec {
  /**
   * Name of its service.
   */
  readonly service: string
  /**
   * Uid of its service; a new service of the same name is another one.
   */
  readonly serviceUid: string
  /**
   * Slot number: from 1 in replicated services, from 0 in replicated jobs. Absent in global ones.
   */
  readonly slot?: number
  /**
   * Node that is the slot, in global services.
   */
  readonly node?: string
  /**
   * Name of the Revision it runs.
   */
  readonly revision: string
  /**
   * Iteration of a job.
   */
  readonly jobIteration?: number
  /**
   * Grows by one with each task of the slot.
   */
  readonly attempt: number
  /**
   * State that managers want. Only moves forward.
   */
  readonly desired: 'Ready' | 'Running' | 'Complete' | 'Shutdown' | 'Remove'
  /**
   * Set at creation with desired Ready: when it may be released.
   */
  readonly hold?: {
    /**
     * Earliest release, ms since 1970.
     */
    readonly notBefore: number
    /**
     * Release even when the predecessor has not stopped, ms since 1970.
     */
    readonly until: number
  }
  /**
   * Restarts of this slot within the revision.
   *
   * Items: ms since 1970.
   */
  readonly restarts?: readonly number[]
  /**
   * The rollout that created it.
   */
  readonly rollout?: {
    /**
     * Service.status.update.id.
     */
    readonly id: string
    /**
     * Its end was counted as a failure or not.
     */
    readonly counted?: boolean
  }
  /**
   * Who ended it and why; set once, with the first desired of Shutdown or Remove.
   */
  readonly stop?: {
    /**
     * Controller.
     */
    readonly by: 'replicated' | 'global' | 'job' | 'restart' | 'update' | 'drain' | 'placement' | 'reaper'
    /**
     * One CamelCase word.
     */
    readonly reason?: string
    /**
     * ms since 1970.
     */
    readonly at: number
  }
  /**
   * Replaced: it has a successor. Finished: it gets none, by restart policy.
   */
  readonly verdict?: 'Replaced' | 'Finished'
  /**
   * First state of at least Running or first desired of at least Shutdown, ms since 1970.
   */
  readonly settledAt?: number
  /**
   * Node that runs it. Set by the scheduler; by the creator in global services.
   */
  readonly nodeName?: string
  /**
   * Hash of the placement it was put on the node for.
   */
  readonly placedFor?: string
  /**
   * Generic resources it was given.
   */
  readonly assignedGeneric?: {
    /**
     * Amount, or values joined by commas.
     */
    readonly [k: string]: string
  }
  /**
   * What the allocator assigned.
   */
  readonly network?: {
    /**
     * Ports to bind on the node (host mode).
     *
     * Items: One port.
     */
    readonly ports?: readonly {
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
}

/**
 * What was observed last.
 */
export interface TaskStatus {
  /**
   * Only moves forward.
   */
  readonly state:
    'New' | 'Pending' | 'Assigned' | 'Accepted' | 'Preparing' | 'Ready' | 'Starting' | 'Running' | 'Complete' | 'Shutdown' | 'Failed' | 'Rejected' | 'Orphaned'
  /**
   * When it changed, by the clock of who saw it, ms since 1970.
   */
  readonly at: number
  /**
   * When it became Running, ms since 1970.
   */
  readonly startedAt?: number
  /**
   * What happened, in a few words.
   */
  readonly message?: string
  /**
   * What is wrong.
   */
  readonly error?: string
  /**
   * Exit code of the program.
   */
  readonly exitCode?: number
  /**
   * Signal that ended the program.
   */
  readonly signal?: string
  /**
   * It ended by no fault of its own. Stopped: its node was stopped under it. Lost: its node cannot say how it ended.
   */
  readonly nodeFault?: 'Stopped' | 'Lost'
  /**
   * Process id on the node.
   */
  readonly pid?: number
  /**
   * Container id on the node.
   */
  readonly containerId?: string
  /**
   * Address of its own, reachable from its node: there it serves its target ports.
   */
  readonly address?: string
  /**
   * Ports the executor gave it: 80/tcp → 41234.
   */
  readonly ports?: {
    /**
     * Port on the node.
     */
    readonly [k: string]: number
  }
  /**
   * Last health check.
   */
  readonly health?: 'Starting' | 'Healthy' | 'Unhealthy'
}
