// A certifier for tests: with keys of its own, and nobody outside unless somebody is given.

import type { Clock, Https } from '../../effects/effects.ts'
import { nobodyOutside } from '../../sim/effects/https.ts'
import { type Certifier, createCertifier } from '../certifier.ts'
import type { IssueDeps } from '../root-ca.ts'

export function testCertifier(deps: IssueDeps, clock: Clock, https: Https = nobodyOutside): Certifier {
  return createCertifier({ keys: deps.keys, random: deps.random, clock, https, own: () => undefined })
}
