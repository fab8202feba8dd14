// How long requests take. Labels are the verbs and endpoints of the table of access and the codes that there are: whoever
// asks for what does not exist is `other`, so nobody outside can make series.

import { Gauge, Histogram, type Registry } from 'prom-client'
import type { ApiRequest, ApiResponse, Handle } from '../api/request.ts'
import type { Clock } from '../effects/effects.ts'
import { callersOf } from './access.ts'
import { segmentsOf, targetOf } from './router.ts'

interface Labels {
  readonly verb: string
  readonly resource: string
}

export function measureRequests(handle: Handle, registry: Registry, clock: Pick<Clock, 'monotonicMs'>): Handle {
  const seconds = new Histogram({
    name: 'kit_api_request_duration_seconds',
    help: 'Of requests to the API by verb, resource and HTTP status; of watches, logs and commands until they have begun.',
    labelNames: ['verb', 'resource', 'code'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.25, 1, 5, 30],
    registers: [registry],
  })
  const streams = new Gauge({
    name: 'kit_api_open_streams',
    help: 'Watches and logs that are being followed.',
    labelNames: ['verb', 'resource'],
    registers: [registry],
  })
  return async (request) => {
    const beganMs = clock.monotonicMs()
    const response = await handle(request)
    const labels = labelsOf(request)
    seconds.observe({ ...labels, code: response.status }, (clock.monotonicMs() - beganMs) / 1000)
    return 'stream' in response ? { ...response, stream: counted(response.stream, streams, labels) } : response
  }
}

function labelsOf(request: ApiRequest): Labels {
  try {
    const target = targetOf(request, segmentsOf(request.path))
    return { verb: target.verb, resource: callersOf(target) === undefined ? 'other' : target.endpoint }
  } catch {
    return { verb: 'get', resource: 'other' } // A path that is not well encoded.
  }
}

type Stream = Extract<ApiResponse, { stream: unknown }>['stream']

/** Open from the first look at it to its end, whoever ends it. */
async function* counted(stream: Stream, streams: Gauge, labels: Labels): AsyncGenerator<unknown, void, void> {
  streams.inc({ ...labels })
  try {
    yield* stream
  } finally {
    streams.dec({ ...labels })
  }
}
