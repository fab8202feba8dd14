// From a task to what the engine is asked to create: pure, so that the whole mapping can be read and tested
// as a table. A container is named after its task: the engine gives a name to one container only, so that
// creating twice cannot make two. Labels say whose it is; by them its node finds it again.

import { durationMs, formatDuration } from '../../api/duration.ts'
import type { Objects, TaskTemplate } from '../../api/objects.ts'
import { cpuCores, memoryBytes } from '../../api/quantity.ts'
import type { Assignment } from '../../api/session.ts'
import { FatalTaskError, type NodeFacts } from '../executor.ts'
import { isRecord, parseJson } from '../frames.ts'
import { contextOf, expand } from '../placeholders.ts'
import type { FileMount } from './container-files.ts'
import type { CreateOptions, EndpointOptions, HealthConfig, NetworkOptions } from './engine.ts'

/** Whose containers and networks these are: several nodes may share one engine. */
export interface Owner {
  readonly nodeId: string
  readonly clusterId: string
}

type HealthCheck = NonNullable<TaskTemplate['healthCheck']>
type Mount = NonNullable<TaskTemplate['mounts']>[number]
type NetworkSpec = Objects['Network']['spec']

export const labels = {
  cluster: 'kit/cluster',
  node: 'kit/node',
  service: 'kit/service',
  slot: 'kit/slot',
  task: 'kit/task',
  network: 'kit/network',
  healthCheck: 'kit/health-check',
  /** Of the machine, when the container was made. */
  boot: 'kit/boot',
} as const

/** A network of the engine that a container is attached to. */
export interface Attachment {
  /** The engine's name of it. */
  readonly name: string
  readonly endpoint: EndpointOptions
  /** How to make it when it is missing; absent for networks that are the machine's own. */
  readonly create?: NetworkOptions
}

const defaultGraceMs = 10_000

/** Throws FatalTaskError for what a container cannot have. */
export function containerOptions(
  task: Assignment,
  node: NodeFacts,
  owner: Owner & { readonly boot: string },
  image: { readonly healthCheck?: HealthConfig },
  files: readonly FileMount[],
): CreateOptions {
  const { template } = task
  const context = contextOf(task, node)
  const [first] = attachmentsOf(task, owner)
  const { limits, reservations } = template.resources ?? {}
  const hostPorts = task.hostPorts ?? []
  const healthCheck = healthCheckOf(template, image.healthCheck)
  const { slot, service } = task
  return {
    name: task.task,
    Image: imageOf(template),
    Entrypoint: optional(template.entrypoint),
    Cmd: optional(template.command),
    Env: environmentOf(task, (text, where) => expand(text, context, where)),
    User: template.user,
    WorkingDir: template.workingDir,
    Hostname: template.hostname === undefined ? undefined : expand(template.hostname, context, 'the host name'),
    Tty: template.tty,
    OpenStdin: template.stdinOpen,
    StopSignal: template.stopSignal,
    // The engine counts in seconds; a program rather gets some time more than some less.
    StopTimeout: Math.ceil((template.stopGracePeriod === undefined ? defaultGraceMs : durationMs(template.stopGracePeriod)) / 1000),
    // Health checks are run by the agent, the image's own included: one set of rules for all engines and executors.
    Healthcheck: { Test: ['NONE'] },
    Labels: {
      ...template.labels,
      [labels.cluster]: owner.clusterId,
      [labels.node]: owner.nodeId,
      [labels.service]: service.name,
      [labels.slot]: slot === undefined ? node.id : String(slot),
      [labels.task]: task.task,
      [labels.boot]: owner.boot,
      ...(healthCheck === undefined ? {} : { [labels.healthCheck]: JSON.stringify(healthCheck) }),
    },
    ExposedPorts: Object.fromEntries([...hostPorts, ...(task.targetPorts ?? [])].map((port) => [portKey(port), {}])),
    HostConfig: {
      RestartPolicy: { Name: 'no' },
      NetworkMode: first?.name,
      PortBindings: Object.fromEntries(
        Map.groupBy(hostPorts, portKey)
          .entries()
          .map(([key, ports]) => [key, ports.map(({ publishedPort }) => ({ HostPort: String(publishedPort) }))]),
      ),
      Mounts: [
        ...(template.mounts ?? []).map((mount) => mountOf(mount, (text) => expand(text, context, `the mount at ${mount.target}`))),
        ...files.map(({ source, target }) => ({ Type: 'bind' as const, Source: source, Target: target, ReadOnly: true })),
      ],
      Init: template.init,
      ReadonlyRootfs: template.readOnly,
      Isolation: template.isolation,
      GroupAdd: optional(template.groups),
      CapAdd: template.capabilityAdd,
      CapDrop: template.capabilityDrop,
      Sysctls: template.sysctls,
      Ulimits: template.ulimits?.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
      OomScoreAdj: template.oomScoreAdj,
      ShmSize: template.shmSize === undefined ? undefined : memoryBytes(template.shmSize),
      ExtraHosts: template.extraHosts,
      Dns: optional(template.dns?.nameservers),
      DnsSearch: optional(template.dns?.search),
      DnsOptions: optional(template.dns?.options),
      LogConfig: template.logDriver === undefined ? undefined : { Type: template.logDriver.name, Config: template.logDriver.options ?? {} },
      NanoCpus: limits?.cpus === undefined ? undefined : Math.round(cpuCores(limits.cpus) * 1e9),
      Memory: limits?.memory === undefined ? undefined : memoryBytes(limits.memory),
      MemoryReservation: reservations?.memory === undefined ? undefined : memoryBytes(reservations.memory),
      PidsLimit: limits?.pids === undefined || limits.pids === 0 ? undefined : limits.pids,
    },
    NetworkingConfig: first === undefined ? undefined : { EndpointsConfig: { [first.name]: first.endpoint } },
  }
}

