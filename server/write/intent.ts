// What somebody wants written, as the request says it: of which object, by whom, and whether only to try.

import { assertManager, type Writer } from '../../api/apply.ts'
import { StatusError } from '../../api/errors.ts'
import { apiVersion } from '../../api/objects.ts'
import type { ApiRequest } from '../../api/request.ts'
import type { RequestMark } from '../../api/store.ts'
import { formatTimestamp } from '../../api/timestamp.ts'
import type { Random } from '../../effects/effects.ts'
import { nameOf as userOf } from '../access.ts'
import type { AdmissionDeps } from '../admission/admission.ts'
import type { Audit } from '../audit.ts'
import type { ReadDeps } from '../read.ts'
import type { StoredResource } from '../resources.ts'

export interface WriteDeps extends ReadDeps {
  readonly random: Random
  readonly admission: AdmissionDeps
  readonly audit: Audit
}

export type Subresource = 'status' | 'scale' | undefined

/** As `once.ts` hands it on. */
export interface WriteRequest extends ApiRequest {
  /** The commit that does what is asked carries it. */
  readonly mark?: RequestMark
}

export interface Intent {
  readonly resource: StoredResource
  readonly request: WriteRequest
  readonly name: string
  readonly subresource: Subresource
  readonly writer: Writer
  readonly warnings: string[]
  readonly isDryRun: boolean
}

export function intentOf(deps: WriteDeps, resource: StoredResource, request: WriteRequest, name: string, subresource: Subresource): Intent {
  const agent = (request.headers['user-agent'] ?? '').split('/')[0] ?? ''
  const manager = request.query['fieldManager'] ?? (agent === '' ? 'unknown' : agent.slice(0, 128))
  assertManager(manager === '' ? 'unknown' : manager)
  const writer: Writer = {
    manager: manager === '' ? 'unknown' : manager,
    apiVersion,
    time: formatTimestamp(deps.clock.wallMs()),
    user: userOf(request.identity),
    ...(subresource !== undefined && { subresource }),
  }
  return { resource, request, name, subresource, writer, warnings: [], isDryRun: dryRunOf(request.query['dryRun']) }
}

export function dryRunOf(value: unknown): boolean {
  if (value === undefined || value === '') return false
  if (value !== 'All') throw new StatusError('BadRequest', `dryRun must be 'All', got '${String(value)}'`)
  return true
}

export function isApply(request: ApiRequest): boolean {
  return contentType(request) === 'application/apply-patch+yaml'
}

export function contentType({ headers }: ApiRequest): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
}
