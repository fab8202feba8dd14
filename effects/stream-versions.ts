// What nodes say to each other over streams has one number for all of it. Whoever connects says which ones it understands, and
// both go by the highest that the other one knows, too: so a cluster is upgraded one node after the other (docs/adr/0026).

export interface StreamVersions {
  readonly oldest: number
  readonly newest: number
}

/**
 * 1: all before anything was said about versions. 2: managers compare their states. 3: a snapshot goes on where it broke off. 4: agents attach to the
 * programs of tasks.
 *
 * `newest` is raised with anything that a node of before would not understand, and that is said only to those that know the
 * number; `oldest` when the code for what is older goes. Releases that follow each other have one in common.
 */
export const ownVersions: StreamVersions = { oldest: 1, newest: 4 }
/** From here on managers tell each other the hash of their state. */
export const comparesStates = 2
/** From here on who is sent a snapshot says first how much of it is there. */
export const resumesSnapshots = 3
/** From here on an agent attaches to the program of a task. */
export const attachesToTasks = 4

/** Undefined: they have none in common. */
export function versionOf(ours: StreamVersions, theirs: StreamVersions): number | undefined {
  const newest = Math.min(ours.newest, theirs.newest)
  return newest >= Math.max(ours.oldest, theirs.oldest) ? newest : undefined
}

/** For whoever has to upgrade one of them, on either side. */
export function sayVersions(connecting: StreamVersions, reached: StreamVersions): string {
  const older = connecting.newest < reached.oldest ? 'the one that connects' : 'the one that was reached'
  return `the node that connects speaks ${range(connecting)}, and the one that was reached ${range(reached)}: upgrade ${older}`
}

function range({ oldest, newest }: StreamVersions): string {
  return oldest === newest ? `version ${newest}` : `versions ${oldest} to ${newest}`
}
