// What the text of a flag means, in kit's own spelling. Most forms are those of a Compose file, and are read by
// the readers of `compose/`: `--publish`, `ports:` and their mistakes are alike.

import { parseConstraint } from '../../api/constraint.ts'
import { isJsonObject, type Json } from '../../api/wire.ts'
import { cpus, duration, integer, memory, ratio, word } from '../../compose/fields.ts'
import { fileReferences, volumes } from '../../compose/mounts.ts'
import { ports } from '../../compose/ports.ts'
import { formatPath, type Problem, type Read, startPlace } from '../../compose/problem.ts'
import { service } from '../../compose/service.ts'
import { splitShellWords } from '../../compose/shell-words.ts'
import { CommandError, exitCodes } from '../exit.ts'
import type { Form } from './service-flags.ts'

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Lines of a file that a flag names. */
  readonly readLines: (file: string) => readonly string[]
}

/** One value, elements of a list, or members of a map, as the flag has it. */
export type Reader = (text: string, surroundings: Surroundings) => Json

class Mistake extends Error {}
const wrong = (message: string): never => {
  throw new Mistake(message)
}

/** Reads what follows `--flag`; what is wrong with it ends the command with the flag's name. */
export function readFlag(flag: string, form: Form, text: string, surroundings: Surroundings): Json {
  try {
    return readers[form](text, surroundings)
  } catch (error) {
    if (!(error instanceof Mistake)) throw error
    throw new CommandError(exitCodes.invalid, `error: --${flag}: ${error.message}`)
  }
}

/** By a reader of Compose files. */
function composed<T>(read: Read<T>, toValue: (text: string) => unknown = (text) => text): Reader {
  return (text) => {
    const place = startPlace()
    const meant = read(toValue(text), place)
    const [problem] = [...place.problems, ...place.ignored]
    if (problem !== undefined || meant === undefined) return wrong(problem === undefined ? `"${text}" means nothing` : sentenceOf(problem))
    return plain(meant)
  }
}

function sentenceOf({ path, message, hint, help }: Problem): string {
  const keys = path.filter((step) => typeof step === 'string')
  const where = keys.length === 0 ? '' : `${formatPath(keys)}: `
  const more = hint ?? help
  return `${where}${message}${more === undefined ? '' : `; ${more}`}`
}

/** The same as JSON has it. */
function plain(value: unknown): Json {
  const text: Json = JSON.parse(JSON.stringify(value))
  return text
}

/** One key of a Compose service. */
function ofService(key: string, toValue: (text: string) => unknown = (text) => text): Reader {
  const read = composed(service, (text) => ({ image: 'x', [key]: toValue(text) }))
  return (text, surroundings) => {
    const meant = read(text, surroundings)
    const member = Object.entries(isJsonObject(meant) ? meant : {}).find(([name]) => name === key)
    return member?.[1] ?? wrong(`"${text}" means nothing`)
  }
}

/** `source=a,target=b,readonly` as a map; what stands alone is `true`. */
function fieldsOf(text: string): Record<string, string | true> {
  return Object.fromEntries(
    splitFields(text).map((field) => {
      const at = field.indexOf('=')
      return at < 0 ? [field.trim().toLowerCase(), true] : [field.slice(0, at).trim().toLowerCase(), field.slice(at + 1)]
    }),
  )
}

/** At commas, except between double quotes, as CSV. */
function splitFields(text: string): readonly string[] {
  return [...text.matchAll(/(?:"(?:[^"]|"")*"|[^,"])+/g)].map(([field]) =>
    field.replaceAll(/"((?:[^"]|"")*)"/g, (_, inner: string) => inner.replaceAll('""', '"')),
  )
}

/** Of a field that may be repeated. */
function valuesOf(text: string, key: string): readonly string[] {
  return splitFields(text).flatMap((field) => (field.startsWith(`${key}=`) ? [field.slice(key.length + 1)] : []))
}

/** Renames what docker calls otherwise; the rest must be known. */
function renamed(text: string, names: Readonly<Record<string, string>>): Record<string, string | true> {
  return Object.fromEntries(
    Object.entries(fieldsOf(text)).map(([key, value]) => [
      names[key] ?? wrong(`there is no "${key}"; it takes ${[...new Set(Object.values(names))].join(', ')}`),
      value,
    ]),
  )
}

const same = (...names: readonly string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, name]))

function portOf(text: string): unknown {
  if (!text.includes('=')) return [text]
  const names = { ...same('target', 'published', 'protocol', 'mode', 'name'), 'target-port': 'target', 'published-port': 'published' }
  return [renamed(text, names)]
}

