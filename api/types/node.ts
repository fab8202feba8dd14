// Generated from crds/ by `npm run generate`. Do not edit.

import type { Conditions } from './conditions.ts'

/**
 * What the operator wants.
 */
export interface NodeSpec {
  /**
   * Role it should have.
   */
  readonly role?: 'Worker' | 'Manager'
  /**
   * Active takes tasks; Pause keeps what it has; Drain gives its tasks away.
   */
  readonly availability?: 'Active' | 'Pause' | 'Drain'
}

/**
 * What managers observed.
 */
export interface NodeStatus {
  /**
   * Whether it answers.
   */
  readonly state?: 'Unknown' | 'Ready' | 'Down' | 'Disconnected'
  /**
   * When state last changed, ms since 1970. A Down node's tasks are orphaned 24 h after it.
   */
  readonly stateAt?: number
  /**
   * Why.
   */
  readonly message?: string
  /**
   * When it said that it leaves the cluster, ms since 1970. Absent once it is back.
   */
  readonly leftAt?: number
  /**
   * Address that managers see.
   */
  readonly address?: string
  /**
   * Role that it is granted; its certificate follows.
   */
  readonly role?: 'Worker' | 'Manager'
  /**
   * What the node reports about itself.
   */
  readonly description?: {
    /**
     * Host name.
     */
    readonly hostname: string
    /**
     * Platform.
     */
    readonly platform: {
      /**
       * Operating system.
       */
      readonly os: string
      /**
       * Processor architecture.
       */
      readonly arch: string
    }
    /**
     * All that it has.
     */
    readonly resources: {
      /**
       * CPU cores.
       */
      readonly cpus: number
      /**
       * Memory.
       */
      readonly memoryBytes: number
      /**
       * User-defined resources.
       */
      readonly generic?: {
        /**
         * Values.
         *
         * Items: A value; or one entry, a number, for an amount.
         */
        readonly [k: string]: readonly string[]
      }
    }
    /**
     * What runs its tasks.
     */
    readonly executor: 'docker' | 'process' | 'simulated'
    /**
     * Container engine.
     */
    readonly engine?: {
      /**
       * Version.
       */
      readonly version?: string
      /**
       * What engine.labels.* in constraints reads.
       */
      readonly labels?: {
        /**
         * Value.
         */
        readonly [k: string]: string
      }
      /**
       * Plugins.
       *
       * Items: One plugin.
       */
      readonly plugins?: readonly {
        /**
         * Type.
         */
        readonly type: 'Volume' | 'Network' | 'Log'
        /**
         * Name.
         */
        readonly name: string
      }[]
    }
    /**
     * Version of kitd.
     */
    readonly version?: string
    /**
     * Of managers: host:port where other nodes join.
     */
    readonly managerAddress?: string
    /**
     * Of managers: host:port where users of other machines connect.
     */
    readonly apiAddress?: string
    /**
     * Why its executor runs nothing now; absent while all is well. The node gets no new tasks.
     */
    readonly trouble?: string
    /**
     * Whose certificate it goes with: SHA-256 of the public key of that root, hexadecimal.
     */
    readonly issuer?: string
  }
  /**
   * The certificate that the cluster gave it last.
   */
  readonly certificate?: {
    /**
     * SHA-256 of its public key, hexadecimal.
     */
    readonly publicKey: string
    /**
     * The same of the one before: a node that has not heard of the last still has that key.
     */
    readonly formerPublicKey?: string
    /**
     * It is valid until then, ms since 1970.
     */
    readonly notAfter: number
  }
  /**
   * The node was asked to get a certificate of another root.
   */
  readonly renewal?: {
    /**
     * SHA-256 of the public key of that root, hexadecimal.
     */
    readonly issuer: string
    /**
     * When it was asked, ms since 1970.
     */
    readonly at: number
  }
  /**
   * Its part in the group of managers, as the leader sees it. Absent of a node that is not in the group.
   */
  readonly manager?: {
    /**
     * A Learner gets everything and has no say yet.
     */
    readonly member: 'Leader' | 'Voter' | 'Learner'
    /**
     * It answered the leader lately.
     */
    readonly reachable: boolean
    /**
     * Its state is not that of the other managers: how it differs, and how to mend it.
     */
    readonly diverged?: string
  }
  /**
   * Standing facts about the object, one per type.
   */
  readonly conditions?: Conditions
}
