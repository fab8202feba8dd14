// One entry of `services:`. The table at the end lists every key that kit acts on; a key that only
// other tools act on is refused with what to do instead, because a stack that silently runs without
// `privileged` or `devices` is worse than one that does not start.

import { deploy, restart } from './deploy.ts'
import {
  boolean,
  duration,
  integer,
  isMap,
  list,
  mapOf,
  mapping,
  orNull,
  text,
  textOrList,
  textOrNumber,
  texts,
  type Unsupported,
  uniqueList,
} from './fields.ts'
import type { ComposeService } from './model.ts'
import { fileReferences, volumes } from './mounts.ts'
import { ports } from './ports.ts'
import { at, type Read, reportUnwanted, reportValue } from './problem.ts'
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
  { unsupported: { ipv4_address: 'kit gives out the addresses', ipv6_address: 'kit gives out the addresses' } },
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

const tmpfs: Read<readonly string[]> = (value, place) => textOrList(value, place)

const useResources = 'use deploy.resources.limits and deploy.resources.reservations'
const unsupported: Unsupported = {
  build: 'build the image first (docker build) and name it in "image"',
  cgroup_parent: 'remove it: the node chooses the cgroup',
  cgroupns_mode: 'remove it',
  container_name: 'remove it: tasks are named after service and slot',
  cpu_quota: useResources,
  cpu_shares: useResources,
  cpus: useResources,
  cpuset: useResources,
  credential_spec: 'remove it',
  depends_on: 'remove it: services start together, and restart until what they need is there',
  devices: 'reserve it as a generic resource: deploy.resources.reservations.generic_resources',
  domainname: 'remove it, or put the whole name in "hostname"',
  env_file: 'write the variables in "environment"',
  expose: 'remove it: tasks on one network reach every port of each other',
  extends: 'write the service out, or use a YAML anchor',
  external_links: 'use a network with "external: true"',
  ipc: 'remove it',
  links: 'use "networks": services find each other by name',
  mac_address: 'remove it',
  mem_limit: useResources,
  mem_reservation: useResources,
  memswap_limit: useResources,
  network_mode: 'use "networks"',
  pid: 'remove it',
  platform: 'use deploy.placement.constraints: node.platform.arch == …',
  privileged: 'name what is needed in "cap_add"',
  profiles: 'remove it, or put the service in a file of its own',
  pull_policy: 'remove it',
  scale: 'use deploy.replicas',
  security_opt: 'remove it',
  shm_size: 'mount a tmpfs at /dev/shm',
  userns_mode: 'remove it',
  volume_driver: 'name the driver of the volume in "volumes" at top level',
  volumes_from: 'mount a named volume in both services',
}

export const service: Read<ComposeService> = mapping<ComposeService>(
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
  },
  { required: ['image'], unsupported },
)
