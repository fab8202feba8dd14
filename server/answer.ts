// Answers: values with their headers, and every failure as a Kubernetes Status.

import { reasons, StatusError } from '../api/errors.ts'
import type { ApiAnswer } from '../api/request.ts'
import type { WireStatus } from '../api/wire.ts'

export function answer(status: number, body: unknown, headers: ApiAnswer['headers'] = {}): ApiAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body }
}

/** RFC 7234: shown to people, and the request is carried out all the same. */
export function warningHeaders(warnings: readonly string[]): ApiAnswer['headers'] {
  return warnings.length === 0
    ? {}
    : { warning: warnings.map((text) => `299 - "${text.replaceAll(/[^\x20-\x7e]/g, '?').replaceAll(/["\\]/g, '\\$&')}"`) }
}

export function statusOf(error: StatusError): WireStatus {
  const { details, reason } = error
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: error.message,
    reason,
    ...(Object.keys(details).length > 0 && { details: { ...details, ...(details.kind !== undefined && { group: 'kit' }) } }),
    code: reasons[reason][0],
  }
}

export function failure(error: StatusError): ApiAnswer {
  const status = statusOf(error)
  const retryAfter = error.details.retryAfterSeconds ?? (reasons[error.reason][0] === 503 ? 1 : undefined)
  return answer(status.code, status, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) })
}

export function success(kind: string, name: string, uid: string): WireStatus {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { group: 'kit', kind, name, uid }, code: 200 }
}

export interface Preferences {
  readonly table: boolean
  readonly partial: boolean
  /** `v2` or `v2beta1` when aggregated discovery was asked for. */
  readonly discovery: string | undefined
}

const asItIs: Preferences = { table: false, partial: false, discovery: undefined }

/** The first form in Accept that is served. */
export function preferences(accept = ''): Preferences {
  if (!accept.includes('as')) return asItIs
  const offers = accept
    .split(',')
    .map(
      (offer) =>
        new Map(offer.split(';').map((part): [string, string] => [part.split('=')[0]?.trim() ?? '', part.split('=')[1]?.trim() ?? ''])),
    )
  const form = offers.map((offer) => offer.get('as') ?? '')
  const discovery = offers.find((offer) => offer.get('as') === 'APIGroupDiscoveryList' && ['v2', 'v2beta1'].includes(offer.get('v') ?? ''))
  return { table: form[0] === 'Table', partial: form[0]?.startsWith('PartialObjectMetadata') === true, discovery: discovery?.get('v') }
}

export function isTrue(value: string | undefined): boolean {
  return value === 'true' || value === '1'
}

/** A whole number from a query, or `undefined` when it is absent or empty. */
export function wholeNumber(query: Readonly<Record<string, string>>, name: string): number | undefined {
  const text = query[name]
  if (text === undefined || text === '') return undefined
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(value)) throw new StatusError('BadRequest', `${name} must be a whole number, got '${text}'`)
  return value
}
