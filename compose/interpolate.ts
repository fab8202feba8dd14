// Variables in a Compose document: `$NAME`, `${NAME:-default}`, `${NAME:?message}` and so on, by the
// rules of the Compose specification (nesting and `:+` included). It happens once, where the
// caller's environment is: the CLI. A stored Stack is already resolved and is never resolved again.

import { eachService } from './each-service.ts'
import { isMap, toMap } from './fields.ts'
import { at, type Place, type Problem, reportValue, startPlace } from './problem.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The document with variables put in, and `environment` keys without a value filled from the
 * caller's environment where that has them. Keys and non-texts stay as they are.
 */
export function resolveDocument(
  document: unknown,
  environment: Environment,
): { readonly document: unknown; readonly problems: readonly Problem[] } {
  const place = startPlace()
  const resolved = fillEnvironments(resolveValue(document, environment, place), environment)
  return { document: resolved, problems: place.problems }
}

function resolveValue(value: unknown, environment: Environment, place: Place): unknown {
  if (typeof value === 'string') return value.includes('$') ? interpolate(value, environment, place) : value
  if (Array.isArray(value)) return value.map((element, index) => resolveValue(element, environment, at(place, index)))
  if (!isMap(value)) return value
  return toMap(Object.entries(value).map(([key, member]) => [key, resolveValue(member, environment, at(place, key))]))
}

function fillEnvironments(document: unknown, environment: Environment): unknown {
  return eachService(document, startPlace(), (service) =>
    service['environment'] === undefined ? service : { ...service, environment: fillEnvironment(service['environment'], environment) },
  )
}

function fillEnvironment(value: unknown, environment: Environment): unknown {
  const own = (key: string): string | undefined => (Object.hasOwn(environment, key) ? environment[key] : undefined)
  if (Array.isArray(value)) {
    return value.map((element) => {
      const found = typeof element === 'string' && !element.includes('=') ? own(element) : undefined
      return found === undefined ? element : `${element}=${found}`
    })
  }
  return isMap(value) ? toMap(Object.entries(value).map(([key, each]) => [key, each === null ? (own(key) ?? null) : each])) : value
}

const name = /^[A-Za-z_][A-Za-z0-9_]*/
const operator = /^:?[-?+]/
/** Every dollar sign is doubled or has a name behind it. */
const template = /^(?:[^$]|\$\$|\$[A-Za-z_])*$/

function interpolate(text: string, environment: Environment, place: Place): string {
  const { result, rest } = expand(text, environment, place, '')
  return rest === undefined ? text : result
}

/** Expands up to `end` (or to the end of the text). `rest` is what follows; undefined after a report. */
function expand(text: string, environment: Environment, place: Place, end: string): { result: string; rest: string | undefined } {
  let result = ''
  for (let rest = text; ; ) {
    const dollar = rest.indexOf('$')
    const stop = end === '' ? -1 : rest.indexOf(end)
    if (stop !== -1 && (dollar === -1 || stop < dollar)) return { result: result + rest.slice(0, stop), rest: rest.slice(stop + 1) }
    if (dollar === -1) {
      if (end === '') return { result: result + rest, rest: '' }
      return { result, rest: invalid(place, `a \${ is never closed`) }
    }
    result += rest.slice(0, dollar)
    const variable = expandVariable(rest.slice(dollar + 1), environment, place)
    if (variable.rest === undefined) return { result, rest: undefined }
    result += variable.result
    rest = variable.rest
  }
}

/** Expands what stands behind a dollar sign. */
function expandVariable(text: string, environment: Environment, place: Place): { result: string; rest: string | undefined } {
  if (text.startsWith('$')) return { result: '$', rest: text.slice(1) }
  const braced = text.startsWith('{')
  const key = name.exec(braced ? text.slice(1) : text)?.[0]
  if (key === undefined) return { result: '', rest: invalid(place, 'a $ is followed by no name') }
  const value = Object.hasOwn(environment, key) ? environment[key] : undefined
  if (!braced) return { result: value ?? '', rest: text.slice(key.length) }

  const behind = text.slice(1 + key.length)
  if (behind.startsWith('}')) return { result: value ?? '', rest: behind.slice(1) }
  const sign = operator.exec(behind)?.[0]
  if (sign === undefined) return { result: '', rest: invalid(place, `\${${key} is followed by "${behind.slice(0, 1)}"`) }
  // The text behind the operator counts only where it is used: a message in an unused default is no error.
  const silent: Place = { ...place, problems: [] }
  const isSet = value !== undefined && (value !== '' || !sign.startsWith(':'))
  const isUsed = sign.endsWith('+') ? isSet : !isSet
  const operand = literalDefault(behind, sign) ?? expand(behind.slice(sign.length), environment, isUsed ? place : silent, '}')
  if (operand.rest === undefined) return isUsed ? operand : { result: '', rest: invalid(place, `\${${key} is never closed`) }
  if (sign.endsWith('+')) return { result: isSet ? operand.result : '', rest: operand.rest }
  if (isSet) return { result: value, rest: operand.rest }
  if (sign.endsWith('-')) return operand
  const why = operand.result === '' ? 'it is not set' : operand.result
  reportValue(place, 'VariableInvalid', `the variable ${key} is needed: ${why}`, { help: `set it: ${key}=… kit apply …` })
  return { result: '', rest: operand.rest }
}

/**
 * A default that is no template stands as it is, as `docker stack` has it: `${HASH:-$2y$05$…}` is how people write
 * the hash of a password.
 */
function literalDefault(behind: string, sign: string): { result: string; rest: string } | undefined {
  const end = behind.indexOf('}')
  const written = behind.slice(sign.length, end)
  if (!sign.endsWith('-') || end === -1 || written.includes('${') || template.test(written)) return undefined
  return { result: written, rest: behind.slice(end + 1) }
}

function invalid(place: Place, why: string): undefined {
  return reportValue(place, 'VariableInvalid', `invalid variable: ${why}`, { help: 'write $$ for a plain dollar sign' })
}
