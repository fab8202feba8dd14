// `kit get`: what there is. Tables come from the server, so that kubectl and kit show the same columns.

import { reasonOf } from '../../api/errors.ts'
import type { TerminalSize } from '../../api/exec.ts'
import type { Kind } from '../../api/objects.ts'
import { roundedMemory } from '../../api/quantity.ts'
import { nearest } from '../../api/suggestion.ts'
import type { Table, WireObject } from '../../api/wire.ts'
import type { Client, Selectors } from '../../client/client.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { formatColumns, GrowingColumns } from '../output/columns.ts'
import { type Format, formatObjects, parseFormat, type TableFormat } from '../output/print.ts'
import { definitionOf, find, nameOf, parseKinds, parseOrSuggest, parseResources } from '../resource.ts'
import { inOrder, nameOfRow, type Sorter, sorterOf } from '../sort-by.ts'
import { stopSignal, untilStopped } from '../until-stopped.ts'

export async function get(context: Context, options: Options, words: readonly string[]): Promise<void> {
  const [first = ''] = words
  if (typeof options.raw === 'string') return await printRaw(context, options.raw, first)
  if (first === '')
    throw new CommandError(exitCodes.invalid, 'error: get what? `kit get services`, or `kit get all`; `kit explain` lists the kinds')
  if (options.quiet === true && (options.output !== undefined || options.watch === true))
    throw new CommandError(exitCodes.invalid, 'error: --quiet prints names and nothing else: leave out --output and --watch')
  if (options.watch === true && (words.length > 2 || (words.length === 2 && first.includes('/')) || /,|^all$/.test(first)))
    throw new CommandError(exitCodes.invalid, 'error: --watch follows one kind, or one object: `kit ui --plain` follows all of them')
  const format = parseFormat(options.output)
  const selectors = selectorsOf(options)
  const client = await context.client()
  const size = context.isTerminal ? context.streams().terminal?.size : undefined
  if (options.watch === true && format.form === 'table' && size !== undefined)
    return await repaint(context, client, await followed(client, words), selectorsOf(options), format, options.sortBy, size)
  const columns = new GrowingColumns() // Of the one kind that is followed.
  if (words.length > 1 || first.includes('/')) {
    const found = await Promise.all(
      (await parseOrSuggest(client, first, () => parseResources(words))).map(({ kind, name }) => find(client, kind, name)),
    )
    const kinds = [...new Set(found.map(({ kind }) => kind))]
    for (const kind of kinds) {
      const objects = found.filter((object) => object.kind === kind)
      if (options.quiet === true) printNames(context, kind, objects, kinds.length > 1)
      else if (format.form !== 'table') context.out(formatObjects(objects, format, found.length > 1))
      else await printRows(context, client, kind, objects, format, options.watch === true ? columns : undefined)
    }
    if (options.watch === true && found.length === 1 && found[0] !== undefined) {
      const { kind, metadata } = found[0]
      await follow(context, client, kind, { fieldSelector: `metadata.name=${metadata.name}` }, metadata.resourceVersion, format, columns)
    }
    return
  }
  const kinds = await parseOrSuggest(client, first, parseKinds)
  for (const [at, kind] of kinds.entries()) {
    const sorted = await sorterOf(client, kind, selectors, options.sortBy)
    if (options.quiet === true) {
      const { items } = await client.list(kind, selectors)
      printNames(context, kind, sorted<WireObject>(items, nameIn), kinds.length > 1)
      continue
    }
    const version =
      format.form === 'table'
        ? await printTable(
            context,
            client,
            kind,
            selectors,
            format,
            sorted,
            kinds.length > 1,
            at,
            options.watch === true ? columns : undefined,
          )
        : await printList(context, client, kind, selectors, format, sorted)
    if (options.watch === true && kinds.length === 1) await follow(context, client, kind, selectors, version, format, columns)
  }
}

/** Between two paintings over; and when nothing changes but ages. */
const paintEveryMs = 250
const paintAgesEveryMs = 5_000

const nameIn = ({ metadata }: WireObject): string => metadata.name

function printNames(context: Context, kind: Kind, objects: readonly WireObject[], several: boolean): void {
  for (const { metadata } of objects) context.out(`${several ? nameOf(kind, metadata.name) : metadata.name}\n`)
}

