// What follows something (`get -w`, `logs -f`, `events -w`) has no end of its own: it is told to stop, by
// Ctrl-C or because nobody reads it any more, and ends well.

import type { Context } from './context.ts'

export function stopSignal(context: Context): AbortSignal {
  return AbortSignal.any([context.signal, context.unread])
}

/** All of `source`, until `signal` fires: that breaks its connection, which is no failure then. */
export async function* untilStopped<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncIterable<T> {
  try {
    yield* source
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