/** swarmctl's `name:80[/tcp][:8080[/tcp]]`, always on the task's own node. */
const hostPort: Reader = (text, surroundings) => {
  const match = /^([^:]*):(\d+)(?:\/(\w+))?(?::(\d+)(?:\/(\w+))?)?$/.exec(text)
  if (match === null) return wrong(`"${text}" is not name:port[/protocol][:published[/protocol]]`)
  const [, name = '', target = '', protocol = 'tcp', published, second = protocol] = match
  if (protocol !== second) return wrong(`"${text}" names two protocols`)
  const long = [`target=${target}`, `protocol=${protocol}`, 'mode=host', ...(published === undefined ? [] : [`published=${published}`])]
  return readers.port([...long, ...(name === '' ? [] : [`name=${name}`])].join(','), surroundings)
}

const mountNames = {
  ...same('type', 'source', 'target', 'readonly', 'bind-propagation', 'volume-nocopy', 'tmpfs-size', 'tmpfs-mode'),
  ...{ 'volume-driver': 'volume-driver', 'volume-opt': 'volume-opt', 'volume-label': 'volume-label' },
  ...{ src: 'source', destination: 'target', dst: 'target', ro: 'readonly' },
}

const mount: Reader = (text, surroundings) => {
  const written = renamed(text, mountNames)
  const octal = written['tmpfs-mode']
  const long = {
    type: written['type'] ?? 'volume',
    ...(written['source'] === undefined ? {} : { source: written['source'] }),
    ...(written['target'] === undefined ? {} : { target: written['target'] }),
    ...(isOn(written['readonly']) ? { read_only: true } : {}),
    ...(written['bind-propagation'] === undefined ? {} : { bind: { propagation: written['bind-propagation'] } }),
    ...(isOn(written['volume-nocopy']) ? { volume: { nocopy: true } } : {}),
    ...(written['tmpfs-size'] === undefined && octal === undefined
      ? {}
      : { tmpfs: { ...(written['tmpfs-size'] === undefined ? {} : { size: written['tmpfs-size'] }), ...modeOf(octal) } }),
  }
  const [meant] = elementsOf(composed(volumes, () => [long])(text, surroundings))
  const driver = written['volume-driver']
  const [driverOptions, labels] = ['volume-opt', 'volume-label'].map((key) => Object.assign({}, ...valuesOf(text, key).map(pairOf)))
  return [
    {
      ...(isJsonObject(meant) ? meant : {}),
      ...(driver === undefined ? {} : { driver }),
      ...(Object.keys(driverOptions).length === 0 ? {} : { driverOptions }),
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
    },
  ]
}

function isOn(value: string | true | undefined): boolean {
  return value !== undefined && !(typeof value === 'string' && ['false', '0'].includes(value.toLowerCase()))
}

/** Permission bits are written in octal. */
function modeOf(text: string | true | undefined): { mode?: number } {
  if (text === undefined) return {}
  return {
    mode: typeof text === 'string' && /^[0-7]{1,4}$/.test(text) ? Number.parseInt(text, 8) : wrong(`"${text}" is not a mode such as 0400`),
  }
}

function fileOf(text: string): unknown {
  if (!text.includes('=')) {
    const [source = '', target] = text.split(':') // swarmctl: name:target
    return [{ source, ...(target === undefined ? {} : { target }) }]
  }
  const { mode, ...rest } = renamed(text, { ...same('source', 'target', 'uid', 'gid', 'mode'), src: 'source', name: 'source' })
  return [{ ...rest, ...modeOf(mode) }]
}

const network: Reader = (text) => {
  if (!text.includes('=')) return [{ target: text }]
  const { name } = renamed(text, { ...same('name', 'alias', 'driver-opt'), target: 'name' })
  if (typeof name !== 'string') return wrong(`"${text}" has no name=`)
  const aliases = valuesOf(text, 'alias')
  const driverOptions = Object.assign({}, ...valuesOf(text, 'driver-opt').map(pairOf))
  return [
    {
      target: name,
      ...(aliases.length === 0 ? {} : { aliases }),
      ...(Object.keys(driverOptions).length === 0 ? {} : { driverOptions }),
    },
  ]
}