/** Throws FatalTaskError when the task has none. */
export function imageOf({ image }: TaskTemplate): string {
  if (image === undefined || image === '') throw new FatalTaskError('a container needs an image: set `image` in the service')
  return /(:[\w][\w.-]*|@sha256:[0-9a-f]+)$/.test(image) ? image : `${image}:latest`
}

/** The networks of a task, in the order of its template. */
export function attachmentsOf(task: Assignment, owner: Owner): readonly Attachment[] {
  return (task.template.networks ?? []).map(({ target, aliases = [], driverOptions }) => {
    const spec = task.networks?.[target]
    if (spec?.hostNetwork !== undefined) {
      const isPredefined = ['host', 'none', 'bridge'].includes(spec.hostNetwork)
      return { name: spec.hostNetwork, endpoint: isPredefined ? {} : { Aliases: [task.service.name, ...aliases] } }
    }
    const name = networkName(target, owner)
    return {
      name,
      endpoint: {
        Aliases: [...new Set([task.service.name, ...aliases])],
        ...(driverOptions === undefined ? {} : { DriverOpts: driverOptions }),
      },
      create: networkOptions(name, target, spec ?? {}, owner),
    }
  })
}

/** One network per node, also where nodes share an engine: what they share there, they would share nowhere else. */
function networkName(target: string, { nodeId }: Owner): string {
  return `${target}.${nodeId}`
}

/** A network that spans nodes is a bridge of its own on each of them for now. */
function networkOptions(name: string, target: string, spec: NetworkSpec, owner: Owner): NetworkOptions {
  const spansNodes = spec.driver === undefined || spec.driver === 'overlay'
  const { ipam } = spec
  return {
    Name: name,
    CheckDuplicate: true,
    Driver: spansNodes ? 'bridge' : spec.driver,
    Options: spansNodes ? undefined : spec.driverOptions,
    Internal: spec.internal,
    Attachable: spec.attachable,
    EnableIPv6: spec.ipv6,
    IPAM:
      ipam === undefined
        ? undefined
        : {
            Driver: ipam.driver ?? 'default',
            Options: ipam.options,
            Config: ipam.configs?.map(({ subnet, range, gateway, reserved }) => ({
              Subnet: subnet,
              IPRange: range,
              Gateway: gateway,
              AuxiliaryAddresses: reserved,
            })),
          },
    Labels: { ...spec.labels, [labels.cluster]: owner.clusterId, [labels.node]: owner.nodeId, [labels.network]: target },
  }
}

