// What a shell offers behind the words of a command: commands, options, their values, and names that the cluster has now. The
// stubs in completion-scripts.ts ask for it with the hidden `kit __complete WORD…`, as those of Cobra do; the last word is the
// one that is being typed. Each line is a value, and behind a tab what it is; the last one is `:` and a directive.

import type { Argument, Command, Option } from 'commander'
import { diagnosticCodes } from '../api/diagnostic-codes.ts'
import type { Kind } from '../api/objects.ts'
import { definitions } from '../api/schema/definitions.ts'
import { findDefinition, memberSchema, schemaOf } from '../api/schema/schema.ts'
import type { GlobalOptions } from './options.ts'

/** Bits, with Cobra's numbers. */
const directives = { noSpace: 2, noFiles: 4 } as const

export interface Names {
  /** Of objects that there are; host names of nodes. */
  readonly of: (kind: Kind) => Promise<readonly string[]>
  readonly contexts: () => Promise<readonly string[]>
  readonly plugins: () => Promise<readonly string[]>
}

type Candidate = readonly [value: string, what?: string]
interface Offer {
  readonly candidates: readonly Candidate[]
  /** Files, where nothing of this fits. */
  readonly files?: boolean
}

/** What was typed before the last word. */
interface Place {
  readonly command: Command
  readonly path: string
  readonly words: readonly string[]
  /** The option whose value comes next. */
  readonly option?: Option
  readonly globals: GlobalOptions
}

const nothing: Offer = { candidates: [] }
const anyFile: Offer = { candidates: [], files: true }

/** `connect` gets the global options that were typed: they say whose names are wanted. */
export async function complete(program: Command, connect: (globals: GlobalOptions) => Names, typed: readonly string[]): Promise<string> {
  const last = typed.at(-1) ?? ''
  const place = placeOf(program, typed.slice(0, -1))
  const { candidates, files = false } = await offerAt(place, connect(place.globals), last)
  const fitting = candidates.filter(([value]) => value.startsWith(last))
  const goesOn = fitting.length > 0 && fitting.every(([value]) => /[/=.:]$/.test(value))
  const directive = (goesOn ? directives.noSpace : 0) + (files && fitting.length === 0 ? 0 : directives.noFiles)
  return [...fitting.map(([value, what]) => (what === undefined ? value : `${value}\t${what}`)), `:${directive}`].join('\n')
}

function placeOf(program: Command, typed: readonly string[]): Place {
  let command = program
  let option: Option | undefined
  const words: string[] = []
  const path: string[] = []
  const globals: Record<string, string> = {}
  for (const word of typed) {
    if (option !== undefined) {
      if (program.options.includes(option)) globals[option.attributeName()] = word
      option = undefined
    } else if (word.startsWith('-')) {
      const [name = '', value] = word.split('=')
      const found = optionsOf(command, program).find(({ long, short }) => long === name || short === name)
      if (found?.required === true && value === undefined) option = found
      else if (found !== undefined && value !== undefined && program.options.includes(found)) globals[found.attributeName()] = value
    } else {
      const below = words.length > 0 ? undefined : command.commands.find((one) => one.name() === word || one.aliases().includes(word))
      if (below === undefined) words.push(word)
      else {
        command = below
        path.push(below.name())
      }
    }
  }
  return { command, path: path.join(' '), words, globals, ...(option === undefined ? {} : { option }) }
}

function optionsOf(command: Command, program: Command): readonly Option[] {
  return command === program ? command.options : [...command.options, ...program.options]
}

async function offerAt(place: Place, names: Names, last: string): Promise<Offer> {
  const { command, words, option } = place
  if (option !== undefined) return valuesOf(option, names)
  const program = rootOf(command)
  if (last.startsWith('-')) {
    const shown = optionsOf(command, program).filter(({ hidden }) => !hidden)
    return { candidates: [...shown.map(({ long, description }) => [long ?? '', description] as const), ['--help', 'what it does']] }
  }
  const below = words.length > 0 ? [] : command.createHelp().visibleCommands(command)
  const commands = below.filter((one) => one.name() !== 'help').map((one) => [one.name(), one.description()] as const)
  const plugins = command === program && words.length === 0 ? (await names.plugins()).map((name) => [name, 'a plugin'] as const) : []
  const args = command.registeredArguments
  const argument = args[words.length] ?? args.filter(({ variadic }) => variadic).at(-1)
  const offered = argument === undefined ? nothing : await subjectsOf(place, argument, names, last)
  return { ...offered, candidates: [...commands, ...plugins, ...offered.candidates] }
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent)
}

