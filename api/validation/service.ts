// Rules of services that a schema cannot say: which fields go together, least amounts, what must be
// unique. Only the spec is looked at; whether what it refers to exists is for whoever has the store.

import { parseDuration } from '../duration.ts'
import { duplicate, forbidden, invalid, type Mistake, quote, required } from '../mistake.ts'
import type { TaskTemplate } from '../objects.ts'
import { checkPlaceholders, expandExample } from '../placeholder.ts'
import { parseCpu, parseMemory } from '../quantity.ts'
import type { ServiceSpec } from '../types/service.ts'
import type { Path } from '../yaml/yaml-place.ts'

const minCores = 0.001
const minMemory = 4 * 1024 * 1024
const minHealthMs = 1
/** Repository, tag and digest, as registries have them. */
const imageForm =
  /^(?:[A-Za-z0-9.-]+(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@[a-z0-9]+:[0-9a-f]{32,128})?$/
const spreadForm = /^(?:node|engine)\.labels\.\S+$/i

export function serviceMistakes(spec: ServiceSpec): readonly Mistake[] {
  return [...modeMistakes(spec), ...endpointMistakes(spec), ...templateMistakes(spec.template, ['spec', 'template'])]
}

function modeMistakes(spec: ServiceSpec): readonly Mistake[] {
  const mode = spec.mode ?? 'Replicated'
  const isJob = mode === 'ReplicatedJob' || mode === 'GlobalJob'
  const found: Mistake[] = []
  const only = (field: 'replicas' | 'job', wanted: string) =>
    spec[field] !== undefined &&
    mode !== wanted &&
    found.push(forbidden(['spec', field], `may be specified only when \`mode\` is ${wanted}, found ${mode}`))
  only('replicas', 'Replicated')
  only('job', 'ReplicatedJob')
  for (const field of ['update', 'rollback'] as const) {
    if (isJob && spec[field] !== undefined)
      found.push(forbidden(['spec', field], `may not be specified when \`mode\` is ${mode}: a job is not updated in place`))
  }
  return found
}

function endpointMistakes({ endpoint }: ServiceSpec): readonly Mistake[] {
  const seen = new Map<string, number>()
  return (endpoint?.ports ?? []).flatMap((port, index) => {
    const path = ['spec', 'endpoint', 'ports', index]
    const found: Mistake[] = []
    if (endpoint?.mode === 'DNSRR' && (port.publishMode ?? 'Ingress') === 'Ingress') {
      found.push({ ...invalid(path, 'must have `publishMode: Host` when `endpoint.mode` is DNSRR'), reason: 'FieldValueForbidden' })
    }
    if (port.protocol === 'SCTP' && (port.publishMode ?? 'Ingress') === 'Ingress') {
      const why = 'must be Host for SCTP: nodes pass on TCP and UDP only'
      found.push({ ...invalid([...path, 'publishMode'], why), reason: 'FieldValueForbidden' })
    }
    if (port.proxyProtocol === 'V2' && ((port.protocol ?? 'TCP') !== 'TCP' || port.publishMode === 'Host')) {
      found.push(forbidden([...path, 'proxyProtocol'], 'may be V2 only for TCP in Ingress mode: otherwise clients reach the task directly'))
    }
    const published = port.publishedPort ?? 0
    const key = `${published}/${port.protocol ?? 'TCP'}`
    const first = seen.get(key)
    if (published !== 0 && first !== undefined) {
      found.push(duplicate([...path, 'publishedPort'], `publishes ${key}, as spec.endpoint.ports[${first}] does already`))
    }
    seen.set(key, first ?? index)
    return found
  })
}

/** `path` is where the template stands; Revisions have one too. */
export function templateMistakes(template: TaskTemplate, path: Path): readonly Mistake[] {
  const below = (mistakes: readonly Mistake[]) => mistakes.map((mistake) => ({ ...mistake, path: [...path, ...mistake.path] }))
  return below([
    ...programMistakes(template),
    ...resourceMistakes(template),
    ...healthMistakes(template),
    ...mountMistakes(template),
    ...fileMistakes(template, 'secrets'),
    ...fileMistakes(template, 'configs'),
    ...networkMistakes(template),
    ...placementMistakes(template),
    ...placeholderMistakes(template),
  ])
}

function programMistakes({ image, entrypoint = [], command = [] }: TaskTemplate): readonly Mistake[] {
  if (image === undefined || image === '') {
    return entrypoint.length + command.length > 0
      ? []
      : [required(['image'], 'must be given, or `entrypoint` or `command` for the process executor')]
  }
  return imageForm.test(image) ? [] : [invalid(['image'], `must be an image reference such as 'nginx:1.27', found ${quote(image)}`)]
}

function resourceMistakes({ resources }: TaskTemplate): readonly Mistake[] {
  return (['limits', 'reservations'] as const).flatMap((part) => {
    const { cpus, memory } = resources?.[part] ?? {}
    const cores = cpus === undefined ? 0 : (parseCpu(cpus) ?? 0)
    const bytes = memory === undefined ? 0 : (parseMemory(memory) ?? 0)
    return [
      ...(cores > 0 && cores < minCores
        ? [invalid(['resources', part, 'cpus'], `must be 0 or at least 0.001 cores, found ${quote(cpus)}`)]
        : []),
      ...(bytes > 0 && bytes < minMemory
        ? [invalid(['resources', part, 'memory'], `must be 0 or at least 4Mi, found ${quote(memory)}`)]
        : []),
    ]
  })
}

function healthMistakes({ healthCheck }: TaskTemplate): readonly Mistake[] {
  if (healthCheck === undefined) return []
  const times = (['interval', 'timeout', 'startPeriod', 'startInterval'] as const).flatMap((field) => {
    const text = healthCheck[field]
    const ms = text === undefined ? 0 : (parseDuration(text) ?? 0)
    return ms > 0 && ms < minHealthMs ? [invalid(['healthCheck', field], `must be 0 or at least 1ms, found ${quote(text)}`)] : []
  })
  const [form, ...words] = healthCheck.test ?? []
  const path = ['healthCheck', 'test']
  if (form === undefined) return times
  if (form !== 'NONE' && form !== 'CMD' && form !== 'CMD-SHELL') {
    return [...times, invalid([...path, 0], `must be 'NONE', 'CMD' or 'CMD-SHELL', found ${quote(form)}`)]
  }
  if (form === 'CMD-SHELL' && words.length !== 1) return [...times, invalid(path, "must have one line after 'CMD-SHELL'")]
  return form === 'CMD' && words.length === 0 ? [...times, invalid(path, "must have a program after 'CMD'")] : times
}

function mountMistakes({ mounts = [] }: TaskTemplate): readonly Mistake[] {
  const seen = new Map<string, number>()
  return mounts.flatMap((mount, index) => {
    const path = ['mounts', index]
    const found: Mistake[] = []
    const target = expandExample(mount.target) ?? mount.target
    const first = seen.get(target)
    if (first !== undefined) found.push(duplicate([...path, 'target'], `is the target of mounts[${first}] already: ${quote(mount.target)}`))
    seen.set(target, first ?? index)
    const wantsSource = mount.type === 'Bind' || mount.type === 'Npipe' || mount.type === 'Cluster'
    if (wantsSource && (mount.source ?? '') === '')
      found.push(required([...path, 'source'], `must be given when \`type\` is ${mount.type}`))
    if (mount.type === 'Tmpfs' && (mount.source ?? '') !== '')
      found.push(forbidden([...path, 'source'], 'may not be specified when `type` is Tmpfs'))
    return found
  })
}

function fileMistakes(template: TaskTemplate, field: 'secrets' | 'configs'): readonly Mistake[] {
  const seen = new Map<string, number>()
  return (template[field] ?? []).flatMap((file, index) => {
    if (file.source === '') return [required([field, index, 'source'], 'must not be empty')]
    if (file.target === '') return [required([field, index, 'target'], 'must not be empty')]
    const target = file.target ?? file.source
    const first = seen.get(target)
    seen.set(target, first ?? index)
    if (first === undefined) return []
    return [
      duplicate(
        [field, index, file.target === undefined ? 'source' : 'target'],
        `makes the file ${quote(target)}, as ${field}[${first}] does already`,
      ),
    ]
  })
}

function networkMistakes({ networks = [] }: TaskTemplate): readonly Mistake[] {
  const targets = networks.map(({ target }) => target)
  return targets.flatMap((target, index) =>
    targets.indexOf(target) < index
      ? [duplicate(['networks', index, 'target'], `is attached already by networks[${targets.indexOf(target)}]`)]
      : [],
  )
}

function placementMistakes({ placement }: TaskTemplate): readonly Mistake[] {
  return (placement?.preferences ?? []).flatMap(({ spread }, index) =>
    spreadForm.test(spread)
      ? []
      : [
          invalid(
            ['placement', 'preferences', index, 'spread'],
            `must be 'node.labels.<key>' or 'engine.labels.<key>', found ${quote(spread)}`,
          ),
        ],
  )
}

function placeholderMistakes({ hostname, env = {}, mounts = [] }: TaskTemplate): readonly Mistake[] {
  const texts: (readonly [Path, string | undefined])[] = [[['hostname'], hostname]]
  const map = (path: Path, members: Readonly<Record<string, string>> = {}) => {
    for (const [key, value] of Object.entries(members)) texts.push([[...path, key], value])
  }
  map(['env'], env)
  for (const [index, mount] of mounts.entries()) {
    texts.push([['mounts', index, 'source'], mount.source], [['mounts', index, 'target'], mount.target])
    map(['mounts', index, 'labels'], mount.labels)
    map(['mounts', index, 'driverOptions'], mount.driverOptions)
  }
  const malformed = texts.flatMap(([path, text]) => {
    const why = text?.includes('{{') ? checkPlaceholders(text) : undefined
    return why === undefined ? [] : [invalid(path, why)]
  })
  const names = Object.keys(env).filter((name) => name === '' || name.includes('='))
  return [...malformed, ...names.map((name) => ({ ...invalid(['env', name], "must have a name without '='"), target: 'key' as const }))]
}
