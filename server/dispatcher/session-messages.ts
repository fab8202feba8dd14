// Frames of the dispatcher's protocol as values. What an agent sends is checked here and trusted behind.

import { StatusError } from '../../api/errors.ts'
import type { AgentMessage, LogLine, ManagerMessage } from '../../api/session.ts'
import { isMachineStats, isTaskStats, type NodeStats } from '../../api/stats.ts'
import { isJsonObject, type JsonObject } from '../../api/wire.ts'

export const maxFrameBytes = 8 * 1024 * 1024

export function encodeMessage(message: ManagerMessage): Uint8Array {
  return Buffer.from(JSON.stringify(message))
}

export function decodeAgentMessage(frame: Uint8Array): AgentMessage {
  const value = decode(frame)
  if (!isAgentMessage(value)) throw new StatusError('BadRequest', 'the agent sent a message that this manager does not know')
  return value
}

export function decodeLogLine(frame: Uint8Array): LogLine {
  const { task, stream, at, text } = decode(frame)
  if (typeof task !== 'string' || typeof at !== 'number' || typeof text !== 'string' || (stream !== 'stdout' && stream !== 'stderr')) {
    throw new StatusError('BadRequest', 'the agent sent something that is not a log line')
  }
  return { task, stream, at, text }
}

export function decodeStats(frame: Uint8Array): NodeStats {
  const { stats, machine } = decode(frame)
  if (!Array.isArray(stats) || !stats.every(isTaskStats)) throw new StatusError('BadRequest', 'the agent sent something that is not stats')
  return { tasks: stats, ...(isMachineStats(machine) ? { machine } : {}) }
}

export function decodeStreamId(frame: Uint8Array): string {
  const { id } = decode(frame)
  if (typeof id !== 'string') throw new StatusError('BadRequest', 'a stream that was asked for begins with its id')
  return id
}

function decode(frame: Uint8Array): JsonObject {
  if (frame.byteLength > maxFrameBytes) throw new StatusError('RequestEntityTooLarge', `a frame must be at most ${maxFrameBytes} bytes`)
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(frame).toString())
  } catch (error) {
    throw new StatusError('BadRequest', 'the agent sent a frame that is not JSON', {}, { cause: error })
  }
  if (!isJsonObject(value)) throw new StatusError('BadRequest', 'the agent sent a frame that is not an object')
  return value
}

function isAgentMessage(value: unknown): value is AgentMessage {
  if (!isJsonObject(value)) return false
  switch (value['type']) {
    case 'hello':
      return typeof value['nodeName'] === 'string' && isJsonObject(value['description'])
    case 'leave':
      return typeof value['nodeName'] === 'string'
    case 'heartbeat':
      return true
    case 'description':
      return isJsonObject(value['description'])
    case 'status':
      return typeof value['number'] === 'number' && Array.isArray(value['reports']) && value['reports'].every(isReport)
    case 'event':
      return (
        ['task', 'reason', 'message'].every((field) => typeof value[field] === 'string') &&
        ['Normal', 'Warning'].includes(String(value['level']))
      )
    case 'served':
      return typeof value['version'] === 'number' && Array.isArray(value['problems']) && value['problems'].every(isPortProblem)
    default:
      return false
  }
}

function isPortProblem(value: unknown): boolean {
  return (
    isJsonObject(value) &&
    typeof value['service'] === 'string' &&
    (value['protocol'] === 'TCP' || value['protocol'] === 'UDP') &&
    typeof value['publishedPort'] === 'number' &&
    typeof value['message'] === 'string'
  )
}

const states = [
  'Accepted',
  'Preparing',
  'Ready',
  'Starting',
  'Running',
  'Complete',
  'Shutdown',
  'Failed',
  'Rejected',
  'Assigned',
  'Orphaned',
]

function isReport(value: unknown): boolean {
  if (!isJsonObject(value) || typeof value['task'] !== 'string') return false
  const { status } = value
  return isJsonObject(status) && states.includes(String(status['state'])) && typeof status['at'] === 'number'
}
