// What somebody decided by force outlives the request: the object says so until its spec changes again.

import type { Metadata } from './objects.ts'

/** On a Stack, which takes what is somebody else's, and on a Node, which leaves the managers: the generation that may. Set by the server. */
export const forceAnnotation = 'kit/force'

export function isForced({ metadata: { annotations, generation } }: { readonly metadata: Metadata }): boolean {
  return annotations?.[forceAnnotation] === String(generation)
}
