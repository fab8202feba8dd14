// What people type who know docker or kubectl and kit calls otherwise. Where kit has the same word, it does the same.

/** After `kit`. */
const commands: Readonly<Record<string, string>> = {
  ps: 'kit get tasks',
  container: 'kit get tasks',
  run: 'kit service create --name NAME IMAGE, or kit init > run.yml and kit apply -f run.yml',
  create: 'kit apply -f FILE, or kit service create, kit secret create, kit config create, kit network create',
  compose: 'kit apply -f FILE: a Compose file is taken as it is',
  replace: 'kit apply -f FILE',
  patch: 'kit edit KIND/NAME, kit apply -f FILE, or kit service update',
  set: 'kit service update, or kit apply -f FILE',
  rm: 'kit delete KIND/NAME',
  inspect: 'kit describe KIND/NAME, or kit get KIND/NAME -o yaml',
  images: 'kit get services: each node pulls the images that its tasks need',
  image: 'kit get services: each node pulls the images that its tasks need',
  pull: 'kit apply: each node pulls the images that its tasks need',
  info: 'kit cluster inspect, or kit doctor',
  'cluster-info': 'kit cluster inspect, or kit whoami',
  context: 'kit ctx',
  backup: 'kit cluster backup FILE',
  restore: 'kit cluster restore FILE --state-dir DIR',
  'config view': 'kit ctx',
  'config get-contexts': 'kit ctx',
  'config current-context': 'kit ctx',
  'config use-context': 'kit ctx NAME',
  restart: 'kit rollout restart SERVICE',
  start: 'kit up for a cluster, or kit scale SERVICE=1',
  stop: 'kit scale SERVICE=0, or kit down for the whole cluster',
  kill: 'kit scale SERVICE=0, or kit rollout restart SERVICE',
  debug: 'kit exec -it TASK -- sh, or kit explain task/NAME',
  expose: 'kit service update --publish-add 8080:80 SERVICE',
  autoscale: 'kit scale SERVICE=5',
  taint: 'kit drain NODE, kit pause NODE, or kit label node NAME key=value and a constraint',
  annotate: 'kit label KIND NAME key=value',
  'api-resources': 'kit explain',
  'api-versions': 'kit version',
  auth: 'kit whoami',
  proxy: 'kit api PATH, or kit port-forward TASK 8080:80',
}

const noNamespaces = 'kit has no namespaces'
const options: Readonly<Record<string, string>> = {
  '-A': noNamespaces,
  '--all-namespaces': noNamespaces,
  '-n': noNamespaces,
  '--namespace': noNamespaces,
  '--replicas': 'write NAME=3',
}

/** A complaint of the parser, with what kit has instead; `words` come after `kit`. */
export function explainComplaint(text: string, words: readonly string[]): string {
  const [first = '', second = ''] = words
  if (text.startsWith('error: unknown command')) {
    const instead = lookUp(commands, `${first} ${second}`) ?? lookUp(commands, first)
    return instead === undefined ? text : `${text.split('\n')[0]}\n(In kit: ${instead})\n`
  }
  const [, verb, file] = /^error: too many arguments for '(apply|plan)'.*: (\S+)\.\n/.exec(text) ?? []
  if (verb !== undefined) return `error: files come after -f: kit ${verb} -f ${file}\n`
  const [, option = ''] = /^error: unknown option '([^'=]+)/.exec(text) ?? []
  const without = lookUp(options, option)
  return without === undefined ? text : `${text.trimEnd()}: ${without}\n`
}

function lookUp(record: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
