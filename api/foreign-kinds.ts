// What those who know Kubernetes or docker call kinds: told what kit calls them, wherever they write one.

import type { Kind } from './objects.ts'

const kinds: Readonly<Record<string, Kind>> = {
  ...named('Task', 'po', 'pod', 'pods', 'container', 'containers'),
  ...named('Service', 'deploy', 'deployment', 'deployments', 'sts', 'statefulset', 'statefulsets'),
  ...named('Service', 'ds', 'daemonset', 'daemonsets', 'job', 'jobs', 'cj', 'cronjob', 'cronjobs', 'ing', 'ingress', 'ingresses'),
  ...named('Service', 'ep', 'endpoints', 'endpointslices'),
  ...named('Revision', 'rs', 'replicaset', 'replicasets', 'controllerrevisions'),
  ...named('Config', 'cm', 'configmap', 'configmaps'),
  ...named('Volume', 'pv', 'pvc', 'persistentvolume', 'persistentvolumes', 'persistentvolumeclaim', 'persistentvolumeclaims'),
  ...named('Stack', 'ns', 'namespace', 'namespaces'),
  ...named('User', 'sa', 'serviceaccount', 'serviceaccounts'),
}

function named(kind: Kind, ...words: readonly string[]): Readonly<Record<string, Kind>> {
  return Object.fromEntries(words.map((word) => [word, kind]))
}

/** The kind of kit that the word means. */
export function kindFor(word: string): Kind | undefined {
  const key = word.toLowerCase()
  return Object.hasOwn(kinds, key) ? kinds[key] : undefined
}
