// From the options of `kit service create` and `update` to a changed Service, by the table in `service-flags.ts`.
// Pure: what a flag needs from outside comes with the surroundings.

import { isJsonObject, type Json, type JsonObject } from '../../api/wire.ts'
import { CommandError, exitCodes } from '../exit.ts'
import { elementsOf, readFlag, type Surroundings } from './flag-values.ts'
import { optionName, refusedFlags, type ServiceFlag, serviceFlags } from './service-flags.ts'

/** Options as commander hands them over: values as lists of text, switches as booleans. */
export type Given = Readonly<Record<string, unknown>>

export interface Change {
  readonly object: JsonObject
  /** What was to be removed and is not there. */
  readonly warnings: readonly string[]
}

/** `object` with everything that the options say. Throws a CommandError that names the flag. */
export function changeService(object: JsonObject, given: Given, surroundings: Surroundings): Change {
  for (const [flag, { why }] of Object.entries(refusedFlags))
    if (given[optionName(flag)] !== undefined) throw new CommandError(exitCodes.invalid, `error: --${flag}: ${why}`)
  const warnings: string[] = []
  let changed: Json = object
  for (const flag of serviceFlags) {
    const path = flag.field.split('.')
    const before = valueAt(changed, path)
    const after = newValue(flag, before, given, surroundings, warnings)
    if (after !== before) changed = put(changed, path, after) ?? {}
  }
  return { object: settleCapabilities(isJsonObject(changed) ? changed : object, given), warnings }
}

function newValue(
  flag: ServiceFlag,
  before: Json | undefined,
  given: Given,
  surroundings: Surroundings,
  warnings: string[],
): Json | undefined {
  const names = [flag.flag, ...(flag.also ?? [])]
  if (flag.holds === 'switch') return switched(flag, before, given)
  const read = (suffix: string): readonly Json[] =>
    names.flatMap((name) =>
      textsOf(given[optionName(`${name}${suffix}`)]).map((text) => readFlag(`${name}${suffix}`, flag.form, text, surroundings)),
    )
  const plain = read('')
  if (flag.holds === 'one') {
    if (plain.length === 0) return before
    return flag.form === 'words' ? plain.flatMap(elementsOf) : plain.at(-1)
  }
  const added = flag.plain === true ? [] : [...read('-add'), ...readNamed(`add-${flag.flag}`, flag, given, surroundings)]
  const removed =
    flag.plain === true ? [] : [...textsOf(given[optionName(`${flag.flag}-rm`)]), ...textsOf(given[optionName(`rm-${flag.flag}`)])]
  if (plain.length + added.length + removed.length === 0) return before
  const base = plain.length > 0 && flag.plain !== true ? undefined : before
  return flag.holds === 'map'
    ? changedMap(flag, base, [...plain, ...added], removed, warnings)
    : changedList(flag, base, [...plain, ...added].flatMap(elementsOf), removed, surroundings, warnings)
}

/** swarmctl's `--add-secret`. */
function readNamed(name: string, { form }: ServiceFlag, given: Given, surroundings: Surroundings): readonly Json[] {
  return textsOf(given[optionName(name)]).map((text) => readFlag(name, form, text, surroundings))
}

function switched({ flag }: ServiceFlag, before: Json | undefined, given: Given): Json | undefined {
  // commander takes `--no-healthcheck` as `healthcheck`, off.
  if (flag === 'no-healthcheck') return given['healthcheck'] === false ? { test: ['NONE'] } : before
  const name = optionName(flag)
  if (given[`${flag}=false`] === true) return false
  return given[name] === true ? true : before
}

function changedMap(
  { flag }: ServiceFlag,
  before: Json | undefined,
  added: readonly Json[],
  removed: readonly string[],
  warnings: string[],
): Json {
  const members = new Map(Object.entries(isJsonObject(before) ? before : {}))
  for (const text of removed) {
    const key = text.split('=', 1)[0] ?? ''
    if (!members.delete(key)) warnings.push(`there is no ${flag} ${key} to remove`)
  }
  for (const each of added) for (const [key, value] of Object.entries(isJsonObject(each) ? each : {})) members.set(key, value)
  return Object.fromEntries(members)
}

/** Removes first, so that one command can put an element in the place of another. */
function changedList(
  flag: ServiceFlag,
  before: Json | undefined,
  added: readonly Json[],
  removed: readonly string[],
  surroundings: Surroundings,
  warnings: string[],
): Json {
  let elements = Array.isArray(before) ? before : []
  for (const text of removed) {
    const wanted = keyOfText(flag, text, surroundings)
    const kept = elements.filter((element) => keyOf(flag, element) !== wanted)
    if (kept.length === elements.length) warnings.push(`there is no ${flag.flag} ${text} to remove`)
    elements = kept
  }
  for (const each of added) {
    const identity = identityOf(flag, each)
    elements = [...elements.filter((element) => identityOf(flag, element) !== identity), each]
  }
  return elements
}

/** Ports, hosts and the like are written as when they were added; what has a name is named. */
function keyOfText(flag: ServiceFlag, text: string, surroundings: Surroundings): string {
  if (flag.key !== undefined && flag.form !== 'port') return text
  const [element] = elementsOf(readFlag(`${flag.flag}-rm`, flag.form, text, surroundings))
  return element === undefined ? text : keyOf(flag, element)
}

function keyOf({ key }: ServiceFlag, element: Json): string {
  if (typeof element === 'string') return element.replace(/\s*([=!]=)\s*/, '$1')
  if (key === undefined || !isJsonObject(element)) return JSON.stringify(element)
  return key.map((member) => String(element[member] ?? (member === 'protocol' ? 'TCP' : ''))).join('/')
}

function identityOf(flag: ServiceFlag, element: Json): string {
  if (flag.unique === undefined || !isJsonObject(element))
    return typeof element === 'string' ? keyOf(flag, element) : JSON.stringify(element)
  return String(element[flag.unique] ?? element['source'])
}

/** What a command adds is no longer dropped, and the other way round. */
function settleCapabilities(object: JsonObject, given: Given): JsonObject {
  const path = (which: string): readonly string[] => ['spec', 'template', which]
  const listAt = (which: string): readonly Json[] => {
    const value = valueAt(object, path(which))
    return Array.isArray(value) ? value : []
  }
  const [added, dropped] = [listAt('capabilityAdd'), listAt('capabilityDrop')]
  const both = added.filter((name) => dropped.includes(name))
  if (both.length === 0) return object
  const loser = given['capDrop'] === undefined && given['rmCapability'] === undefined ? 'capabilityDrop' : 'capabilityAdd'
  const settled = put(
    object,
    path(loser),
    (loser === 'capabilityDrop' ? dropped : added).filter((name) => !both.includes(name)),
  )
  return isJsonObject(settled) ? settled : object
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []
}

function valueAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((inner, step) => (isJsonObject(inner) ? inner[step] : undefined), value)
}

/** A copy with `value` at the path. What is empty is left out, with the parents that hold nothing else. */
function put(target: Json | undefined, [step, ...rest]: readonly string[], value: Json | undefined): Json | undefined {
  if (step === undefined) return isEmpty(value) ? undefined : value
  const object = isJsonObject(target) ? target : {}
  const inner = put(object[step], rest, value)
  if (inner === undefined) {
    const { [step]: _, ...others } = object
    return isEmpty(others) ? undefined : others
  }
  return { ...object, [step]: inner }
}

function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === '') return true
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
