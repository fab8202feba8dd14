// A request for each entry of the table of access.

import type { Method } from '../../api/request.ts'
import type { Verb } from '../access.ts'
import { resources } from '../resources.ts'

export const methods: Readonly<Record<Verb, Method>> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
}
export const verbs = Object.keys(methods) as Verb[]

/** A request for the endpoint, with a name that no object has. */
export function requestFor(endpoint: string, verb: Verb): { readonly method: Method; readonly path: string } {
  const [plural = '', subresource] = endpoint.split('/')
  const method = methods[verb]
  if (!resources.some((resource) => resource.plural === plural)) return { method, path: `/${endpoint}` }
  const isCollection = subresource === undefined && ['list', 'watch', 'create', 'deletecollection'].includes(verb)
  const name = isCollection ? '' : `/absent${subresource === undefined ? '' : `/${subresource}`}`
  return { method, path: `/apis/kit/v1/${plural}${name}${verb === 'watch' ? '?watch=true&timeoutSeconds=1' : ''}` }
}
