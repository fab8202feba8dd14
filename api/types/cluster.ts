// Generated from crds/ by `npm run generate`. Do not edit.

import type { Conditions } from './conditions.ts'

/**
 * Settings.
 */
export interface ClusterSpec {
  /**
   * Tasks kept per slot, the live one included. -1 keeps all.
   */
  readonly taskHistoryLimit?: number
  /**
   * Time between two heartbeats of a node.
   */
  readonly heartbeatPeriod?: string
  /**
   * Log entries between two snapshots.
   */
  readonly snapshotInterval?: number
  /**
   * Tasks of a node that is down this long are given up as Orphaned.
   */
  readonly orphanAfter?: string
  /**
   * Whether managers are locked when they are started: `kit swarm unlock` gives them the unlock key, without which nobody can read their disks.
   */
  readonly autolock?: boolean
  /**
   * Raise it for a new unlock key. No effect without autolock.
   */
  readonly rotateUnlockKey?: number
  /**
   * Certificates of nodes and tokens to join with.
   */
  readonly ca?: {
    /**
     * How long the certificate of a node is valid. At least 30m.
     */
    readonly nodeCertExpiry?: string
    /**
     * Raise it for a new token of workers. Nodes that have joined keep what they have.
     */
    readonly rotateWorkerToken?: number
    /**
     * Raise it for a new token of managers. Nodes that have joined keep what they have.
     */
    readonly rotateManagerToken?: number
    /**
     * Raise it for a new root that kit makes: every node gets a new certificate, then both tokens are new. No effect while `root` is given.
     */
    readonly rotateRoot?: number
    /**
     * A root of your own. The cluster goes over to it as with rotateRoot, unless it has it.
     */
    readonly root?: {
      /**
       * Certificate of the root, PEM. It signed itself and lasts a year at least.
       */
      readonly certificate: string
      /**
       * Its private key, PEM. Never read back. Left out where an external authority has it.
       */
      readonly key?: string
    }
    /**
     * Authorities outside of the cluster. Those of the root that nodes get certificates of are asked, in this order, and nobody else signs.
     *
     * Items: One authority outside of the cluster.
     */
    readonly externalCAs?: readonly {
      /**
       * How it is asked.
       */
      readonly protocol?: 'CFSSL'
      /**
       * Where requests are posted: https://HOST:PORT/api/v1/cfssl/sign. Its certificate must be of a root of the cluster.
       */
      readonly url: string
      /**
       * Certificate of the root that it signs with, PEM.
       */
      readonly caCert: string
      /**
       * Its profile for certificates of nodes and users.
       */
      readonly profile?: string
    }[]
  }
}

/**
 * What the managers decided.
 */
export interface ClusterStatus {
  /**
   * The root of all certificates of this cluster.
   */
  readonly ca?: {
    /**
     * Root certificate, PEM. Joining nodes check its digest against their token.
     */
    readonly certificate: string
    /**
     * Private key of the root, PEM. Never read back. Absent where an external authority has it.
     */
    readonly key?: string
    /**
     * The rotateRoot that was taken up last.
     */
    readonly rotated?: number
    /**
     * The root that takes the place of this one. Present until every node has a certificate of it.
     */
    readonly rotation?: {
      /**
       * Root certificate, PEM.
       */
      readonly certificate: string
      /**
       * Its private key, PEM. Never read back. Absent where an external authority has it.
       */
      readonly key?: string
      /**
       * The same authority signed by the root before it, PEM. Goes along with what it signs.
       */
      readonly crossSigned: string
      /**
       * Nodes that go with a certificate of it.
       */
      readonly updated: number
      /**
       * All nodes.
       */
      readonly total: number
    }
  }
  /**
   * The lock of managers. Absent where there never was one.
   */
  readonly autolock?: {
    /**
     * Counts its changes. Each manager takes up those that are newer than its own.
     */
    readonly version: number
    /**
     * The rotateUnlockKey that the key was made for.
     */
    readonly rotation: number
    /**
     * The unlock key, while there is one. `kit swarm unlock-key` shows it to admins.
     */
    readonly key?: string
  }
  /**
   * What a machine shows to join. Whoever has one can join; only admins see them.
   */
  readonly joinTokens?: {
    /**
     * Token of workers.
     */
    readonly worker: string
    /**
     * Token of managers.
     */
    readonly manager: string
    /**
     * The rotateWorkerToken it was made for.
     */
    readonly workerRotation: number
    /**
     * The rotateManagerToken it was made for.
     */
    readonly managerRotation: number
  }
  /**
   * Nodes that were removed. Every manager refuses them. The last 1,000, and of the last 10,000 those whose certificates have not expired yet.
   *
   * Items: One node.
   */
  readonly removedNodes?: readonly {
    /**
     * Its id.
     */
    readonly node: string
    /**
     * Its certificate is valid until then, ms since 1970.
     */
    readonly until: number
  }[]
  /**
   * Standing facts about the object, one per type.
   */
  readonly conditions?: Conditions
}
