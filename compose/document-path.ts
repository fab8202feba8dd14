// From a field of a compiled object back to the key of the document that it came from, so that a
// conflict in the object is shown where the person wrote the value.

import type { Draft } from './compile.ts'
import type { Path } from './problem.ts'

/** Where `compile.ts` takes it from, by field below the object. The longest that fits counts. */
const serviceKeys: Readonly<Record<string, Path>> = {
  'metadata.labels': ['deploy', 'labels'],
  'spec.endpoint.mode': ['deploy', 'endpoint_mode'],
  'spec.endpoint.ports': ['ports'],
  'spec.job': ['deploy', 'replicas'],
  'spec.mode': ['deploy', 'mode'],
  'spec.replicas': ['deploy', 'replicas'],
  'spec.rollback': ['deploy', 'rollback_config'],
  'spec.template': [],
  'spec.template.capabilityAdd': ['cap_add'],
  'spec.template.capabilityDrop': ['cap_drop'],
  'spec.template.dns.nameservers': ['dns'],
  'spec.template.dns.options': ['dns_opt'],
  'spec.template.dns.search': ['dns_search'],
  'spec.template.env': ['environment'],
  'spec.template.groups': ['group_add'],
  'spec.template.healthCheck': ['healthcheck'],
  'spec.template.logDriver': ['logging'],
  'spec.template.mounts': ['volumes'],
  'spec.template.placement': ['deploy', 'placement'],
  'spec.template.resources': ['deploy', 'resources'],
  'spec.template.restart': ['deploy', 'restart_policy'],
  'spec.update': ['deploy', 'update_config'],
}
const otherKeys: Readonly<Record<string, Path>> = {
  'metadata.labels': ['labels'],
  spec: [],
  'spec.data': ['content'],
  'spec.driverOptions': ['driver_opts'],
  'spec.ipv6': ['enable_ipv6'],
  'spec.template': ['template_driver'],
}

/** `field` is the path in the object: `spec.replicas` of service web stands at `services.web.deploy.replicas`. */
export function documentPath({ kind, path }: Pick<Draft, 'kind' | 'path'>, field: readonly string[]): Path {
  const keys = kind === 'Service' ? serviceKeys : otherKeys
  for (let length = field.length; length > 0; length--) {
    const key = field.slice(0, length).join('.')
    const found = Object.hasOwn(keys, key) ? keys[key] : undefined
    // Variables and labels are the person's own words; every other key is the field's name, written as Compose does.
    const rest = field.slice(length)
    if (found !== undefined) return [...path, ...found, ...(isFreeMap(key) ? rest : rest.map(snakeCase))]
  }
  return path
}

function isFreeMap(key: string): boolean {
  return key === 'metadata.labels' || key === 'spec.template.env' || key === 'spec.driverOptions'
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
