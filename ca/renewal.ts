import type { Random } from '../effects/effects.ts'
import type { Validity } from './certificate.ts'
import { backdateMs } from './root-ca.ts'

const earliest = 0.5
const latest = 0.8

/**
 * When to ask for the next certificate: somewhere between 50 and 80 % of its life, so that nodes that joined
 * together do not come together. Life begins when it was made, not at `notBefore`: a certificate for half an
 * hour, dated an hour back, would otherwise be old when it is new.
 */
export function renewalMs({ notBeforeMs, notAfterMs }: Validity, random: Pick<Random, 'next'>): number {
  const madeMs = Math.min(notBeforeMs + backdateMs, notAfterMs)
  return madeMs + (notAfterMs - madeMs) * (earliest + (latest - earliest) * random.next())
}
