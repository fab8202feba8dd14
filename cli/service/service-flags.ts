// The flags of `kit service create` and `update`, each with the field of the Service that it sets: those of
// docker, and those of swarmctl where it calls something else. Options, --help and `service-changes.ts` read this table.

/** How the text of a flag is read; `flag-values.ts` has a reader for each. */
export type Form =
  | 'text'
  | 'words'
  | 'integer'
  | 'count'
  | 'ratio'
  | 'duration'
  | 'cpu'
  | 'memory'
  | 'mode'
  | 'endpointMode'
  | 'action'
  | 'rollbackAction'
  | 'order'
  | 'condition'
  | 'pair'
  | 'amount'
  | 'env'
  | 'envFile'
  | 'port'
  | 'hostPort'
  | 'mount'
  | 'bind'
  | 'volume'
  | 'tmpfs'
  | 'npipe'
  | 'file'
  | 'network'
  | 'constraint'
  | 'spread'
  | 'host'
  | 'ulimit'
  | 'capability'
  | 'healthLine'
  | 'externalCa'
  | 'nothing'

export interface ServiceFlag {
  /** Without dashes. */
  readonly flag: string
  readonly short?: string
  /** Placeholder of its value. A switch, which may be turned off with `=false`, has none. */
  readonly value?: string
  readonly help: string
  /** Path below the Service. */
  readonly field: string
  readonly form: Form
  /** `list` and `map` flags may be repeated. `update` has -add and -rm for them, and the flag itself replaces all. */
  readonly holds: 'one' | 'list' | 'map' | 'switch'
  /** -rm finds an element of a list by these of its members; by itself without. */
  readonly key?: readonly string[]
  /** -add takes the place of an element that has these in common; of an equal one without. */
  readonly unique?: string
  /** Names that mean the same, not shown in the help. */
  readonly also?: readonly string[]
  readonly only?: 'create'
  /** Has no -add and -rm: it adds. */
  readonly plain?: boolean
}
type More = Partial<Pick<ServiceFlag, 'short' | 'key' | 'unique' | 'also' | 'only' | 'plain'>>

const one = (flag: string, value: string, field: string, form: Form, help: string, more: More = {}): ServiceFlag => ({
  ...{ flag, value, field, form, help, holds: 'one' },
  ...more,
})
const list = (flag: string, value: string, field: string, form: Form, help: string, more: More = {}): ServiceFlag => ({
  ...one(flag, value, field, form, help, more),
  holds: 'list',
})
const map = (flag: string, value: string, field: string, form: Form, help: string, more: More = {}): ServiceFlag => ({
  ...one(flag, value, field, form, help, more),
  holds: 'map',
})
const onoff = (flag: string, field: string, help: string, more: More = {}): ServiceFlag => ({
  ...{ flag, field, form: 'nothing', help, holds: 'switch' },
  ...more,
})

const task = 'spec.template'
const portKey = { key: ['targetPort', 'protocol'] }
const mountKey = { key: ['target'], unique: 'target' }
const fileKey = { key: ['source'], unique: 'target' }

/** `--update-…` and `--rollback-…` set the same fields of two policies. */
function policy(which: 'update' | 'rollback', actions: string): readonly ServiceFlag[] {
  const noun = which === 'update' ? 'an update' : 'a rollback'
  return [
    one(`${which}-parallelism`, 'n', `spec.${which}.parallelism`, 'count', `tasks that ${noun} replaces at once; 0 for all`),
    one(`${which}-delay`, 'duration', `spec.${which}.delay`, 'duration', `time between the tasks of ${noun}`),
    one(`${which}-monitor`, 'duration', `spec.${which}.monitor`, 'duration', 'time in which a new task must not fail'),
    one(
      `${which}-failure-action`,
      'action',
      `spec.${which}.failureAction`,
      which === 'update' ? 'action' : 'rollbackAction',
      `when ${noun} fails: ${actions}`,
      {
        also: [`${which}-on-failure`],
      },
    ),
    one(`${which}-max-failure-ratio`, 'ratio', `spec.${which}.maxFailureRatio`, 'ratio', `share of tasks of ${noun} that may fail`),
    one(`${which}-order`, 'order', `spec.${which}.order`, 'order', 'stop-first or start-first'),
  ]
}

