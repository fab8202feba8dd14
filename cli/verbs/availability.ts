// The verbs that say whether a node takes tasks, alone and below `kit node`.

export const availabilityVerbs = [
  ['drain', 'Drain', 'Give all tasks of a node to others'],
  ['pause', 'Pause', 'Keep what a node runs, and give it nothing new'],
  ['activate', 'Active', 'Let a node take tasks again'],
] as const
