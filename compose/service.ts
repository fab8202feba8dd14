// One entry of `services:`. The tables at the end list every key of Compose: those that kit acts on, those
// that it does without, as Docker's stacks do, and says so (ADR 21), and those without which a stack would not
// be what its file says.

import { deploy, mostReplicas, restart } from './deploy.ts'
import {
  type Advice,
  boolean,
  duration,
  integer,
  isMap,
  list,
  mapOf,
  mapping,
  memory,
  orNull,
  text,
  textOrList,
  textOrNumber,
  texts,
  uniqueList,
} from './fields.ts'
import type { ComposeDeploy, ComposeService } from './model.ts'
import { fileReferences, tmpfs, volumes } from './mounts.ts'
import { ports } from './ports.ts'
import { at, type Place, type Read, reportKey, reportUnwanted, reportValue } from './problem.ts'
import { splitShellWords } from './shell-words.ts'

type HealthCheck = NonNullable<ComposeService['healthcheck']>

const words: Read<readonly string[]> = (value, place) => {
  if (typeof value !== 'string') return list(textOrNumber)(value, place)
  const split = splitShellWords(value)
  return typeof split === 'string'
    ? reportValue(place, 'FieldValueInvalid', `cannot split this into words: ${split}`, { help: 'write a list of words' })
    : split
}

const healthTest: Read<readonly string[]> = (value, place) => {
  if (typeof value === 'string') return ['CMD-SHELL', value]
  const test = list(textOrNumber)(value, place)
  if (test === undefined || ['NONE', 'CMD', 'CMD-SHELL'].includes(test[0] ?? '')) return test
  return reportValue(place, 'FieldValueNotSupported', `the first word must be CMD, CMD-SHELL or NONE, found "${test[0] ?? ''}"`)
}

interface WrittenCheck {
  readonly test?: readonly string[]
  readonly interval?: string
  readonly timeout?: string
  readonly retries?: number
  readonly start_period?: string
  readonly start_interval?: string
  readonly disable?: boolean
}
const readCheck = mapping<WrittenCheck>({
  test: healthTest,
  interval: duration,
  timeout: duration,
  retries: integer(0),
  start_period: duration,
  start_interval: duration,
  disable: boolean,
})

const healthcheck: Read<HealthCheck> = (value, place) => {
  const written = readCheck(value, place)
  if (written === undefined) return undefined
  const { start_period: startPeriod, start_interval: startInterval, disable, ...rest } = written
  if (disable === true) {
    return rest.test === undefined
      ? { test: ['NONE'] }
      : reportValue(at(place, 'disable'), 'FieldValueForbidden', 'a check with a test cannot be disabled too')
  }
  return { ...rest, ...(startPeriod === undefined ? {} : { startPeriod }), ...(startInterval === undefined ? {} : { startInterval }) }
}

type Attachment = NonNullable<ComposeService['networks']>[string]
const attachment = mapping<Attachment>(
  { aliases: uniqueList(text), driver_opts: texts('') },
  {
    ignored: {
      gw_priority: 'the engine chooses',
      interface_name: 'the engine chooses',
      ipv4_address: 'kit gives out the addresses: use the name of the service',
      ipv6_address: 'kit gives out the addresses: use the name of the service',
      link_local_ips: 'kit gives out the addresses: use the name of the service',
      mac_address: 'the node chooses',
      priority: 'the engine chooses',
    },
  },
)

const networks: Read<NonNullable<ComposeService['networks']>> = (value, place) => {
  if (!Array.isArray(value)) return mapOf(orNull(attachment))(value, place)
  return Object.fromEntries((uniqueList(text)(value, place) ?? []).map((name) => [name, {}]))
}

const sortedCapabilities: Read<readonly string[]> = (value, place) => {
  const names = uniqueList(text)(value, place)?.map((name) => name.toUpperCase().replace(/^(CAP_)?/, 'CAP_'))
  return names?.includes('CAP_ALL') ? ['ALL'] : names?.toSorted()
}

