// What keys do about a line of YAML: fold it, copy what it is called or what it says, look at the object in another way.

import { isScalar, stringify } from 'yaml'
import type { Deed } from './keys.ts'
import type { View } from './places.ts'
import { changePlace, type Place, type Shown, say, settled, type Transition, type UiState } from './state.ts'
import { isBelow, yamlRows } from './yaml-lines.ts'
import { nextSight, usualFolds } from './yaml-listing.ts'

/** Undefined: the key is none of YAML's own. */
export function onYaml(
  state: UiState,
  place: Place,
  view: Extract<View, { screen: 'yaml' }>,
  deed: Deed,
  shown: Shown,
): Transition | undefined {
  const { selected = '' } = settled(place, shown.keys, shown.height)
  const path = selected.replace(/ [+~]\d+$/, '')
  switch (deed) {
    case 'next-sight': {
      const sight = nextSight(place.sight)
      return { state: changePlace(state, { sight, folded: usualFolds(sight), top: 0 }) }
    }
    case 'unfold-all':
      return { state: changePlace(state, { folded: place.folded.length > 0 ? [] : usualFolds('live') }) }
    case 'scroll-right':
      return { state: unfold(state, place, path) }
    case 'scroll-left':
      return { state: isFoldable(place, path, shown) ? fold(state, place, path) : toParent(state, path, shown) }
    case 'fold':
    case 'open':
      if (place.folded.includes(path)) return { state: unfold(state, place, path) }
      return { state: isFoldable(place, path, shown) ? fold(state, place, path) : state }
    case 'copy-path':
      return { state: say(state, `copied: ${path}`), effect: { do: 'copy', text: path } }
    case 'copy-value': {
      const object = shown.view.get(view.kind, view.name)
      const row = object === undefined ? undefined : yamlRows(shown.view, object).find(({ key }) => key === path)
      if (row?.value === undefined) return { state: say(state, 'there is no value here', true) }
      const text = isScalar(row.value) ? String(row.value.value) : stringify(row.value)
      return { state: say(state, `copied: the value of ${path}`), effect: { do: 'copy', text } }
    }
    default:
      return undefined
  }
}

function isFoldable({ folded }: Place, path: string, { keys }: Shown): boolean {
  return !folded.includes(path) && keys.some((key) => isBelow(key, path))
}

function fold(state: UiState, { folded }: Place, path: string): UiState {
  return changePlace(state, { folded: [...folded, path], selected: path })
}

function unfold(state: UiState, { folded }: Place, path: string): UiState {
  return changePlace(state, { folded: folded.filter((each) => each !== path) })
}

/** Where a line has nothing to fold, it goes to the one that has. */
function toParent(state: UiState, path: string, { keys }: Shown): UiState {
  const parent = keys.filter((key) => isBelow(path, key)).toSorted((a, b) => b.length - a.length)[0]
  return parent === undefined ? state : changePlace(state, { selected: parent })
}
