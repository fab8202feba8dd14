// Columns that a person has chosen for lists of a kind, in their order: dashboard.yaml beside the file of contexts.

import { dashboardPath, parseLists, readDashboardText, rewrite } from './dashboard-file.ts'

/** By `listName`. Lists that are not here have those that they have by themselves. */
export type SavedColumns = Readonly<Record<string, readonly string[]>>

/** Where a dashboard has them. */
export interface ColumnShelf {
  read(): Promise<SavedColumns>
  /** Resolves with all there are then. Without columns, those of that list are forgotten. */
  keep(of: string, columns: readonly string[] | undefined): Promise<SavedColumns>
}

export function kept(saved: SavedColumns, of: string, columns: readonly string[] | undefined): SavedColumns {
  const { [of]: _, ...others } = saved
  return columns === undefined ? others : { ...others, [of]: columns }
}

export function columnShelf(env: Readonly<Record<string, string | undefined>>): ColumnShelf {
  const path = dashboardPath(env)
  const parsed = (text: string): SavedColumns => parseLists(path, text, 'columns', '(tasks: [name, state])')
  return {
    read: async () => parsed(await readDashboardText(path)),
    async keep(of, columns) {
      const text = await readDashboardText(path)
      const saved = kept(parsed(text), of, columns)
      await rewrite(path, text, 'columns', saved)
      return saved
    },
  }
}
