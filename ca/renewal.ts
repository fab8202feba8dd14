import type { Random } from '../effects/effects.ts'
import type { Validity } from './certificate.ts'
import { backdateMs } from './root-ca.ts'

const earliest = 0.5
const latest = 0.8

/** Life begins then, not at `notBefore`: a certificate for half an hour, dated an hour back, would otherwise be old when it is new. */
export function madeMs({ notBeforeMs, notAfterMs }: Validity): number {
  return Math.min(notBeforeMs + backdateMs, notAfterMs)
}

/**
 * How old it may get before the next is asked for: somewhere between 50 and 80 % of its life, so that nodes that joined
 * together do not come together.
 */
export function renewAfterMs(validity: Validity, random: Pick<Random, 'next'>): number {
  return (validity.notAfterMs - madeMs(validity)) * (earliest + (latest - earliest) * random.next())
}
