// The API, transport-free: a request goes in as a value, an answer or a stream comes out. HTTP
// (`server/http`), tests and the simulator call the same `handle`.

import type { Handle } from '../api/request.ts'

export interface Router {
  readonly handle: Handle
}
