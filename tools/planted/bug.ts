// One bug to plant: a text of the source, and what stands in its place.

export interface Bug {
  readonly what: string
  readonly file: string
  /** Occurs exactly once in the file. */
  readonly text: string
  readonly replacement: string
  /** Test files, run together. */
  readonly tests: readonly string[]
  /** Simulations of the replicated store that are tried as well, and must find it where no test does. */
  readonly simulations?: readonly (keyof typeof simulations)[]
  /** Their places in the list of `classic.ts`. */
  readonly classics?: readonly number[]
}

/**
 * Each with how many runs a bug is given, and the variables that say from which seed on, and how many. A run of cores takes a
 * hundredth of a second, one of members half of one: so many take less than two minutes of a processor.
 */
export const simulations = {
  core: { test: 'store/raft/simulation.test.ts', prefix: 'KIT_RAFT', runs: 4_000 },
  members: { test: 'store/members-simulation.test.ts', prefix: 'KIT_STORE', runs: 200 },
} as const

/** Of simulated clusters, at two seconds each. */
export const clusterRuns = 32
