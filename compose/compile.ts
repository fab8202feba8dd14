// Turns the normal form of a document into objects: `<stack>_<name>`, labelled with the stack. The
// same document always gives the same objects, in the same order. What the file does not say is left
// out, so that defaults are applied when read and others may set it.

import type { Config, Network, Secret, Service, TaskTemplate, Volume } from '../api/objects.ts'
import type { ServiceSpec } from '../api/types/service.ts'
import { dataOf } from './file-content.ts'
import type {
  ByName,
  ComposeFile,
  ComposeModel,
  ComposeNetwork,
  ComposeSecret,
  ComposeService,
  ComposeVolume,
  Mount,
  Texts,
} from './model.ts'
import type { Path } from './problem.ts'

/** On every object of a stack: its name. */
export const stackLabel = 'kit/stack'

interface DraftOf<O extends { readonly kind: string; readonly spec: unknown }> {
  readonly kind: O['kind']
  readonly name: string
  readonly labels: Texts
  readonly spec: O['spec']
  /** Where it stands in the document: `services.web`. */
  readonly path: Path
}
/** An object to be, without what the store and the merge add. */
export type Draft = DraftOf<Network> | DraftOf<Volume> | DraftOf<Secret> | DraftOf<Config> | DraftOf<Service>
export type DraftKind = Draft['kind']

/** In the order in which they should be made: what services refer to comes first. */
export function compileStack(stack: string, model: ComposeModel): readonly Draft[] {
  return [
    ...own(usedNetworks(model)).map(([key, network]) => draft('Network', stack, ['networks', key], network, networkSpec(network))),
    ...own(model.volumes).map(([key, volume]) => draft('Volume', stack, ['volumes', key], volume, volumeSpec(stack, volume))),
    ...own(model.secrets).map(([key, secret]) => draft('Secret', stack, ['secrets', key], secret, secretSpec(secret))),
    ...own(model.configs).map(([key, config]) => draft('Config', stack, ['configs', key], config, configSpec(config))),
    ...sorted(model.services).map(([key, service]) =>
      draft('Service', stack, ['services', key], labelsOf(service), serviceSpec(stack, key, service, model)),
    ),
  ]
}

function labelsOf(service: ComposeService): { readonly labels?: Texts } {
  return service.deploy?.labels === undefined ? {} : { labels: service.deploy.labels }
}

function draft<K extends string, S>(
  kind: K,
  stack: string,
  path: readonly [string, string],
  declared: { readonly name?: string; readonly labels?: Texts },
  spec: S,
): { readonly kind: K; readonly name: string; readonly labels: Texts; readonly spec: S; readonly path: Path } {
  return { kind, name: objectName(stack, path[1], declared), labels: { ...declared.labels, [stackLabel]: stack }, spec, path }
}

/** The name in the cluster of what the document calls `key`. */
function objectName(stack: string, key: string, declared: { readonly name?: string; readonly external?: boolean } | undefined): string {
  return declared?.name ?? (declared?.external === true ? key : `${stack}_${key}`)
}