/** As it comes where it is text, and else as JSON. */
async function printRaw(context: Context, target: string, kind: string): Promise<void> {
  if (kind !== '') throw new CommandError(exitCodes.invalid, `error: --raw takes a path and nothing else, and there is "${kind}"`)
  if (!target.startsWith('/')) throw new CommandError(exitCodes.invalid, `error: --raw: "${target}" is not a path such as /metrics`)
  const [path = '', search = ''] = target.split('?')
  const query = Object.fromEntries(new URLSearchParams(search))
  const body = await (await context.client()).raw({ method: 'GET', path, query })
  context.out(typeof body === 'string' ? body : `${JSON.stringify(body, undefined, 2)}\n`)
}

export function selectorsOf(options: Options): Selectors {
  return {
    ...(options.selector === undefined ? {} : { labelSelector: options.selector }),
    ...(options.fieldSelector === undefined ? {} : { fieldSelector: options.fieldSelector }),
  }
}

async function printList(
  context: Context,
  client: Client,
  kind: Kind,
  selectors: Selectors,
  format: Exclude<Format, { form: 'table' }>,
  sorted: Sorter,
): Promise<string> {
  const { items, metadata } = await client.list(kind, selectors)
  const text = formatObjects(sorted<WireObject>(items, nameIn), format, true)
  if (text !== '') context.out(text)
  return metadata.resourceVersion
}

async function printTable(
  context: Context,
  client: Client,
  kind: Kind,
  selectors: Selectors,
  format: TableFormat,
  sorted: Sorter,
  several: boolean,
  at: number,
  columns?: GrowingColumns,
): Promise<string> {
  const answer = await client.table(kind, selectors)
  const table = { ...answer, rows: sorted(inOrder(kind, answer), nameOfRow) }
  // Also where there is no row, a column that there is not is a mistake.
  const text = formatTable(
    table,
    format,
    several ? definitionOf(kind).spec.names.singular : undefined,
    table.rows.length > 0 ? columns : undefined,
    context.width?.(),
  )
  if (table.rows.length > 0) context.out(`${several && at > 0 ? '\n' : ''}${text}\n`)
  else if (!several) context.err(`No ${definitionOf(kind).spec.names.plural} found.`)
  return table.metadata.resourceVersion
}

async function printRows(
  context: Context,
  client: Client,
  kind: Kind,
  objects: readonly WireObject[],
  format: TableFormat,
  columns?: GrowingColumns,
): Promise<void> {
  const tables = await Promise.all(objects.map(({ metadata }) => client.table(kind, { name: metadata.name })))
  const [first] = tables
  if (first !== undefined)
    context.out(`${formatTable({ ...first, rows: tables.flatMap(({ rows }) => rows) }, format, undefined, columns, context.width?.())}\n`)
}

/** `prefix` turns names into kind/name, as where several kinds are listed. More may follow in the same `columns`; without, `width` is kept. */
export function formatTable(
  table: Table,
  format: Pick<TableFormat, 'wide' | 'columns'>,
  prefix?: string,
  columns?: GrowingColumns,
  width?: number,
): string {
  const shown = shownColumns(table, format)
  const text = {
    headings: shown.map(({ name }) => name),
    rows: table.rows.map(({ cells }) =>
      shown.map(({ at, format }) => {
        const cell = cells[at]
        const text = cell === null || cell === undefined ? '' : typeof cell === 'string' ? cell : JSON.stringify(cell)
        if (format === 'bytes' && typeof cell === 'number') return roundedMemory(cell)
        return format === 'name' && prefix !== undefined ? `${prefix}/${text}` : text
      }),
    ),
  }
  return columns === undefined ? formatColumns(text, width) : columns.format(text)
}

function shownColumns(
  { columnDefinitions }: Table,
  { wide, columns }: Pick<TableFormat, 'wide' | 'columns'>,
): readonly (Table['columnDefinitions'][number] & { readonly at: number })[] {
  const all = columnDefinitions.map((column, at) => ({ ...column, at }))
  if (columns === undefined) return all.filter(({ priority }) => wide || priority === 0)
  return columns.map((wanted) => {
    const found = all.find(({ name }) => name.toLowerCase() === wanted.trim().toLowerCase())
    if (found !== undefined) return found
    const names = all.map(({ name }) => name.toUpperCase())
    const suggestion = nearest(wanted.toUpperCase(), names)
    throw new CommandError(
      exitCodes.invalid,
      `there is no column "${wanted}"${suggestion === undefined ? '.' : `; did you mean ${suggestion}?`} There are ${names.join(', ')}`,
    )
  })
}

