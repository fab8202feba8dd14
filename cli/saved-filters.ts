// Filters that a person keeps for another day, by what they are filters of: dashboard.yaml beside the file of contexts. It is
// read again before it is written, so that two dashboards do not lose each other's.

import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parse, parseDocument } from 'yaml'
import { isJsonObject } from '../api/wire.ts'
import { dashboardPath, readDashboardText } from './dashboard-file.ts'

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
  const fail = (why: string): Error =>
    new Error(`${path}: ${why}; write \`filters:\` with lists of text under it (tasks: ["state=failed"]), or move the file away`)
  let value: unknown
  try {
    value = parse(text) ?? {}
  } catch {
    throw fail('it is not YAML')
  }
  const filters = isJsonObject(value) ? (value['filters'] ?? {}) : undefined
  if (!isJsonObject(filters)) throw fail('it must be a map with `filters`')
  return Object.fromEntries(
    Object.entries(filters).map(([of, list]) => {
      const isText = (each: unknown): each is string => typeof each === 'string' && each !== ''
      if (!Array.isArray(list) || !list.every(isText)) throw fail(`filters.${of} must be a list of text`)
      return [of, list.slice(-mostSaved).map((each) => each.slice(0, longest))]
    }),
  )
}

export function filterShelf(env: Readonly<Record<string, string | undefined>>): FilterShelf {
  const path = dashboardPath(env)
  return {
    read: async () => parseSavedFilters(path, await readDashboardText(path)),
    async toggle(of, filter) {
      const text = await readDashboardText(path)
      const saved = toggled(parseSavedFilters(path, text), of, filter)
      // Whatever else is in the file stays as it was written, with its comments.
      const whole = parseDocument(text)
      whole.set('filters', saved)
      const draft = `${path}.${process.pid}`
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      await writeFile(draft, whole.toString({ lineWidth: 0 }), { mode: 0o600, flush: true })
      await rename(draft, path)
      return saved
    },
  }
}