async function valuesOf({ argChoices, long }: Option, names: Names): Promise<Offer> {
  if (argChoices !== undefined) return { candidates: argChoices.map((value) => [value]) }
  switch (long) {
    case '--context':
      return { candidates: (await names.contexts()).map((name) => [name]) }
    case '--output':
      return { candidates: outputs }
    case '--for':
      return { candidates: [['converged'], ['delete'], ['condition='], ['jsonpath=']] }
    case '--filename':
    case '--socket':
    case '--dir':
    case '--compose-file':
      return anyFile
    default:
      return nothing
  }
}

const outputs: readonly Candidate[] = [
  ['wide', 'a table with more columns'],
  ['json'],
  ['yaml'],
  ['ndjson', 'an object a line'],
  ['name', 'kind/name'],
  ['columns=', 'some columns of the table'],
  ['custom-columns=', 'HEADING:.path,…'],
  ['jsonpath=', "'{.path}'"],
]

const kindNamed: Readonly<Record<string, Kind>> = {
  service: 'Service',
  node: 'Node',
  task: 'Task',
  stack: 'Stack',
  secret: 'Secret',
  config: 'Config',
  network: 'Network',
  volume: 'Volume',
}

/** By the name of the argument; where that says no kind, by the group that the command is in. */
async function subjectsOf({ path, words }: Place, argument: Argument, names: Names, last: string): Promise<Offer> {
  const all = async (kind: Kind, end = ''): Promise<Offer> => ({ candidates: (await names.of(kind)).map((name) => [`${name}${end}`]) })
  if (argument.argChoices !== undefined) return { candidates: argument.argChoices.map((value) => [value]) }
  const name = argument.name()
  const kind = kindNamed[name]
  if (kind !== undefined) return all(kind)
  const [group = ''] = path.split(' ')
  switch (name) {
    case 'kind':
      return last.includes('/') ? qualified(names, last) : { candidates: kinds }
    case 'name':
    case 'words': {
      const [first = ''] = words
      if (name === 'words' && words.length === 0) return { candidates: kinds }
      if (first.includes('/') && name === 'name') return qualified(names, last)
      if (group === 'ctx') return { candidates: (await names.contexts()).map((one) => [one]) }
      const of = kindNamed[group] ?? findDefinition(first)?.spec.names.kind
      return isKind(of) && (kindNamed[group] !== undefined || words.length > 0) ? all(of) : nothing
    }
    case 'target':
      if (last.includes('/')) return qualified(names, last)
      if (path === 'scale') return all('Service', '=')
      if (path === 'logs') return withKinds(await all('Service'), ['service/', 'task/'])
      if (path === 'events') return { candidates: kinds.map(([one]) => [`${one}/`]) }
      return withKinds(await all('Task'), ['service/'])
    case 'file':
      return anyFile
    case 'from':
    case 'to':
      return last.includes(':') ? nothing : { ...(await all('Task', ':')), files: true }
    case 'what':
      if (last.includes('/')) return qualified(names, last)
      return { candidates: [...fieldsBelow(last), ...Object.entries(diagnosticCodes).map(([code]) => [code] as const), ['task/']] }
    default:
      return nothing
  }
}

const kinds: readonly Candidate[] = definitions.map(({ spec }) => [spec.names.plural, spec.names.kind] as const)

function isKind(name: string | undefined): name is Kind {
  return definitions.some(({ spec }) => spec.names.kind === name)
}

function withKinds(offer: Offer, more: readonly string[]): Offer {
  return { candidates: [...offer.candidates, ...more.map((value) => [value] as const)] }
}

/** `service/NAME` */
async function qualified(names: Names, last: string): Promise<Offer> {
  const [word = ''] = last.split('/')
  const kind = findDefinition(word)?.spec.names.kind
  return isKind(kind) ? { candidates: (await names.of(kind)).map((name) => [`${word}/${name}`]) } : nothing
}

/** `service.spec.` and what is there. */
function fieldsBelow(typed: string): readonly Candidate[] {
  const steps = typed.split('.').slice(0, -1)
  const [word, ...fields] = steps
  if (word === undefined) return definitions.map(({ spec }) => [`${spec.names.singular}.`] as const)
  const definition = findDefinition(word)
  const schema =
    definition && fields.reduce<ReturnType<typeof memberSchema>>((at, field) => at && memberSchema(at, field), schemaOf(definition))
  const entries = Object.entries(schema?.properties ?? schema?.items?.properties ?? {})
  return entries.map(([name, { description, properties }]): Candidate => {
    const field = `${[...steps, name].join('.')}${properties === undefined ? '' : '.'}`
    return description === undefined ? [field] : [field, description]
  })
}