function environmentOf(task: Assignment, fill: (text: string, where: string) => string): string[] {
  const own = Object.entries(task.template.env ?? {}).map(([name, text]) => `${name}=${fill(text, `environment variable ${name}`)}`)
  const generic = Object.entries(task.assignedGeneric ?? {}).map(([kind, value]) => `DOCKER_RESOURCE_${kind.toUpperCase()}=${value}`)
  return [...own, ...generic]
}

function mountOf(mount: Mount, fill: (text: string) => string): NonNullable<NonNullable<CreateOptions['HostConfig']>['Mounts']>[number] {
  const common = { Target: fill(mount.target), Source: fill(mount.source ?? ''), ReadOnly: mount.readOnly }
  switch (mount.type) {
    case 'Bind':
      return { ...common, Type: 'bind', ...(mount.propagation === undefined ? {} : { BindOptions: { Propagation: propagationOf(mount) } }) }
    case 'Volume':
      return {
        ...common,
        Type: 'volume',
        VolumeOptions: {
          NoCopy: mount.noCopy ?? false,
          Labels: mount.labels ?? {},
          DriverConfig: { Name: mount.driver ?? '', Options: mount.driverOptions ?? {} },
        },
      }
    case 'Tmpfs':
      return { ...common, Type: 'tmpfs', TmpfsOptions: { SizeBytes: mount.sizeBytes ?? 0, Mode: mount.mode ?? 0 } }
    case 'Npipe':
    case 'Cluster':
      throw new FatalTaskError(`the docker executor has no mounts of type ${mount.type}: remove the one at ${mount.target}`)
  }
}

const propagations = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'] as const

function propagationOf({ propagation, target }: Mount): (typeof propagations)[number] {
  const found = propagations.find((one) => one === propagation)
  if (found === undefined)
    throw new FatalTaskError(`the mount at ${target} wants propagation "${propagation}"; there is ${propagations.join(', ')}`)
  return found
}

/** What the template says, and the image's own where it says nothing. */
function healthCheckOf({ healthCheck }: TaskTemplate, image: HealthConfig | undefined): HealthCheck | undefined {
  const test = healthCheck?.test ?? []
  if (test.length > 0 || image === undefined) return undefined
  const { intervalMs, timeoutMs, startPeriodMs, retries } = image
  const own: HealthCheck = {
    test: image.test,
    retries,
    interval: formatDuration(intervalMs),
    timeout: formatDuration(timeoutMs),
    startPeriod: formatDuration(startPeriodMs),
  }
  return { ...own, ...healthCheck, test: image.test }
}

/** The image's health check that a container was created with. */
export function ownHealthCheck(containerLabels: Readonly<Record<string, string>>): HealthCheck | undefined {
  const value = parseJson(containerLabels[labels.healthCheck] ?? '')
  return isHealthCheck(value) ? value : undefined
}

/** Whoever else can write labels of this node's containers owns the engine anyway: the shape is enough. */
function isHealthCheck(value: unknown): value is HealthCheck {
  return isRecord(value) && Array.isArray(value['test'])
}

function portKey({ targetPort, protocol }: { readonly targetPort: number; readonly protocol: string }): string {
  return `${targetPort}/${protocol.toLowerCase()}`
}

/** What an empty list means to the engine differs from field to field; left out it is always the default. */
function optional(list: readonly string[] | undefined): string[] | undefined {
  return list === undefined || list.length === 0 ? undefined : [...list]
}
