// Frames of the session with a manager, read and written. What arrives is checked here, once: the rest
// of the agent deals with typed messages only.

import { isAttachRequest, isExecRequest, isForwardRequest } from '../api/exec.ts'
import type {
  AgentMessage,
  Assignment,
  Endpoint,
  EndpointsUpdate,
  IngressPort,
  LogLine,
  LogOptions,
  ManagerMessage,
  Payload,
  PayloadName,
} from '../api/session.ts'
import type { TaskStats } from '../api/stats.ts'

export function encode(message: AgentMessage | LogLine | { readonly id: string } | { readonly stats: readonly TaskStats[] }): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(message))
}

/** Throws an Error that says what is wrong with the frame. Unknown types are for newer agents: `undefined`. */
export function decodeManagerMessage(frame: Uint8Array): ManagerMessage | undefined {
  const value = parseJson(new TextDecoder().decode(frame))
  if (!isRecord(value) || typeof value['type'] !== 'string') throw new Error('a frame of the manager is not a message')
  if (!Object.hasOwn(checks, value['type'])) return undefined
  if (!isManagerMessage(value)) throw new Error(`a message of type ${value['type']} of the manager is malformed`)
  return value
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value, or `undefined` for a text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The fields that the agent reads. The template was validated by the manager that stores it. */
export function isAssignment(value: unknown): value is Assignment {
  return (
    isRecord(value) &&
    isText(value['task']) &&
    isText(value['uid']) &&
    isRecord(value['service']) &&
    isText(value['service']['name']) &&
    isText(value['service']['uid']) &&
    isRecord(value['service']['labels']) &&
    isOptional(value['slot'], isNumber) &&
    isRecord(value['template']) &&
    isText(value['desired']) &&
    desiredStates.has(value['desired']) &&
    isRecord(value['status']) &&
    isText(value['status']['state']) &&
    states.has(value['status']['state']) &&
    isNumber(value['status']['at'])
  )
}

const desiredStates = new Set(['Ready', 'Running', 'Complete', 'Shutdown', 'Remove'])
const states = new Set([
  'New',
  'Pending',
  'Assigned',
  'Accepted',
  'Preparing',
  'Ready',
  'Starting',
  'Running',
  'Complete',
  'Shutdown',
  'Failed',
  'Rejected',
  'Orphaned',
])

type Fields = Readonly<Record<string, unknown>>

const checks: Readonly<Record<ManagerMessage['type'], (fields: Fields) => boolean>> = {
  session: ({ sessionId, node, managers, roots, role, renewal }) =>
    isText(sessionId) &&
    isRecord(node) &&
    isText(node['name']) &&
    isListOf(managers, isText) &&
    isOptional(roots, isText) &&
    isOptional(role, (each) => each === 'Worker' || each === 'Manager') &&
    isOptional(renewal, isText),
  heartbeat: ({ periodMs }) => isNumber(periodMs) && periodMs > 0,
  ack: ({ number }) => isNumber(number),
  assignments: ({ mode, appliesTo, resultsIn, update, remove }) =>
    (mode === 'complete' || mode === 'incremental') &&
    isText(appliesTo) &&
    isText(resultsIn) &&
    isListOf(update, isAssignment) &&
    isListOf(remove, isText),
  endpoints: ({ mode, version, update, remove }) =>
    (mode === 'complete' || mode === 'incremental') && isNumber(version) && isListOf(update, isEndpointsUpdate) && isListOf(remove, isText),
  payload: ({ payload }) => isPayload(payload),
  forget: ({ payloads }) => isListOf(payloads, isPayloadName),
  logs: ({ id, task, options }) => isText(id) && isText(task) && isLogOptions(options),
  exec: ({ id, task, request }) =>
    isText(id) && isText(task) && (isExecRequest(request) || isForwardRequest(request) || isAttachRequest(request)),
  stats: ({ id }) => isText(id),
  refused: ({ reason, message, retry, leader }) =>
    isText(reason) && isText(message) && typeof retry === 'boolean' && isOptional(leader, isText),
}

function isManagerMessage(fields: Fields): fields is ManagerMessage & Fields {
  const check = Object.entries(checks).find(([type]) => type === fields['type'])
  return check?.[1](fields) === true
}

function isEndpointsUpdate(value: unknown): value is EndpointsUpdate {
  return (
    isRecord(value) &&
    isText(value['service']) &&
    isText(value['uid']) &&
    isListOf(value['ports'], isIngressPort) &&
    isListOf(value['added'], isEndpoint) &&
    isListOf(value['removed'], isText)
  )
}

function isIngressPort(value: unknown): value is IngressPort {
  return (
    isRecord(value) &&
    (value['protocol'] === 'TCP' || value['protocol'] === 'UDP') &&
    isNumber(value['publishedPort']) &&
    isNumber(value['targetPort']) &&
    isOptional(value['proxyProtocol'], (version) => version === 'V2')
  )
}

function isEndpoint(value: unknown): value is Endpoint {
  return isRecord(value) && isText(value['task']) && isText(value['node'])
}

function isPayloadName(value: unknown): value is PayloadName {
  return isRecord(value) && (value['kind'] === 'Secret' || value['kind'] === 'Config') && isText(value['name'])
}

function isPayload(value: unknown): value is Payload {
  if (!isRecord(value) || !isPayloadName(value)) return false
  return isText(value['missing']) || (isText(value['data']) && isOptional(value['template'], (template) => template === 'golang'))
}

function isLogOptions(value: unknown): value is LogOptions {
  return (
    isRecord(value) &&
    isOptional(value['tail'], isNumber) &&
    isOptional(value['since'], isNumber) &&
    isOptional(value['follow'], (follow) => typeof follow === 'boolean')
  )
}

function isOptional(value: unknown, check: (value: unknown) => boolean): boolean {
  return value === undefined || check(value)
}

function isListOf<T>(value: unknown, check: (value: unknown) => value is T): value is readonly T[] {
  return Array.isArray(value) && value.every(check)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
