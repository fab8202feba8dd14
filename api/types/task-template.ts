// Generated from crds/ by `npm run generate`. Do not edit.

import type { FileReference } from './file-reference.ts'

/**
 * What each task runs.
 */
export interface TaskTemplate {
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
    readonly preferences?: readonly {
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
    readonly platforms?: readonly {
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
  readonly networks?: readonly {
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
  readonly mounts?: readonly {
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
  readonly secrets?: readonly FileReference[]
  /**
   * Configs given to tasks as files.
   *
   * Items: One config.
   */
  readonly configs?: readonly FileReference[]
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
  readonly ulimits?: readonly {
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
   * Size of /dev/shm. The engine's own default when left out.
   */
  readonly shmSize?: string
  /**
   * Registry credentials. Fresh ones replace no task.
   */
  readonly registryAuth?: string
  /**
   * Counting it up replaces every task.
   */
  readonly forceUpdate?: number
}
