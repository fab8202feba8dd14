// `kit ui [LOCATOR]`: the dashboard. On a terminal a screen of its own, elsewhere lines.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, writeSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import type { Client } from '../../client/client.ts'
import { errorCodeOf, messageOf } from '../../effects/thrown.ts'
import type { Context } from '../context.ts'
import { localContext } from '../contexts.ts'
import { dashboardPath, parseDashboardFile, readDashboardText } from '../dashboard-file.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { openForward, parseMapping } from '../forwarding.ts'
import type { Options } from '../options.ts'
import { find } from '../resource.ts'
import { columnShelf } from '../saved-columns.ts'
import { filterShelf } from '../saved-filters.ts'
import { parseLocator, type View } from '../ui/places.ts'
import { tell } from '../ui/plain.ts'
import { parseRecording, recordSession } from '../ui/recording.ts'
import type { CommandOutcome, SessionDeps } from '../ui/session.ts'
import { isTheme, themeNames, usualTheme } from '../ui/themes.ts'
import { stopSignal } from '../until-stopped.ts'

/** Runs one command of kit with that context. */
export type RunWords = (context: Context, words: readonly string[]) => Promise<number>

export async function ui(context: Context, options: Options, words: readonly string[], runWords: RunWords): Promise<void> {
  const view = locate(words[0])
  const { terminal } = context
  if (options.replay !== undefined) return await replay(context, options.replay, options.theme)
  const isPlain = options.plain === true || terminal === undefined || context.env['INK_SCREEN_READER'] === 'true'
  if (isPlain && options.record !== undefined)
    throw new CommandError(exitCodes.invalid, 'error: --record needs a terminal: what is printed goes to a file by itself')
  const several = context.contexts
  if (several.length > 0 && (isPlain || terminal === undefined))
    throw new CommandError(exitCodes.invalid, 'error: --plain tells of one cluster: name one with --context')
  if (several.length > 0 && terminal !== undefined) {
    const clusters = await Promise.all(several.map(async (name) => ({ name, context: name, client: await context.clientOf(name) })))
    const theme = themeOf(options.theme ?? context.env['KIT_THEME'])
    await draw(context, clusters, terminal, { start: view, isReadOnly: options.readOnly === true, theme, record: options.record }, runWords)
    return
  }
  const client = await context.client()
  const start = await found(client, view)
  if (isPlain || terminal === undefined) {
    await client.get('Cluster', 'default') // Where nobody answers, that is the error, and not a line in a stream.
    const { clock, out, err } = context
    await tell(
      { client, clock, out, err },
      'service' in start ? start.service : start.screen === 'service' ? start.name : undefined,
      stopSignal(context),
    )
    return
  }
  const theme = themeOf(options.theme ?? context.env['KIT_THEME'])
  await showDashboard(context, client, terminal, { start, isReadOnly: options.readOnly === true, theme, record: options.record }, runWords)
}

function locate(text: string | undefined): View {
  try {
    return text === undefined ? { screen: 'overview' } : parseLocator(text)
  } catch (error) {
    throw new CommandError(exitCodes.invalid, `error: ${messageOf(error)}`)
  }
}

/** With whole names, where people wrote the beginning of one. Says so when there is no such object, or no cluster. */
async function found(client: Client, view: View): Promise<View> {
  if ('name' in view && view.name !== undefined) {
    const { metadata } = await find(client, view.screen === 'service' ? 'Service' : (view.kind ?? 'Stack'), view.name)
    return { ...view, name: metadata.name }
  }
  if (view.screen !== 'tasks') return view
  if (view.service !== undefined) return { ...view, service: (await find(client, 'Service', view.service)).metadata.name }
  return view.node === undefined ? view : { ...view, node: (await find(client, 'Node', view.node)).metadata.name }
}

interface Wishes {
  readonly start: View
  readonly isReadOnly: boolean
  /** Undefined: that of the context. */
  readonly theme?: string | undefined
  /** A file that is not there yet. */
  readonly record?: string | undefined
}

/** Until somebody quits. The terminal is as it was afterwards. */
export async function showDashboard(
  context: Context,
  client: Client,
  terminal: NonNullable<Context['terminal']>,
  wishes: Wishes,
  runWords: RunWords,
): Promise<void> {
  // While programs are loaded, the cluster is asked whether it answers.
  const [name] = await Promise.all([clusterName(context), loadScreen(), client.get('Cluster', 'default')])
  const { context: called = localContext } = await context.target()
  await draw(context, [{ name, context: called, client }], terminal, wishes, runWords)
}