function sorted<T>(all: ByName<T>): readonly (readonly [string, T])[] {
  return Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** What the stack makes itself. External ones exist already. */
function own<T extends { readonly external?: boolean }>(all: ByName<T>): readonly (readonly [string, T])[] {
  return sorted(all).filter(([, each]) => each.external !== true)
}

/** A service without `networks` is on the network `default`; a network that no service uses is not made. */
function usedNetworks(model: ComposeModel): ByName<ComposeNetwork> {
  const used = new Set(Object.values(model.services).flatMap(networkKeys))
  return Object.fromEntries([...used].map((key) => [key, model.networks[key] ?? {}]))
}

function networkKeys(service: ComposeService): readonly string[] {
  const keys = Object.keys(service.networks ?? {})
  return keys.length === 0 ? ['default'] : keys
}

function networkSpec(network: ComposeNetwork): Network['spec'] {
  const { ipam } = network
  const configs = ipam?.config?.map(({ subnet, ip_range: range, gateway }) => present({ subnet, range, gateway }))
  return present({
    driver: network.driver,
    driverOptions: network.driver_opts,
    attachable: network.attachable,
    internal: network.internal,
    ipv6: network.enable_ipv6,
    ipam: ipam === undefined ? undefined : present({ driver: ipam.driver, configs }),
  })
}

function volumeSpec(stack: string, volume: ComposeVolume): Volume['spec'] {
  return present({ driver: volume.driver, driverOptions: volume.driver_opts, labels: { ...volume.labels, [stackLabel]: stack } })
}

function configSpec(config: ComposeFile): Config['spec'] {
  return present({ data: dataOf(config), template: config.template_driver })
}

function secretSpec(secret: ComposeSecret): Secret['spec'] {
  const driver = secret.driver === undefined ? undefined : present({ name: secret.driver, options: secret.driver_opts })
  return { ...configSpec(secret), ...present({ driver }) }
}

function serviceSpec(stack: string, key: string, service: ComposeService, model: ComposeModel): ServiceSpec {
  const { mode, replicas, endpoint_mode: endpointMode, update_config: update, rollback_config: rollback } = service.deploy ?? {}
  const isJob = mode === 'ReplicatedJob'
  const endpoint = present({ mode: endpointMode, ports: filled(service.ports) })
  return present({
    mode,
    replicas: isJob ? undefined : replicas,
    job: isJob && replicas !== undefined ? { maxConcurrent: replicas, totalCompletions: replicas } : undefined,
    template: template(stack, key, service, model),
    update,
    rollback,
    endpoint: Object.keys(endpoint).length === 0 ? undefined : endpoint,
  })
}

function template(stack: string, key: string, service: ComposeService, model: ComposeModel): TaskTemplate {
  const { deploy = {}, logging } = service
  const { placement } = deploy
  return present({
    image: service.image,
    entrypoint: filled(service.entrypoint),
    command: filled(service.command),
    env: service.environment,
    workingDir: service.working_dir,
    user: service.user,
    groups: filled(service.group_add),
    hostname: service.hostname,
    labels: service.labels,
    stopSignal: service.stop_signal,
    stopGracePeriod: service.stop_grace_period,
    init: service.init,
    tty: service.tty,
    stdinOpen: service.stdin_open,
    readOnly: service.read_only,
    isolation: service.isolation,
    healthCheck: service.healthcheck,
    resources: deploy.resources,
    restart: deploy.restart_policy ?? service.restart,
    placement:
      placement &&
      present({
        constraints: placement.constraints,
        preferences: placement.preferences,
        maxReplicasPerNode: placement.max_replicas_per_node,
      }),
    networks: attachments(stack, key, service, model),
    mounts: filled(mounts(stack, service, model)),
    secrets: filled(references(stack, service.secrets, model.secrets)),
    configs: filled(references(stack, service.configs, model.configs)),
    extraHosts: filled(service.extra_hosts),
    dns: nameServers(service),
    logDriver: logging?.driver === undefined ? undefined : present({ name: logging.driver, options: logging.options }),
    capabilityAdd: filled(service.cap_add),
    // A capability that is both added and dropped is added.
    capabilityDrop: filled(service.cap_drop?.filter((name) => service.cap_add?.includes(name) !== true)),
    sysctls: service.sysctls,
    ulimits: service.ulimits === undefined ? undefined : sorted(service.ulimits).map(([name, { soft, hard }]) => ({ name, soft, hard })),
    oomScoreAdj: service.oom_score_adj,
    shmSize: service.shm_size,
  })
}

function nameServers(service: ComposeService): TaskTemplate['dns'] {
  const dns = present({ nameservers: filled(service.dns), search: filled(service.dns_search), options: filled(service.dns_opt) })
  return Object.keys(dns).length === 0 ? undefined : dns
}

function attachments(stack: string, key: string, service: ComposeService, model: ComposeModel): NonNullable<TaskTemplate['networks']> {
  return networkKeys(service)
    .map((name) => {
      const { aliases = [], driver_opts: driverOptions } = service.networks?.[name] ?? {}
      const target = objectName(stack, name, model.networks[name])
      return { target, aliases: [...new Set([...aliases, key])], ...present({ driverOptions }) }
    })
    .toSorted((a, b) => (a.target < b.target ? -1 : 1))
}

function mounts(stack: string, service: ComposeService, model: ComposeModel): readonly Mount[] {
  const volumes = (service.volumes ?? []).map((mount): Mount => {
    const volume = mount.type === 'Volume' && mount.source !== undefined ? model.volumes[mount.source] : undefined
    if (mount.source === undefined || volume === undefined) return mount
    const named = { ...mount, source: objectName(stack, mount.source, volume) }
    if (volume.external === true) return named
    const labels = { ...volume.labels, [stackLabel]: stack }
    return { ...named, labels, ...present({ driver: volume.driver, driverOptions: volume.driver_opts }) }
  })
  return [...volumes, ...(service.tmpfs ?? [])]
}

function references(
  stack: string,
  files: ComposeService['secrets'],
  declared: ByName<ComposeFile>,
): NonNullable<ComposeService['secrets']> {
  return (files ?? [])
    .map((file) => ({ ...file, source: objectName(stack, file.source, declared[file.source]) }))
    .toSorted((a, b) => (a.source < b.source ? -1 : 1))
}

type Present<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** Without the members that are undefined. */
function present<T extends object>(members: T): Present<T> {
  const kept = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
  return kept as Present<T> // Exactly the members that are not undefined, which is what Present says.
}

/** An empty list means the same as none. */
function filled<T>(elements: readonly T[] | undefined): readonly T[] | undefined {
  return elements === undefined || elements.length === 0 ? undefined : elements
}
