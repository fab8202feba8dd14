// Generated from crds/ by `npm run generate`. Do not edit.

import type { Conditions } from './conditions.ts'
import type { TaskTemplate } from './task-template.ts'
import type { UpdatePolicy } from './update-policy.ts'

/**
 * What the user wants.
 */
export interface ServiceSpec {
  /**
   * How many tasks, and where: a number of replicas, one on each eligible node, or a job that ends.
   */
  readonly mode?: 'Replicated' | 'Global' | 'ReplicatedJob' | 'GlobalJob'
  /**
   * Number of tasks of a Replicated service. 1 when left out. Not allowed in other modes.
   */
  readonly replicas?: number
  /**
   * Size of a ReplicatedJob. Not allowed in other modes.
   */
  readonly job?: {
    /**
     * Most tasks that run at the same time. As many as totalCompletions when left out.
     */
    readonly maxConcurrent?: number
    /**
     * Number of tasks that must complete. 1 when left out.
     */
    readonly totalCompletions?: number
  }
  /**
   * Labels of any text, as Docker has them. Selectors work on metadata.labels.
   */
  readonly labels?: {
    /**
     * Value.
     */
    readonly [k: string]: string
  }
  /**
   * What each task runs.
   */
  readonly template: TaskTemplate
  /**
   * Holds rollouts: no task is replaced by one of another revision while this is true. Its tasks are restarted as they are.
   */
  readonly paused?: boolean
  /**
   * Failures in spite of which a rollout goes on. It is how somebody resumes one that they paused.
   */
  readonly acceptedFailures?: {
    /**
     * Which one: status.update.id.
     */
    readonly rollout: string
    /**
     * How many: those that status.update counts.
     */
    readonly count: number
  }
  /**
   * How a new revision replaces the old one.
   */
  readonly update?: UpdatePolicy
  /**
   * How an automatic or requested rollback replaces the newer revision.
   */
  readonly rollback?: UpdatePolicy
  /**
   * How the service is reached.
   */
  readonly endpoint?: {
    /**
     * One virtual address for all tasks (VIP), or all task addresses by name (DNSRR).
     */
    readonly mode?: 'VIP' | 'DNSRR'
    /**
     * Published ports.
     *
     * Items: One published port.
     */
    readonly ports?: readonly {
      /**
       * A name for people.
       */
      readonly name?: string
      /**
       * Transport protocol.
       */
      readonly protocol?: 'TCP' | 'UDP' | 'SCTP'
      /**
       * Port that the task listens on.
       */
      readonly targetPort: number
      /**
       * Port that clients connect to. Chosen from 30000 to 32767 when left out or 0.
       */
      readonly publishedPort?: number
      /**
       * Every node answers for all tasks (Ingress), or each task binds the port on its own node (Host).
       */
      readonly publishMode?: 'Ingress' | 'Host'
      /**
       * Tell the task who connected: a PROXY protocol header ahead of the first byte. TCP in Ingress mode only.
       */
      readonly proxyProtocol?: 'None' | 'V2'
    }[]
  }
}

/**
 * What kit observed and decided. Written by controllers only.
 */
export interface ServiceStatus {
  /**
   * The generation that this status describes.
   */
  readonly observedGeneration?: number
  /**
   * Task counts, written by the replicated, global or job controller.
   */
  readonly replicas?: {
    /**
     * Tasks wanted.
     */
    readonly desired?: number
    /**
     * Tasks observed Running on nodes that are up.
     */
    readonly running?: number
    /**
     * Tasks that completed (jobs and one-shot services).
     */
    readonly completed?: number
    /**
     * For tables: 2/3 are up, 3/3 (1 done), 1/1 done.
     */
    readonly summary?: string
  }
  /**
   * Name of the Revision made of the present template.
   */
  readonly revision?: string
  /**
   * The generation that revision was made of.
   */
  readonly revisionGeneration?: number
  /**
   * The newest revision that has shown that it runs. A rollback goes here.
   */
  readonly lastGood?: string
  /**
   * The revision that was last good before it. Undoing a good revision goes here.
   */
  readonly previousGood?: string
  /**
   * The last rolling update or rollback, with everything that must survive a leader change.
   */
  readonly update?: {
    /**
     * Identifies this rollout. Tasks that it creates carry it.
     */
    readonly id: string
    /**
     * The status.revision it started for.
     */
    readonly of: string
    /**
     * The revision it moves tasks to.
     */
    readonly target: string
    /**
     * The revision to return to when it fails.
     */
    readonly from?: string
    /**
     * Where it stands.
     */
    readonly state: 'Updating' | 'Paused' | 'Completed' | 'RollbackStarted' | 'RollbackPaused' | 'RollbackCompleted'
    /**
     * Start, ms since 1970.
     */
    readonly startedAt: number
    /**
     * End, ms since 1970.
     */
    readonly completedAt?: number
    /**
     * Slots that were out of date at the start.
     */
    readonly total: number
    /**
     * Tasks of this rollout that failed within the monitor time.
     */
    readonly failures: number
    /**
     * Why it paused or rolled back.
     */
    readonly reason?: string
    /**
     * It is paused because spec.paused says so, and goes on when that no longer does.
     */
    readonly requested?: boolean
  }
  /**
   * What the allocator assigned.
   */
  readonly endpoint?: {
    /**
     * The spec the assignment was made for.
     */
    readonly observedPorts?: string
    /**
     * Published ports with their numbers.
     *
     * Items: One assigned port.
     */
    readonly ports?: readonly {
      /**
       * As in spec.
       */
      readonly name?: string
      /**
       * As in spec.
       */
      readonly protocol: 'TCP' | 'UDP' | 'SCTP'
      /**
       * As in spec.
       */
      readonly targetPort: number
      /**
       * The assigned number.
       */
      readonly publishedPort: number
      /**
       * As in spec.
       */
      readonly publishMode: 'Ingress' | 'Host'
      /**
       * As in spec.
       */
      readonly proxyProtocol?: 'None' | 'V2'
    }[]
  }
  /**
   * Standing facts about the object, one per type.
   */
  readonly conditions?: Conditions
}
