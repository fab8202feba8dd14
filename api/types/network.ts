// Generated from crds/ by `npm run generate`. Do not edit.

import type { Conditions } from './conditions.ts'

/**
 * What the user wants.
 */
export interface NetworkSpec {
  /**
   * What makes the network: overlay spans nodes, bridge and others stay on one node.
   */
  readonly driver?: string
  /**
   * Options for the driver.
   */
  readonly driverOptions?: {
    /**
     * Value.
     */
    readonly [k: string]: string
  }
  /**
   * Containers that belong to no service may join. Not allowed with ingress.
   */
  readonly attachable?: boolean
  /**
   * No way out of the network and none in.
   */
  readonly internal?: boolean
  /**
   * Carries traffic of published ports between nodes. At most one network does.
   */
  readonly ingress?: boolean
  /**
   * Give out IPv6 addresses too.
   */
  readonly ipv6?: boolean
  /**
   * A network that every node has already, by its name there, such as host. Nothing is created.
   */
  readonly hostNetwork?: string
  /**
   * How addresses are given out. Chosen by kit when left out.
   */
  readonly ipam?: {
    /**
     * What gives out addresses.
     */
    readonly driver?: string
    /**
     * Options for that driver.
     */
    readonly options?: {
      /**
       * Value.
       */
      readonly [k: string]: string
    }
    /**
     * Address ranges.
     *
     * Items: One range.
     */
    readonly configs?: readonly {
      /**
       * The range: 10.0.9.0/24.
       */
      readonly subnet?: string
      /**
       * Part of subnet that tasks get addresses from. All of it when left out.
       */
      readonly range?: string
      /**
       * Address of the gateway. The first of the subnet when left out.
       */
      readonly gateway?: string
      /**
       * Addresses that no task gets, by name.
       */
      readonly reserved?: {
        /**
         * Address.
         */
        readonly [k: string]: string
      }
    }[]
  }
  /**
   * Labels that the engine's network carries.
   */
  readonly labels?: {
    /**
     * Value.
     */
    readonly [k: string]: string
  }
}

/**
 * What the allocator assigned.
 */
export interface NetworkStatus {
  /**
   * The generation that this status describes.
   */
  readonly observedGeneration?: number
  /**
   * Ranges in use.
   *
   * Items: 10.0.9.0/24.
   */
  readonly subnets?: readonly string[]
  /**
   * Gateways, in the order of subnets.
   *
   * Items: Address.
   */
  readonly gateways?: readonly string[]
  /**
   * What the driver must remember, such as the VXLAN id.
   */
  readonly driverState?: {
    /**
     * Value.
     */
    readonly [k: string]: string
  }
  /**
   * Standing facts about the object, one per type.
   */
  readonly conditions?: Conditions
}
