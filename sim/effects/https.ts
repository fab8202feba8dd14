// The world outside of a simulated cluster: nobody is there.

import type { Https } from '../../effects/effects.ts'

export const nobodyOutside: Https = { request: ({ url }) => Promise.reject(new Error(`nobody is at ${url}`)) }
