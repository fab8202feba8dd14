// The lines of screens that are read, not chosen from.

import { clusterLines } from './cluster-lines.ts'
import type { ClusterView } from './cluster-view.ts'
import type { LastWords } from './last-words.ts'
import type { ReadLog } from './log-lines.ts'
import { logLines } from './log-text.ts'
import type { Pulse } from './pulse.ts'
import { rolloutLines } from './rollout-lines.ts'
import { helpLines } from './screens.ts'
import { placeIn, type UiState } from './state.ts'
import { type Line, oneLine, wrapped } from './text.ts'
import { topologyLines } from './topology.ts'

export interface TextSources {
  readonly view: ClusterView
  readonly pulse: Pulse
  /** What a command printed, for the view that shows it. */
  readonly printed: readonly string[]
  readonly log: ReadLog
  /** Of the newest failure of the service that is shown. */
  readonly lastWords: LastWords | undefined
  readonly now: number
  readonly columns: number
}

export function linesOf(state: UiState, sources: TextSources): readonly Line[] {
  const place = placeIn(state)
  const { view: shown } = place
  const { view, now, columns } = sources
  switch (shown.screen) {
    case 'service':
      return rolloutLines(view, shown.name, now, columns, sources.lastWords)
    case 'help':
      return helpLines(state.places[place.parent ?? 0]?.view.screen ?? 'overview', place.filter, state.ownKeys, columns)
    case 'pulse':
      return sources.pulse.lines(view, columns)
    case 'topology':
      return topologyLines(view, columns)
    case 'cluster':
      return clusterLines(view, now, columns)
    case 'logs':
      return logLines(place, sources)
    default:
      return sources.printed.flatMap((line) =>
        (place.wraps ? wrapped(oneLine(line.replaceAll('\t', '  ')), columns - 2) : [line]).map((part): Line => [` ${part}`]),
      )
  }
}