export const serviceFlags: readonly ServiceFlag[] = [
  one('name', 'name', 'metadata.name', 'text', 'name of the service; that of its image when left out', { only: 'create' }),
  one('image', 'image', `${task}.image`, 'text', 'image of its tasks'),
  one('entrypoint', 'words', `${task}.entrypoint`, 'words', 'program and its first arguments, instead of those of the image', {
    also: ['command'],
  }),
  one('args', 'words', `${task}.command`, 'words', 'arguments; may be repeated'),
  one('mode', 'mode', 'spec.mode', 'mode', 'replicated or global', { only: 'create' }),
  one('replicas', 'n', 'spec.replicas', 'count', 'number of tasks', { also: ['instances'] }),
  one('replicas-max-per-node', 'n', `${task}.placement.maxReplicasPerNode`, 'count', 'most tasks on one node; 0 for any number', {
    also: ['max-replicas-per-node'],
  }),
  map('label', 'key=value', 'metadata.labels', 'pair', 'label of the service', { short: 'l' }),
  map('container-label', 'key=value', `${task}.labels`, 'pair', 'label of its containers'),
  map('env', 'key=value', `${task}.env`, 'env', 'environment variable; without a value, that of this shell', { short: 'e' }),
  map('env-file', 'file', `${task}.env`, 'envFile', 'file of environment variables, one a line', { only: 'create', plain: true }),
  one('workdir', 'directory', `${task}.workingDir`, 'text', 'working directory', { short: 'w' }),
  one('user', 'user', `${task}.user`, 'text', 'user, or user:group', { short: 'u' }),
  list('group', 'group', `${task}.groups`, 'text', 'further group of the user'),
  one('hostname', 'name', `${task}.hostname`, 'text', 'host name in the container'),
  list('publish', 'port', 'spec.endpoint.ports', 'port', 'port: 8080:80, 53:53/udp, or published=8080,target=80,mode=host', {
    ...portKey,
    short: 'p',
  }),
  list('ports', 'port', 'spec.endpoint.ports', 'hostPort', 'as swarmctl: name:80:8080/tcp, on the node of each task', {
    ...portKey,
    plain: true,
  }),
  one('endpoint-mode', 'mode', 'spec.endpoint.mode', 'endpointMode', 'vip or dnsrr'),
  list('mount', 'mount', `${task}.mounts`, 'mount', 'type=bind,source=/a,target=/b,readonly', mountKey),
  list('bind', 'source:target', `${task}.mounts`, 'bind', 'path of the node to mount', { ...mountKey, plain: true }),
  list('volume', 'source:target', `${task}.mounts`, 'volume', 'volume to mount', { ...mountKey, plain: true }),
  list('tmpfs', 'target', `${task}.mounts`, 'tmpfs', 'directory in memory', { ...mountKey, plain: true }),
  list('npipe', 'source:target', `${task}.mounts`, 'npipe', 'named pipe to mount', { ...mountKey, plain: true }),
  list('network', 'network', `${task}.networks`, 'network', 'name, or name=a,alias=b', { key: ['target'], unique: 'target' }),
  list('secret', 'secret', `${task}.secrets`, 'file', 'name, or source=a,target=b,mode=0400', fileKey),
  list('config', 'config', `${task}.configs`, 'file', 'name, or source=a,target=b,mode=0400', fileKey),
  list('constraint', 'constraint', `${task}.placement.constraints`, 'constraint', 'only nodes of which it holds: node.role==worker'),
  list('placement-pref', 'preference', `${task}.placement.preferences`, 'spread', 'spread=node.labels.zone'),
  one('limit-cpu', 'cores', `${task}.resources.limits.cpus`, 'cpu', 'most CPU of a task: 0.5', { also: ['cpu-limit'] }),
  one('limit-memory', 'bytes', `${task}.resources.limits.memory`, 'memory', 'most memory of a task: 512m', { also: ['memory-limit'] }),
  one('limit-pids', 'n', `${task}.resources.limits.pids`, 'count', 'most processes of a task'),
  one('reserve-cpu', 'cores', `${task}.resources.reservations.cpus`, 'cpu', 'CPU set aside for a task', { also: ['cpu-reservation'] }),
  one('reserve-memory', 'bytes', `${task}.resources.reservations.memory`, 'memory', 'memory set aside for a task', {
    also: ['memory-reservation'],
  }),
  map('generic-resource', 'kind=n', `${task}.resources.reservations.generic`, 'amount', 'user-defined resource set aside: gpu=2', {
    also: ['generic-resources'],
  }),
  one('restart-condition', 'condition', `${task}.restart.condition`, 'condition', 'any, on-failure or none'),
  one('restart-delay', 'duration', `${task}.restart.delay`, 'duration', 'wait before a task is replaced'),
  one('restart-max-attempts', 'n', `${task}.restart.maxAttempts`, 'count', 'restarts in the window; 0 for any number'),
  one('restart-window', 'duration', `${task}.restart.window`, 'duration', 'time in which restarts count'),
  ...policy('update', 'pause, continue or rollback'),
  ...policy('rollback', 'pause or continue'),
  one('stop-grace-period', 'duration', `${task}.stopGracePeriod`, 'duration', 'time to stop before a task is killed'),
  one('stop-signal', 'signal', `${task}.stopSignal`, 'text', 'signal that asks a task to stop'),
  one('health-cmd', 'line', `${task}.healthCheck.test`, 'healthLine', 'shell line that succeeds while the task works'),
  one('health-interval', 'duration', `${task}.healthCheck.interval`, 'duration', 'time between two checks'),
  one('health-timeout', 'duration', `${task}.healthCheck.timeout`, 'duration', 'longest check'),
  one('health-retries', 'n', `${task}.healthCheck.retries`, 'count', 'failed checks in a row that make it unhealthy'),
  one('health-start-period', 'duration', `${task}.healthCheck.startPeriod`, 'duration', 'time in which failed checks do not count'),
  one('health-start-interval', 'duration', `${task}.healthCheck.startInterval`, 'duration', 'time between checks in that period'),
  onoff('no-healthcheck', `${task}.healthCheck`, 'ignore the health check of the image'),
  list('host', 'host:address', `${task}.extraHosts`, 'host', 'line for the hosts file'),
  list('dns', 'address', `${task}.dns.nameservers`, 'text', 'name server'),
  list('dns-search', 'domain', `${task}.dns.search`, 'text', 'search domain'),
  list('dns-option', 'option', `${task}.dns.options`, 'text', 'resolver option'),
  list('cap-add', 'capability', `${task}.capabilityAdd`, 'capability', 'capability to add', { plain: true, also: ['add-capability'] }),
  list('cap-drop', 'capability', `${task}.capabilityDrop`, 'capability', 'capability to drop', { plain: true, also: ['rm-capability'] }),
  map('sysctl', 'key=value', `${task}.sysctls`, 'pair', 'kernel parameter of the container'),
  list('ulimit', 'limit', `${task}.ulimits`, 'ulimit', 'nofile=1024:2048', { key: ['name'], unique: 'name' }),
  one('oom-score-adj', 'n', `${task}.oomScoreAdj`, 'integer', 'from -1000 to 1000'),
  one('log-driver', 'name', `${task}.logDriver.name`, 'text', 'driver that takes the output'),
  map('log-opt', 'key=value', `${task}.logDriver.options`, 'pair', 'option of that driver', { plain: true }),
  one('isolation', 'technology', `${task}.isolation`, 'text', 'Windows only'),
  onoff('init', `${task}.init`, 'run an init process as pid 1'),
  onoff('read-only', `${task}.readOnly`, 'mount the root file system read-only'),
  onoff('tty', `${task}.tty`, 'give it a terminal', { short: 't' }),
  onoff('open-stdin', `${task}.stdinOpen`, 'keep standard input open'),
]

/** What docker and swarmctl take and kit does not, each with what does it. */
export const refusedFlags: Readonly<Record<string, { readonly value?: string; readonly why: string }>> = {
  'credential-spec': { value: 'spec', why: 'kit has no managed service accounts of Windows; give the tasks a secret' },
  'memory-swap': { value: 'bytes', why: 'kit does not limit swap; use --limit-memory' },
  'memory-swappiness': { value: 'n', why: 'kit does not limit swap; use --limit-memory' },
  'max-concurrent': { value: 'n', why: 'jobs are not available yet; use --restart-condition none for tasks that end' },
}

/** What only `create` takes, each with what to do instead. */
export const refusedOnUpdate: typeof refusedFlags = {
  name: { value: 'name', why: 'a service keeps its name; create another one' },
  mode: { value: 'mode', why: 'a service keeps its mode; create another one' },
  'env-file': { value: 'file', why: 'name the variables: --env-add KEY=VALUE' },
}

/** Ways to turn what kit does not do: taken, and without effect. */
export const needlessFlags = ['no-resolve-image'] as const

/** `env-add` as option `envAdd`. */
export function optionName(flag: string): string {
  return flag.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}
