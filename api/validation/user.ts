// Rules of users that a schema cannot say.

import { parseDuration } from '../duration.ts'
import { invalid, type Mistake, quote } from '../mistake.ts'
import type { UserSpec } from '../types/user.ts'

const minExpiryMs = 30 * 60_000

export function userMistakes({ expiry }: UserSpec): readonly Mistake[] {
  if (expiry === undefined || (parseDuration(expiry) ?? minExpiryMs) >= minExpiryMs) return []
  return [invalid(['spec', 'expiry'], `must be at least 30m, found ${quote(expiry)}`)]
}