/** Ink and React are loaded for this, and for nothing else. */
async function loadScreen() {
  const [{ Session }, { draw: drawSession }] = await Promise.all([import('../ui/session.ts'), import('../ui/app.ts')])
  return { Session, drawSession }
}

/** One cluster or several. Of several it does not matter here whether they answer: the screen says so. */
async function draw(
  context: Context,
  clusters: SessionDeps['clusters'],
  terminal: NonNullable<Context['terminal']>,
  { start, isReadOnly, theme, record }: Wishes,
  runWords: RunWords,
): Promise<void> {
  const { Session, drawSession } = await loadScreen()
  const { stdin, stdout } = terminal
  const joined = [...clusters]
  const session = new Session({
    clusters,
    async clientOf(name) {
      const client = await context.clientOf(name)
      joined.push({ name, context: name, client })
      return client
    },
    clock: context.clock,
    run: (words) => runQuietly(context, joined, words, runWords),
    runAlone: (words) => runAlone(context, clusters, words),
    save: (name, text) => saveNew(name, text),
    forward: (client, task, ports, onTrouble, signal) => openForward(client, task, parseMapping(ports), '127.0.0.1', onTrouble, signal),
    browse,
    page: (text) => page(context, text),
    runShell,
    filters: filterShelf(context.env),
    columns: columnShelf(context.env),
    file: async () => {
      const path = dashboardPath(context.env)
      return parseDashboardFile(path, await readDashboardText(path))
    },
    theme,
    hasColour: hasColour(context.env),
    isReadOnly,
    start,
    size: { columns: stdout.columns, rows: stdout.rows },
  })
  keepHeapSmall()
  const file = record === undefined ? undefined : openNew(record)
  const end = file === undefined ? undefined : recordSession(session, context.clock, (text) => void writeSync(file, text))
  try {
    await drawSession(session, { stdin, stdout }, stopSignal(context))
  } finally {
    const trouble = end?.()
    if (file !== undefined) closeSync(file)
    if (trouble !== undefined) context.err(`warning: --record ${record}: ${trouble}`)
  }
}

/** Logs may be in it: only its owner may read it. */
function openNew(path: string): number {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (error) {
    const why = errorCodeOf(error) === 'EEXIST' ? 'it is there already' : messageOf(error)
    throw new CommandError(exitCodes.invalid, `error: --record ${path}: ${why}`)
  }
}

async function replay({ terminal, env, clock, ...context }: Context, path: string, theme: string | undefined): Promise<void> {
  if (terminal === undefined) throw new CommandError(exitCodes.invalid, 'error: --replay needs a terminal')
  const [{ Replay }, { draw: drawReplay }] = await Promise.all([import('../ui/replay.ts'), import('../ui/app.ts')])
  const { stdin, stdout } = terminal
  try {
    const recording = parseRecording(await readFile(path, 'utf8'))
    const size = { columns: stdout.columns, rows: stdout.rows }
    const show = new Replay({ recording, clock, size, theme: themeOf(theme ?? env['KIT_THEME']) ?? usualTheme, hasColour: hasColour(env) })
    await drawReplay(show, { stdin, stdout }, stopSignal({ terminal, env, clock, ...context }))
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(exitCodes.invalid, `error: --replay ${path}: ${messageOf(error)}`)
  }
}

