// Join tokens, in SwarmKit's format: SWMTKN-1-<digest of the root>-<secret>. The digest tells the joining node
// whom to believe; the secret tells the cluster which role the node may have.

import { createHash, timingSafeEqual } from 'node:crypto'
import { StatusError } from '../api/errors.ts'
import type { Random } from '../effects/effects.ts'
import type { NodeRole } from './identity.ts'

export interface JoinToken {
  /** Of the bytes of the root's PEM. */
  readonly rootDigest: Uint8Array
  /** Never shown: whoever has it can join. */
  readonly secret: Uint8Array
}

const digestBytes = 32
const digestLength = 50
const secretBytes = 16
const secretLength = 25
const base = 36n
const prefix = 'SWMTKN-1-'
const length = prefix.length + digestLength + 1 + secretLength
const advice = "Print it with 'kit swarm join-token worker' (or 'manager') on a manager, and copy it whole"

export function makeToken(rootPem: string, random: Pick<Random, 'bytes'>): string {
  return format(digestOf(rootPem), random.bytes(secretBytes))
}

/** The same root and a new secret: who has joined is not touched, who has the old token cannot join. */
export function rotateToken(token: string, random: Pick<Random, 'bytes'>): string {
  return format(parseToken(token).rootDigest, random.bytes(secretBytes))
}

/** Throws Invalid, with what is wrong and what to do, and without the token. */
export function parseToken(text: string): JoinToken {
  if (text.length > 4 * length) throw invalid(`it is far too long (${text.length} characters; a token has ${length})`)
  const token = text.trim()
  if (token === '') throw invalid('it is empty')
  if (token.startsWith('SWMKEY-')) throw invalid('this is the key that unlocks a manager')
  if (token.startsWith('SWMTKN-2-')) throw invalid('it is of a cluster in FIPS mode, which kit does not have')
  if (!token.startsWith('SWMTKN-')) throw invalid('it does not begin with SWMTKN')
  if (!token.startsWith(prefix)) throw invalid('it is of an unknown version')
  if (token.length !== length)
    throw invalid(
      `it has ${token.length} characters instead of ${length}: ${token.length < length ? 'a part is missing' : 'there is more than the token'}`,
    )
  const digits = token.slice(prefix.length)
  if (!/^[0-9a-z]{50}-[0-9a-z]{25}$/.test(digits)) throw invalid('it has signs in it that no token has')
  const rootDigest = fromDigits(digits.slice(0, digestLength), digestBytes)
  const secret = fromDigits(digits.slice(digestLength + 1), secretBytes)
  if (rootDigest === undefined || secret === undefined) throw invalid('it was changed')
  return { rootDigest, secret }
}

/** Which role the token gives; undefined when it is none of these. Takes equally long wherever it differs. */
export function roleOfToken(token: string, tokens: Readonly<Record<NodeRole, string>>): NodeRole | undefined {
  const [isManager, isWorker] = [isSame(token, tokens.Manager), isSame(token, tokens.Worker)]
  if (isManager) return 'Manager'
  return isWorker ? 'Worker' : undefined
}

/** Throws Forbidden unless it is the root that the token was made for. Everything else about the root is still to be checked. */
export function verifyRootAgainstToken(rootPem: string, token: JoinToken): void {
  if (timingSafeEqual(digestOf(rootPem), token.rootDigest)) return
  throw new StatusError(
    'Forbidden',
    `the join token is of another cluster than the one that answers, or of an earlier root of it, or somebody pretends to be the cluster. ${advice}`,
  )
}

function digestOf(rootPem: string): Uint8Array {
  return createHash('sha256').update(rootPem).digest()
}

/** Hashing first makes the lengths equal, and leaves nothing to learn from the time. */
function isSame(left: string, right: string): boolean {
  return timingSafeEqual(createHash('sha256').update(left).digest(), createHash('sha256').update(right).digest())
}

function format(rootDigest: Uint8Array, secret: Uint8Array): string {
  return `${prefix}${toDigits(rootDigest, digestLength)}-${toDigits(secret, secretLength)}`
}

function toDigits(bytes: Uint8Array, digits: number): string {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
    .toString(36)
    .padStart(digits, '0')
}

/** Undefined when the number is too large. */
function fromDigits(digits: string, bytes: number): Uint8Array | undefined {
  const value = [...digits].reduce((sum, digit) => sum * base + BigInt(Number.parseInt(digit, 36)), 0n)
  const hex = value.toString(16)
  return hex.length > 2 * bytes ? undefined : Buffer.from(hex.padStart(2 * bytes, '0'), 'hex')
}

function invalid(why: string): StatusError {
  return new StatusError('Invalid', `the join token cannot be used: ${why}. ${advice}`)
}