/** `host:address` or `host=address`, or a mapping; brackets around an IPv6 address are dropped. */
const extraHosts: Read<readonly string[]> = (value, place) => {
  const written = isMap(value)
    ? Object.entries(texts('')(value, place) ?? {}).map((pair) => pair.join(':'))
    : uniqueList(text)(value, place)
  const hosts = written?.map((host, index) => {
    const match = /^([^:=]+)[:=]\[?([^\]]+)\]?$/.exec(host)
    return match === null
      ? reportValue(at(place, index), 'FieldValueInvalid', `wanted host:address, found "${host}"`)
      : `${match[1]}:${match[2]}`
  })
  return hosts?.filter((host) => host !== undefined)
}

const ulimit: Read<{ soft: number; hard: number }> = (value, place) => {
  if (!isMap(value)) {
    const both = integer(-1)(value, place)
    return both === undefined ? undefined : { soft: both, hard: both }
  }
  const pair = mapping<{ soft?: number; hard?: number }>({ soft: integer(-1), hard: integer(-1) }, { required: ['soft', 'hard'] })(
    value,
    place,
  )
  return pair?.soft === undefined || pair.hard === undefined ? undefined : { soft: pair.soft, hard: pair.hard }
}

const stopSignal: Read<string> = (value, place) => {
  const signal = textOrNumber(value, place)
  if (signal === undefined || /^((SIG)?[A-Z0-9+]+|[0-9]+)$/.test(signal)) return signal
  return reportUnwanted(place, 'the name or number of a signal', value, ['string', 'number'])
}

const environmentNotHere =
  'the document is stored without your files: kit apply puts their variables in when it reads a Compose file, here write "environment"'
const profilesNotHere =
  'the document is stored without your choice: kit apply leaves services out when it reads a Compose file, here remove the key'

/** Docker's stacks do without these, too, or have no such key. Each with what there is instead, or why nothing is missing. */
const ignored: Advice = {
  annotations: 'write "labels"',
  attach: 'kit logs service/NAME shows the output',
  blkio_config: 'kit has no limits of block devices',
  build: 'the image is used as it is: build it first, and push it to where every node can pull it',
  cgroup: 'the node chooses',
  cgroup_parent: 'the node chooses',
  cgroupns_mode: 'the node chooses',
  container_name: 'tasks are named after service and slot, and are found under the name of the service',
  cpu_count: 'limits are those of deploy.resources.limits',
  cpu_percent: 'limits are those of deploy.resources.limits',
  cpu_rt_period: 'limits are those of deploy.resources.limits',
  cpu_rt_runtime: 'limits are those of deploy.resources.limits',
  depends_on: 'services start together, and restart until what they need is there',
  develop: 'it is for docker compose watch',
  device_cgroup_rules: 'the task has no access to devices: run it beside kit if it needs them',
  devices: 'the task has no access to devices; where it runs can be chosen with deploy.resources.reservations.generic_resources',
  domainname: 'put the whole name in "hostname"',
  expose: 'tasks on one network reach every port of each other',
  external_links: 'use a network with "external: true"',
  ipc: 'the task has an IPC namespace of its own',
  label_file: 'write "labels"',
  links: 'services on one network find each other by name; another name is an alias under "networks"',
  mac_address: 'the node chooses',
  mem_swappiness: 'limits are those of deploy.resources.limits',
  network_mode: 'name networks in "networks"; the network of the node itself is an external network "host"',
  oom_kill_disable: 'use oom_score_adj',
  pid: 'the task has a PID namespace of its own',
  platform: 'use deploy.placement.constraints: node.platform.arch == …',
  post_start: 'no hook is run: start what is needed from the command of the service',
  pre_stop: 'no hook is run: let the program act on its stop signal',
  privileged: 'the task has no more rights than others: name what it needs in "cap_add"',
  pull_policy: 'an image that is on the node is used as it is, and pulled otherwise',
  runtime: "the engine's default is used",
  security_opt: "the engine's default profiles are used",
  storage_opt: "the engine's default is used",
  use_api_socket: 'bind the engine\'s socket in "volumes"',
  userns_mode: "the engine's default is used",
  uts: 'the task has a UTS namespace of its own',
}

