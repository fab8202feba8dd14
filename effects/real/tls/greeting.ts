// The first frame each way: which protocol, and whether. Both say how much they take before they have read it.

import type { RefusalCode } from '../../gate.ts'
import type { StreamVersions } from '../../stream-versions.ts'
import { encodeFrame, frameTypes } from './frame-codec.ts'
import { fullWindow, type Window } from './socket-frames.ts'

export interface Hello {
  readonly protocol: string
  readonly window: Window
  readonly versions: StreamVersions
}

export interface Accepted {
  readonly window: Window
  readonly versions: StreamVersions
}

export interface Refusal {
  readonly code: RefusalCode
  /** A clause. */
  readonly why: string
  /** What the clock says there: certificates are judged by it. */
  readonly nowMs: number
}

const codes: readonly string[] = [
  'NotTrusted',
  'WrongCluster',
  'Expired',
  'NotYetValid',
  'Removed',
  'Forbidden',
  'NoCertificate',
  'NotServed',
  'WrongVersion',
  'TooMany',
] satisfies readonly RefusalCode[]
const maxWhy = 500
/** Of a kit that does not say. */
const unsaid: StreamVersions = { oldest: 1, newest: 1 }

export function encodeHello(hello: Hello): Buffer {
  return encodeFrame(frameTypes.hello, Buffer.from(JSON.stringify(hello)))
}

export function encodeAccepted(accepted: Accepted): Buffer {
  return encodeFrame(frameTypes.accepted, Buffer.from(JSON.stringify(accepted)))
}

export function encodeRefusal({ code, why, nowMs }: Refusal): Buffer {
  return encodeFrame(frameTypes.refused, Buffer.from(JSON.stringify({ code, why: why.slice(0, maxWhy), nowMs })))
}

/** These throw on anything else. */
export function readHello(payload: Buffer): Hello {
  const { protocol, window, versions } = readObject(payload)
  if (typeof protocol !== 'string' || !/^[a-z][a-z0-9-]{0,31}$/.test(protocol)) throw new Error('that is no name of a protocol')
  return { protocol, window: readWindow(window), versions: readVersions(versions) }
}

export function readAccepted(payload: Buffer): Accepted {
  const { window, versions } = readObject(payload)
  return { window: readWindow(window), versions: readVersions(versions) }
}

export function readRefusal(payload: Buffer): Refusal {
  const { code, why, nowMs } = readObject(payload)
  if (typeof code !== 'string' || typeof why !== 'string' || typeof nowMs !== 'number') throw new Error('that is no refusal')
  const known = codes.includes(code) ? (code as RefusalCode) : 'Forbidden'
  // It may come from anybody, and goes to a terminal.
  return { code: known, why: why.slice(0, maxWhy).replaceAll(/\p{Cc}/gu, ' '), nowMs }
}

function readObject(payload: Buffer): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(payload.toString())
  if (typeof value !== 'object' || value === null) throw new Error('that is no greeting')
  return value as Readonly<Record<string, unknown>>
}

/** Never more than is ours: a peer that claims to take a lot would let its queue here grow. */
function readWindow(value: unknown): Window {
  const { frames, bytes, maxFrameBytes } = (value ?? {}) as Readonly<Record<string, unknown>>
  return {
    frames: readLimit(frames, fullWindow.frames),
    bytes: readLimit(bytes, fullWindow.bytes),
    maxFrameBytes: readLimit(maxFrameBytes, fullWindow.maxFrameBytes),
  }
}

function readVersions(value: unknown): StreamVersions {
  if (value === undefined) return unsaid
  const { oldest, newest } = (value ?? {}) as Readonly<Record<string, unknown>>
  const isNumber = (each: unknown): each is number => typeof each === 'number' && Number.isSafeInteger(each) && each >= 1
  if (!isNumber(oldest) || !isNumber(newest) || oldest > newest) throw new Error('those are no versions')
  return { oldest, newest }
}

function readLimit(value: unknown, largest: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) throw new Error('that is no window')
  return Math.min(value, largest)
}