function hasColour(env: Context['env']): boolean {
  return (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}

async function runShell(command: string): Promise<CommandOutcome> {
  const { status, signal } = await uninterrupted(() => spawnSync('sh', ['-c', command], { stdio: 'inherit' }))
  return { isGood: status === 0, text: status === 0 ? '' : `${command} ended with ${status ?? signal}` }
}

/** Ctrl-C is for whoever has the terminal. We hear of it, too, and only after that one has ended. */
async function uninterrupted<T>(run: () => T): Promise<T> {
  const listeners = process.rawListeners('SIGINT')
  const ignore = (): void => {}
  process.removeAllListeners('SIGINT').on('SIGINT', ignore)
  try {
    return run()
  } finally {
    // What came meanwhile is told when the loop has gone round once.
    for (let turns = 0; turns < 2; turns += 1) await setImmediate()
    process.off('SIGINT', ignore)
    for (const listener of listeners) process.on('SIGINT', listener as NodeJS.SignalsListener)
  }
}

/** Keys go to the pager, and to nobody else until it has ended. */
async function page({ env }: Context, text: string): Promise<void> {
  const pager = env['PAGER'] ?? 'less'
  const { error, status } = spawnSync('sh', ['-c', pager], { input: text, stdio: ['pipe', 'inherit', 'inherit'] })
  if (error !== undefined || status === 127) throw new Error(`there is no pager "${pager}": set PAGER to one, or save with ctrl-s`)
}

/** With the program that the system has for it. */
async function browse(url: string): Promise<void> {
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const child = spawn(program, [url], { stdio: 'ignore', detached: true })
  child.unref()
  await once(child, 'spawn').catch(() => {
    throw new Error(`${url} is copied: there is no ${program} here that would open it`)
  })
}

function themeOf(name: string | undefined): string | undefined {
  if (name === undefined || isTheme(name)) return name
  throw new CommandError(exitCodes.invalid, `error: --theme: there is no theme "${name}": there are ${themeNames.join(', ')}`)
}

/** In the directory that kit was started in. A file that is there stays as it is. */
async function saveNew(name: string, text: string): Promise<string> {
  for (let number = 1; ; number++) {
    const path = number === 1 ? `${name}.txt` : `${name}-${number}.txt`
    try {
      await writeFile(path, text, { flag: 'wx', mode: 0o600 })
      return path
    } catch (error) {
      if (errorCodeOf(error) !== 'EEXIST') throw error
    }
  }
}

/**
 * A shell or an editor needs what only a program of its own has: the terminal, and all keys. We stand still meanwhile,
 * because who reads the terminal at the same time gets some of them; afterwards the cluster is read again.
 */
async function runAlone({ programs, target }: Context, [only]: SessionDeps['clusters'], given: readonly string[]): Promise<CommandOutcome> {
  // That it was begun with may have been found by its socket, and not by a context.
  const isFirst = given[0] === '--context' && given[1] === only?.context && only?.name !== only?.context
  const words = isFirst ? given.slice(2) : given
  const found = words[0] === '--context' ? undefined : await target()
  const where = found === undefined ? [] : found.context === undefined ? ['--socket', found.socket] : ['--context', found.context]
  const run = () =>
    spawnSync(programs.node, [programs.kit, ...where, ...words], { stdio: ['inherit', 'inherit', 'pipe'], encoding: 'utf8' })
  const { status, stderr } = await uninterrupted(run)
  const isGood = status === exitCodes.ok
  const line =
    stderr
      .trim()
      .split('\n')
      .at(isGood ? -1 : 0) ?? ''
  return { isGood, text: line === '' && !isGood ? `kit ${words[0]} ended with ${status}` : line }
}

/**
 * Objects that changed are thrown away by the thousand, and without this the heap would grow to several times what is kept
 * before anybody looks. Not before now: while programs are loaded it costs time, and nothing is thrown away.
 */
function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=50')
}

/** A context by its name, a local cluster by its directory, as a shell writes it. */
async function clusterName({ target, localDirectory, env }: Context): Promise<string> {
  const found = await target()
  if (found.context !== undefined) return found.context
  const path = found.socket.startsWith(`${localDirectory}/`) ? localDirectory : found.socket
  const home = `${env['HOME'] ?? ''}/`
  return home !== '/' && path.startsWith(home) ? `~/${path.slice(home.length)}` : path
}

/** Commands that would wait until it is true: the screen shows when it is. */
const waiting = /^(scale|drain|delete|rollout (undo|restart|resume)) /

/** Words begin with the context where there are several. */
async function runQuietly(
  context: Context,
  clusters: SessionDeps['clusters'],
  given: readonly string[],
  runWords: RunWords,
): Promise<CommandOutcome> {
  const [words, client] =
    given[0] === '--context'
      ? [given.slice(2), clusters.find(({ name, context: called }) => name === given[1] || called === given[1])?.client]
      : [given, clusters[0]?.client]
  if (client === undefined) return { isGood: false, text: `there is no context ${given[1]} here` }
  const parts: string[] = []
  const { terminal: _, ...others } = context // The screen has asked already.
  const quiet: Context = {
    ...others,
    client: async () => client,
    out: (part) => void parts.push(part),
    err: (line) => void parts.push(`${line}\n`),
    isTerminal: false,
  }
  try {
    const code = await runWords(quiet, waiting.test(words.join(' ')) ? [...words, '--no-wait'] : words)
    return { isGood: code === exitCodes.ok, text: parts.join('') }
  } catch (error) {
    return { isGood: false, text: `${parts.join('')}${messageOf(error)}` }
  }
}