const useResources = 'use deploy.resources.limits and deploy.resources.reservations'
/** A stack that runs without these is not what its file says: Docker refuses most of them, too. */
const unsupported: Advice = {
  cpu_period: useResources,
  cpu_quota: useResources,
  cpu_shares: useResources,
  cpus: useResources,
  cpuset: useResources,
  credential_spec: 'kit has no credentials of Windows',
  env_file: environmentNotHere,
  extends: 'write the service out, use a YAML anchor, or let docker compose config write the file',
  gpus: 'offer the GPUs of a node as a generic resource, and reserve that: deploy.resources.reservations.generic_resources',
  mem_limit: useResources,
  mem_reservation: useResources,
  memswap_limit: useResources,
  models: 'run the model as a service of its own, and name its address in "environment"',
  pids_limit: 'use deploy.resources.limits.pids',
  profiles: profilesNotHere,
  provider: 'run what it provides as a service, or outside of the cluster',
  volume_driver: 'name the driver of the volume in "volumes" at top level',
  volumes_from: 'mount a named volume in both services',
}

/** `scale` is the number of replicas where `deploy` says none. */
interface WrittenService extends ComposeService {
  readonly scale?: number
}
const readService = mapping<WrittenService>(
  {
    image: text,
    command: words,
    entrypoint: words,
    environment: texts(undefined),
    labels: texts(''),
    hostname: text,
    user: textOrNumber,
    group_add: list(textOrNumber),
    working_dir: text,
    healthcheck,
    ports,
    volumes,
    tmpfs,
    networks: orNull(networks),
    secrets: fileReferences,
    configs: fileReferences,
    dns: textOrList,
    dns_search: textOrList,
    dns_opt: uniqueList(text),
    extra_hosts: extraHosts,
    logging: mapping<NonNullable<ComposeService['logging']>>({ driver: text, options: texts('') }),
    cap_add: sortedCapabilities,
    cap_drop: sortedCapabilities,
    sysctls: texts(''),
    ulimits: mapOf(ulimit),
    stop_grace_period: duration,
    stop_signal: stopSignal,
    init: boolean,
    read_only: boolean,
    tty: boolean,
    stdin_open: boolean,
    isolation: text,
    oom_score_adj: integer(-1000, 1000),
    restart,
    deploy,
    scale: integer(0, mostReplicas),
    shm_size: memory,
  },
  { ignored, unsupported },
)

export const service: Read<ComposeService> = (value, place) => {
  const written = readService(value, place)
  if (written === undefined || !isMap(value)) return undefined
  if (!Object.hasOwn(value, 'image')) {
    const help =
      value['build'] === undefined ? {} : { help: 'kit builds no images: build it, push it, and write "image: NAME" beside "build"' }
    reportKey(place, 'FieldValueRequired', '"image" is missing', help)
  }
  const { scale, ...service } = written
  return scale === undefined ? service : { ...service, deploy: scaled(service.deploy ?? {}, scale, at(place, 'scale')) }
}

function scaled(deploy: ComposeDeploy, scale: number, place: Place): ComposeDeploy {
  const { mode, replicas } = deploy
  if (mode === 'Global' || mode === 'GlobalJob') {
    reportValue(place, 'FieldValueForbidden', 'a global service has no number of replicas', { help: 'remove scale, or mode: global' })
  } else if (replicas !== undefined && replicas !== scale) {
    reportValue(place, 'FieldValueForbidden', `scale is ${scale}, and deploy.replicas is ${replicas}`, { help: 'remove one of them' })
  }
  return { ...deploy, replicas: scale }
}
