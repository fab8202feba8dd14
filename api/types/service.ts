// Generated from crds/ by `npm run generate`. Do not edit.

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
   * What each task runs.
   */
  readonly template: {
    /**
     * Image reference. The process executor ignores it.
     */
    readonly image?: string
    /**
     * Program and first arguments. The image's own when left out.
     *
     * Items: One word.
     */
    readonly entrypoint?: readonly string[]
    /**
     * Arguments after entrypoint. With no entrypoint the process executor runs this as the program.
     *
     * Items: One word.
     */
    readonly command?: readonly string[]
    /**
     * Environment variables. Values may hold placeholders such as {{.Task.Slot}}.
     */
    readonly env?: {
      /**
       * Value; may hold placeholders.
       */
      readonly [k: string]: string
    }
    /**
     * Directory the program starts in.
     */
    readonly workingDir?: string
    /**
     * User name or uid, with :group when wanted.
     */
    readonly user?: string
    /**
     * Additional groups.
     *
     * Items: Group name or gid.
     */
    readonly groups?: readonly string[]
    /**
     * Host name inside the container; may hold placeholders.
     */
    readonly hostname?: string
    /**
     * Labels of the container.
     */
    readonly labels?: {
      /**
       * Value.
       */
      readonly [k: string]: string
    }
    /**
     * Signal that asks the program to stop. SIGTERM when left out.
     */
    readonly stopSignal?: string
    /**
     * Time between the stop signal and SIGKILL.
     */
    readonly stopGracePeriod?: string
    /**
     * Run an init process as pid 1.
     */
    readonly init?: boolean
    /**
     * Allocate a terminal.
     */
    readonly tty?: boolean
    /**
     * Keep standard input open.
     */
    readonly stdinOpen?: boolean
    /**
     * Mount the root file system read-only.
     */
    readonly readOnly?: boolean
    /**
     * Windows isolation technology.
     */
    readonly isolation?: string
    /**
     * How to tell that the program works. Without one, running is healthy.
     */
    readonly healthCheck?: {
      /**
       * [NONE], [CMD, program, arguments…] or [CMD-SHELL, line]. The image's own when left out.
       *
       * Items: One word.
       */
      readonly test?: readonly string[]
      /**
       * Time between two checks.
       */
      readonly interval?: string
      /**
       * A check that takes longer failed.
       */
      readonly timeout?: string
      /**
       * Failures in a row that make the task unhealthy.
       */
      readonly retries?: number
      /**
       * Failures in this time after the start do not count.
       */
      readonly startPeriod?: string
      /**
       * Time between two checks during startPeriod.
       */
      readonly startInterval?: string
    }
    /**
     * What a task may use, and what it is promised.
     */
    readonly resources?: {
      /**
       * Most that a task may use.
       */
      readonly limits?: {
        /**
         * CPU cores: 0.5 or 500m.
         */
        readonly cpus?: string
        /**
         * Memory: 500M, 512Mi, or bytes.
         */
        readonly memory?: string
        /**
         * Processes. 0 means no limit.
         */
        readonly pids?: number
      }
      /**
       * What the scheduler sets aside on the node.
       */
      readonly reservations?: {
        /**
         * CPU cores.
         */
        readonly cpus?: string
        /**
         * Memory.
         */
        readonly memory?: string
        /**
         * User-defined resources, such as gpu: 2.
         */
        readonly generic?: {
          /**
           * How many.
           */
          readonly [k: string]: number
        }
      }
    }
    /**
     * What happens when a task ends.
     */
    readonly restart?: {
      /**
       * Which ends call for a new task.
       */
      readonly condition?: 'Any' | 'OnFailure' | 'None'
      /**
       * Wait before the new task starts.
       */
      readonly delay?: string
      /**
       * Restarts allowed within window. 0 means no limit.
       */
      readonly maxAttempts?: number
      /**
       * Only restarts this recent count towards maxAttempts. 0 means all.
       */
      readonly window?: string
    }
    /**
     * Which nodes may run a task. Changing it alone replaces no task that still fits.
     */
    readonly placement?: {
      /**
       * All must hold on the node.
       *
       * Items: key == value, or key != value.
       */
      readonly constraints?: readonly string[]
      /**
       * Spread tasks evenly over the values of these, outermost first.
       *
       * Items: One level.
       */
      readonly preferences?: {
        /**
         * node.labels.<key> or engine.labels.<key>.
         */
        readonly spread: string
      }[]
      /**
       * Any of these; every platform when empty.
       *
       * Items: One platform.
       */
      readonly platforms?: {
        /**
         * Operating system.
         */
        readonly os?: string
        /**
         * Processor architecture.
         */
        readonly arch?: string
      }[]
      /**
       * Most tasks of this service on one node. 0 means no limit.
       */
      readonly maxReplicasPerNode?: number
    }
    /**
     * Networks that tasks are attached to.
     *
     * Items: One network.
     */
    readonly networks?: {
      /**
       * Name of the Network.
       */
      readonly target: string
      /**
       * Further names of the service there.
       *
       * Items: Name.
       */
      readonly aliases?: readonly string[]
      /**
       * Options for the driver.
       */
      readonly driverOptions?: {
        /**
         * Value.
         */
        readonly [k: string]: string
      }
    }[]
    /**
     * File systems inside the task.
     *
     * Items: One mount.
     */
    readonly mounts?: {
      /**
       * What is mounted.
       */
      readonly type: 'Bind' | 'Volume' | 'Tmpfs' | 'Npipe' | 'Cluster'
      /**
       * Path on the node, or name of the volume.
       */
      readonly source?: string
      /**
       * Path inside the task.
       */
      readonly target: string
      /**
       * Forbid writes.
       */
      readonly readOnly?: boolean
      /**
       * Bind propagation.
       */
      readonly propagation?: string
      /**
       * Do not fill a new volume with the image's files.
       */
      readonly noCopy?: boolean
      /**
       * Volume driver.
       */
      readonly driver?: string
      /**
       * Options for the volume driver.
       */
      readonly driverOptions?: {
        /**
         * Value.
         */
        readonly [k: string]: string
      }
      /**
       * Labels of a volume made for this mount.
       */
      readonly labels?: {
        /**
         * Value.
         */
        readonly [k: string]: string
      }
      /**
       * Size of a tmpfs.
       */
      readonly sizeBytes?: number
      /**
       * Permission bits of a tmpfs.
       */
      readonly mode?: number
    }[]
    /**
     * Secrets given to tasks as files.
     *
     * Items: One secret.
     */
    readonly secrets?: {
      /**
       * Name of the object.
       */
      readonly source: string
      /**
       * File name: for a secret below the secrets directory. The object's name when left out.
       */
      readonly target?: string
      /**
       * Owner of the file.
       */
      readonly uid?: string
      /**
       * Group of the file.
       */
      readonly gid?: string
      /**
       * Permission bits. 0444 when left out.
       */
      readonly mode?: number
    }[]
    /**
     * Configs given to tasks as files.
     *
     * Items: One config.
     */
    readonly configs?: {
      /**
       * Name of the object.
       */
      readonly source: string
      /**
       * File name: for a secret below the secrets directory. The object's name when left out.
       */
      readonly target?: string
      /**
       * Owner of the file.
       */
      readonly uid?: string
      /**
       * Group of the file.
       */
      readonly gid?: string
      /**
       * Permission bits. 0444 when left out.
       */
      readonly mode?: number
    }[]
    /**
     * Further lines for the hosts file.
     *
     * Items: host:address.
     */
    readonly extraHosts?: readonly string[]
    /**
     * Name resolution inside the task.
     */
    readonly dns?: {
      /**
       * Name servers.
       *
       * Items: Address.
       */
      readonly nameservers?: readonly string[]
      /**
       * Search domains.
       *
       * Items: Domain.
       */
      readonly search?: readonly string[]
      /**
       * Resolver options.
       *
       * Items: Option.
       */
      readonly options?: readonly string[]
    }
    /**
     * Where output goes.
     */
    readonly logDriver?: {
      /**
       * Driver name.
       */
      readonly name: string
      /**
       * Options for the driver.
       */
      readonly options?: {
        /**
         * Value.
         */
        readonly [k: string]: string
      }
    }
    /**
     * Capabilities to add.
     *
     * Items: Name.
     */
    readonly capabilityAdd?: readonly string[]
    /**
     * Capabilities to take away.
     *
     * Items: Name.
     */
    readonly capabilityDrop?: readonly string[]
    /**
     * Kernel parameters of the container.
     */
    readonly sysctls?: {
      /**
       * Value.
       */
      readonly [k: string]: string
    }
    /**
     * Resource limits of the container.
     *
     * Items: One limit.
     */
    readonly ulimits?: {
      /**
       * Name.
       */
      readonly name: string
      /**
       * Soft limit.
       */
      readonly soft: number
      /**
       * Hard limit.
       */
      readonly hard: number
    }[]
    /**
     * Likelihood of being killed when memory runs out.
     */
    readonly oomScoreAdj?: number
    /**
     * Registry credentials. Fresh ones replace no task.
     */
    readonly registryAuth?: string
    /**
     * Counting it up replaces every task.
     */
    readonly forceUpdate?: number
  }
  /**
   * How a new revision replaces the old one.
   */
  readonly update?: {
    /**
     * Slots replaced at the same time. 0 means all.
     */
    readonly parallelism?: number
    /**
     * Wait after each slot before the next takes its place in the budget.
     */
    readonly delay?: string
    /**
     * A new task that fails within this time after its start counts as a failed update.
     */
    readonly monitor?: string
    /**
     * What to do when more than maxFailureRatio failed.
     */
    readonly failureAction?: 'Pause' | 'Continue' | 'Rollback'
    /**
     * Share of failed slots that is tolerated.
     */
    readonly maxFailureRatio?: number
    /**
     * Stop the old task first, or start the new one first.
     */
    readonly order?: 'StopFirst' | 'StartFirst'
  }
  /**
   * How an automatic or requested rollback replaces the newer revision.
   */
  readonly rollback?: {
    /**
     * Slots replaced at the same time. 0 means all.
     */
    readonly parallelism?: number
    /**
     * Wait after each slot before the next takes its place in the budget.
     */
    readonly delay?: string
    /**
     * A new task that fails within this time after its start counts as a failed update.
     */
    readonly monitor?: string
    /**
     * What to do when more than maxFailureRatio failed.
     */
    readonly failureAction?: 'Pause' | 'Continue' | 'Rollback'
    /**
     * Share of failed slots that is tolerated.
     */
    readonly maxFailureRatio?: number
    /**
     * Stop the old task first, or start the new one first.
     */
    readonly order?: 'StopFirst' | 'StartFirst'
  }
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
    readonly ports?: {
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
     * running/desired, for tables.
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
   * The newest revision that a rollout completed with. A rollback goes here.
   */
  readonly lastGood?: string
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
    readonly ports?: {
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
    }[]
  }
  /**
   * Standing facts about the object, one per type.
   *
   * Items: One condition.
   */
  readonly conditions?: {
    /**
     * Ready, Converged, …
     */
    readonly type: string
    /**
     * Whether it holds.
     */
    readonly status: 'True' | 'False' | 'Unknown'
    /**
     * One CamelCase word for programs.
     */
    readonly reason?: string
    /**
     * A sentence for people.
     */
    readonly message?: string
    /**
     * The generation it describes.
     */
    readonly observedGeneration?: number
    /**
     * When status last changed.
     */
    readonly lastTransitionTime?: string
  }[]
}