/** The file of its root, `cacert`, is read by whoever asks. */
function externalCa(text: string): { readonly url: string; readonly profile?: string; readonly cacert?: string } {
  const { protocol, url, cacert, profile } = renamed(text, same('protocol', 'url', 'cacert', 'profile'))
  if (protocol !== 'cfssl') return wrong(`"${text}" does not say protocol=cfssl, which is the one that there is`)
  if (typeof url !== 'string') return wrong(`"${text}" has no url=`)
  return { url, ...(typeof profile === 'string' ? { profile } : {}), ...(typeof cacert === 'string' ? { cacert } : {}) }
}

/** A key alone has an empty value. */
function pairOf(text: string): Record<string, string> {
  const at = text.indexOf('=')
  const key = at < 0 ? text : text.slice(0, at)
  return key === '' ? wrong(`"${text}" is not key=value`) : { [key]: at < 0 ? '' : text.slice(at + 1) }
}

/** A name alone means what it is in this shell; nothing where it is not set. */
function variable(text: string, { env }: Surroundings): Record<string, string> {
  if (text.includes('=')) return pairOf(text)
  const value = env[text]
  return value === undefined ? {} : { [text]: value }
}

function amounts(text: string): Record<string, number> {
  return Object.fromEntries(
    text.split(',').map((each) => {
      const [, kind = '', count = ''] = /^([^=]+)=(\d{1,9})$/.exec(each) ?? wrong(`"${each}" is not kind=number`)
      return [kind, Number(count)]
    }),
  )
}

function constraint(text: string): readonly string[] {
  const parsed = parseConstraint(text)
  return typeof parsed === 'string' ? wrong(parsed) : [text]
}

function spread(text: string): readonly { readonly spread: string }[] {
  const [, key = ''] = /^(?:spread=)(.+)$/.exec(text) ?? wrong(`"${text}" is not spread=node.labels.KEY`)
  return [{ spread: key }]
}

function ulimit(text: string): readonly { readonly name: string; readonly soft: number; readonly hard: number }[] {
  const [, name = '', soft = '', hard = soft] = /^([a-z]+)=(-?\d+)(?::(-?\d+))?$/.exec(text) ?? wrong(`"${text}" is not name=soft[:hard]`)
  return [{ name, soft: Number(soft), hard: Number(hard) }]
}

function words(text: string): readonly string[] {
  const split = splitShellWords(text)
  return typeof split === 'string' ? wrong(split) : split
}

export function elementsOf(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : [value]
}

const shortMount = (type: string): Reader => {
  return (text, surroundings) => {
    const [source = '', target = ''] = text.split(/:(?=[^:]+$)/)
    return mount(`type=${type},source=${source},target=${target}`, surroundings)
  }
}

const readers: Readonly<Record<Form, Reader>> = {
  text: (text) => text,
  words,
  integer: composed(integer(-1000, 1_000_000)),
  count: composed(integer(0)),
  ratio: composed(ratio),
  duration: composed(duration),
  cpu: composed(cpus),
  memory: composed(memory),
  mode: composed(word({ replicated: 'Replicated', global: 'Global', 'replicated-job': 'ReplicatedJob', 'global-job': 'GlobalJob' })),
  endpointMode: composed(word({ vip: 'VIP', dnsrr: 'DNSRR' })),
  action: composed(word({ pause: 'Pause', continue: 'Continue', rollback: 'Rollback' })),
  rollbackAction: composed(word({ pause: 'Pause', continue: 'Continue' })),
  order: composed(word({ 'stop-first': 'StopFirst', 'start-first': 'StartFirst' })),
  condition: composed(word({ any: 'Any', 'on-failure': 'OnFailure', failure: 'OnFailure', none: 'None' })),
  pair: pairOf,
  amount: amounts,
  env: variable,
  envFile: (file, surroundings) => {
    const lines = surroundings.readLines(file).filter((line) => line.trim() !== '' && !line.startsWith('#'))
    return Object.assign({}, ...lines.map((line) => variable(line.trimStart(), surroundings)))
  },
  port: composed(ports, portOf),
  hostPort,
  mount,
  bind: shortMount('bind'),
  volume: shortMount('volume'),
  npipe: shortMount('npipe'),
  tmpfs: (text, surroundings) => mount(`type=tmpfs,target=${text}`, surroundings),
  file: composed(fileReferences, fileOf),
  network,
  constraint,
  spread,
  host: ofService('extra_hosts', (text) => [text]),
  ulimit,
  capability: ofService('cap_add', (text) => text.split(',')),
  healthLine: (line) => (line === '' ? [] : ['CMD-SHELL', line]),
  externalCa,
  nothing: () => true,
}
