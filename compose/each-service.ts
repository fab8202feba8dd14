// Walks the services of a document that nobody has read yet: whatever is not a service stays as it is, for
// `read.ts` to say what is wrong with it.

import { isMap, toMap } from './fields.ts'
import { at, type Place } from './problem.ts'

export type Written = Readonly<Record<string, unknown>>

/** `change` returns what stands there instead; `undefined` takes the service out. */
export function eachService(document: unknown, place: Place, change: (service: Written, place: Place) => Written | undefined): unknown {
  if (!isMap(document) || !isMap(document['services'])) return document
  const services = Object.entries(document['services']).map(
    ([name, service]) => [name, isMap(service) ? change(service, at(place, 'services', name)) : service] as const,
  )
  return { ...document, services: toMap(services.filter(([, service]) => service !== undefined)) }
}
