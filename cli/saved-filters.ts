// Filters that a person keeps for another day, by what they are filters of: dashboard.yaml beside the file of contexts. It is
// read again before it is written, so that two dashboards do not lose each other's.

import { dashboardPath, parseLists, readDashboardText, rewrite } from './dashboard-file.ts'

/** By `listName`, oldest first. */
export type SavedFilters = Readonly<Record<string, readonly string[]>>

/** Where a dashboard has them. */
export interface FilterShelf {
  read(): Promise<SavedFilters>
  /** Keeps it, or forgets it where it is kept already. Resolves with all there are then. */
  toggle(of: string, filter: string): Promise<SavedFilters>
}

/** Of one list; the oldest go. */
const mostSaved = 20
const longest = 500

export function toggled(saved: SavedFilters, of: string, filter: string): SavedFilters {
  const before = savedFor(saved, of)
  const others = before.filter((each) => each !== filter)
  const { [of]: _, ...rest } = saved
  const kept = others.length < before.length ? others : [...others, filter.slice(0, longest)].slice(-mostSaved)
  return kept.length === 0 ? rest : { ...rest, [of]: kept }
}

export function savedFor(saved: SavedFilters, of: string): readonly string[] {
  return Object.hasOwn(saved, of) ? (saved[of] ?? []) : []
}

export function parseSavedFilters(path: string, text: string): SavedFilters {
  const lists = parseLists(path, text, 'filters', '(tasks: ["state=failed"])')
  return Object.fromEntries(Object.entries(lists).map(([of, list]) => [of, list.slice(-mostSaved).map((each) => each.slice(0, longest))]))
}

export function filterShelf(env: Readonly<Record<string, string | undefined>>): FilterShelf {
  const path = dashboardPath(env)
  return {
    read: async () => parseSavedFilters(path, await readDashboardText(path)),
    async toggle(of, filter) {
      const text = await readDashboardText(path)
      const saved = toggled(parseSavedFilters(path, text), of, filter)
      await rewrite(path, text, 'filters', saved)
      return saved
    },
  }
}