/** What `--watch` follows: one kind, or one object of it. */
async function followed(client: Client, words: readonly string[]): Promise<{ readonly kind: Kind; readonly name?: string }> {
  const [first = ''] = words
  if (words.length > 1 || first.includes('/')) {
    const [one] = await parseOrSuggest(client, first, () => parseResources(words))
    if (one !== undefined) return { kind: one.kind, name: (await find(client, one.kind, one.name)).metadata.name }
  }
  const [kind] = await parseOrSuggest(client, first, parseKinds)
  if (kind === undefined) throw new Error(`${first} is no kind`)
  return { kind }
}

/** The table as it is now, over the one before, until Ctrl-C: at once when something changes, and now and then for the ages. */
async function repaint(
  context: Context,
  client: Client,
  { kind, name }: { readonly kind: Kind; readonly name?: string },
  given: Selectors,
  format: TableFormat,
  sortBy: string | undefined,
  size: () => TerminalSize,
): Promise<void> {
  const { clock } = context
  const selectors = name === undefined ? given : { ...given, fieldSelector: `metadata.name=${name}` }
  const sorted = await sorterOf(client, kind, selectors, sortBy)
  const { Repainted } = await import('../output/repainted.ts')
  const screen = new Repainted(context.out, size)
  const stop = new AbortController()
  const signal = AbortSignal.any([stopSignal(context), stop.signal])
  const first = await client.table(kind, selectors)
  let latest = first
  const show = (table: Table, note: readonly string[] = []): void => {
    latest = table
    const rows = sorted(inOrder(kind, table), nameOfRow)
    const text =
      rows.length > 0
        ? formatTable({ ...table, rows }, format, undefined, undefined, size().columns)
        : `No ${definitionOf(kind).spec.names.plural} found.`
    screen.show([...text.split('\n'), ...note])
  }
  // Whoever watches goes on as long as that does: while a daemon is restarted the last table stays.
  const refresh = async (): Promise<void> => {
    const table = await client.table(kind, selectors).catch((error: unknown) => {
      if (reasonOf(error) !== 'Unavailable') throw error
      return undefined
    })
    show(table ?? latest, table === undefined ? ['what is shown is old: nobody answers; trying again'] : [])
  }
  show(first)
  let wake = new AbortController()
  const watch = async (): Promise<void> => {
    const changes = client.watch(kind, { ...selectors, resourceVersion: first.metadata.resourceVersion }, signal)
    for await (const event of untilStopped(changes, signal)) if (event.type !== 'BOOKMARK') wake.abort()
  }
  const draw = async (): Promise<void> => {
    while (!signal.aborted) {
      await clock.sleep(paintAgesEveryMs, AbortSignal.any([signal, wake.signal])).catch(() => undefined)
      wake = new AbortController()
      if (!signal.aborted) await refresh()
      await clock.sleep(paintEveryMs, signal).catch(() => undefined)
    }
  }
  const both = [watch(), draw()].map((each) => each.finally(() => stop.abort()))
  await Promise.all(both)
}

/** One line (or document) per change, until Ctrl-C. Lines go on with the columns of the table above them. */
async function follow(
  context: Context,
  client: Client,
  kind: Kind,
  selectors: Selectors,
  since: string,
  format: Format,
  columns: GrowingColumns,
): Promise<void> {
  const signal = stopSignal(context)
  for await (const event of untilStopped(client.watch(kind, { ...selectors, resourceVersion: since }, signal), signal)) {
    if (event.type === 'BOOKMARK') continue
    const { name } = event.object.metadata
    if (format.form !== 'table') {
      context.out(
        format.form === 'json' || format.form === 'ndjson'
          ? `${JSON.stringify({ type: event.type, object: event.object })}\n`
          : formatObjects([event.object], format, false),
      )
    } else if (event.type === 'DELETED') context.out(`${columns.format({ headings: [], rows: [[name, 'deleted']] })}\n`)
    else {
      const table = await client.table(kind, { name }).catch(() => undefined) // Gone again meanwhile: its own event follows.
      if (table !== undefined && table.rows.length > 0) context.out(`${formatTable(table, format, undefined, columns)}\n`)
    }
  }
}
