// What `kit … --help` says below the options: which names a command takes, examples, and its exit codes.
// One entry per command and group; a test asks the help of each for its examples, so that none is forgotten.

import { gitopsHelp } from './gitops-help.ts'
import { swarmHelp } from './swarm-help.ts'

interface Help {
  /** Whole lines. */
  readonly notes?: readonly string[]
  readonly examples: readonly string[]
  readonly exit: keyof typeof exitTexts
}

const exitTexts = {
  none: '',
  plain: `
  0 done    1 error    2 invalid input    6 refused by policy    130 interrupted`,
  timed: `
  0 done, and true    1 error                 2 invalid input
  5 timed out         6 refused by policy     130 interrupted`,
  converging: `
  0 done, and true    1 error                 2 invalid input
  3 no node can take the tasks                4 rolled back
  5 timed out         6 refused by policy     130 interrupted`,
  diff: `
  0 nothing would change    1 something would    2 error`,
  exec: `
  that of the command, or 128 and the number of the signal that ended it
  1 when no such task runs    2 invalid input    130 interrupted`,
} as const

const names = 'A name may be shortened to any beginning that only one object has.'
const nodes = 'A node may be named by its host name.'
const files = 'A file is a Compose file (a stack) or holds objects of kit, in YAML or JSON.'
const composeKeys = 'docs/compose.md says what each key of a Compose file does.'

const help: Readonly<Record<string, Help>> = {
  kit: {
    notes: [
      'The cluster is that of --context, --socket or --dir; else of KIT_CONTEXT, KIT_SOCKET',
      'or SWARM_SOCKET; else of the current context (`kit ctx`); else of `kit up`.',
      '`kit COMMAND --help` has examples of each command.',
    ],
    examples: ['kit up manifests/run.yml', 'kit get all'],
    exit: 'converging',
  },
  up: {
    notes: [
      files,
      composeKeys,
      'Without one it starts what does not run, and says what is still starting.',
      'On a terminal it then shows the dashboard; the cluster goes on when you quit.',
    ],
    examples: ['kit up manifests/run.yml', 'kit --dir /tmp/try up --executor process --label node-1:disk=ssd'],
    exit: 'converging',
  },
  down: {
    notes: ['Without --purge, the next `kit up` starts the same cluster with the same objects.'],
    examples: ['kit down', 'kit --dir /tmp/try down --purge'],
    exit: 'plain',
  },
  ui: {
    notes: [names, nodes, 'In it, ? lists the keys. Without a terminal it prints lines, as with --plain.'],
    examples: ['kit ui', 'kit ui service/run_web', 'kit ui node/node-1/tasks --read-only', 'kit ui --plain'],
    exit: 'plain',
  },
  apply: {
    notes: [
      files,
      composeKeys,
      'The name of a stack is that of --name, else of `name:` in its file, else that of',
      'the file: run.yml is stack run.',
      'With --plan it ends as `kit diff`: 0 nothing would change, 1 something, 2 error.',
    ],
    examples: [
      'kit apply -f manifests/run.yml',
      'kit apply -f manifests/run.yml --plan',
      'kit apply -f compose.yml --profile debug --strict',
      'kit apply -f - --name shop --timeout 2m < compose.yml',
    ],
    exit: 'converging',
  },
  diff: { notes: [files, composeKeys], examples: ['kit diff -f manifests/run.yml'], exit: 'diff' },
  get: {
    notes: [names, nodes],
    examples: [
      'kit get services,tasks -o wide',
      'kit get tasks --sort-by AGE',
      'kit get node/node-1 -o yaml',
      "kit get tasks --field-selector spec.service=run_web -o jsonpath='{.items[*].status.state}'",
      "kit get --raw '/readyz?verbose'",
    ],
    exit: 'plain',
  },
  describe: {
    notes: [names, nodes, '`kit get KIND/NAME -o yaml` has every field.'],
    examples: ['kit describe service/run_web', 'kit describe node node-1'],
    exit: 'plain',
  },
  delete: { notes: [names, nodes], examples: ['kit delete stack/run', 'kit delete services -l kit/stack=run --no-wait'], exit: 'timed' },
  edit: {
    notes: ['The editor is that of KIT_EDITOR, VISUAL or EDITOR; else vi.', names],
    examples: ['kit edit service/run_web', "EDITOR='code --wait' kit edit stack/run"],
    exit: 'plain',
  },
  label: { notes: [names, nodes], examples: ['kit label node node-1 disk=ssd', 'kit label node/node-1 disk-'], exit: 'plain' },
  scale: { notes: [names], examples: ['kit scale run_web=5', 'kit scale service/run_web=3 --timeout 1m'], exit: 'converging' },
  drain: {
    notes: [names, 'It waits until nothing runs there any more.'],
    examples: ['kit drain node-1', 'kit drain node-1 --dry-run', 'kit drain node-1 --timeout 1m'],
    exit: 'timed',
  },
  pause: { notes: [names], examples: ['kit pause node-1'], exit: 'plain' },
  activate: { notes: [names], examples: ['kit activate node-1'], exit: 'plain' },
  logs: {
    notes: [
      'A target without a kind is a service. Lines of several tasks are in order of time.',
      'A line without a level counts as the one before it of its task.',
      names,
    ],
    examples: [
      'kit logs service/run_web --tail 20 -f',
      'kit logs run_web --previous --level error',
      'kit logs task/run_web.1 --since 1h --until 10m --timestamps',
    ],
    exit: 'plain',
  },
  exec: {
    notes: ['A target without a kind is a task.', names],
    examples: ['kit exec run_web.1 -- ls -l', "echo hello | kit exec -i service/run_web -- sh -c 'wc -c'"],
    exit: 'exec',
  },
  cp: {
    notes: [
      'TASK is a task, task/NAME, or service/NAME for one of its tasks. A path that is not',
      'absolute begins where the task runs. In a directory that is there, a copy has its',
      'old name; else it becomes TO. Files belong to the user of the task, or to you. Links',
      'that lead out of what is copied are left out. The task needs `tar`.',
    ],
    examples: [
      'kit cp ./settings.json run_web.1:/etc/app/settings.json',
      'kit cp service/run_web:logs ./logs',
      'kit cp run_web.1:/var/lib/app - | tar -t',
    ],
    exit: 'plain',
  },
  'port-forward': {
    notes: ['A target without a kind is a task. It takes the role that `kit exec` takes.'],
    examples: ['kit port-forward service/run_web 8000:8080', 'kit port-forward run_db.1 :5432'],
    exit: 'plain',
  },
  wait: {
    notes: [names, nodes, 'With --for=delete it must be the whole name.'],
    examples: [
      'kit wait service/run_web',
      'kit wait stack/run --for=condition=Applied --timeout 30s',
      "kit wait node node-1 --for=jsonpath='{.status.state}'=Ready",
    ],
    exit: 'converging',
  },
  events: {
    notes: [names, nodes, 'Events are kept for an hour, also those of what is gone: under its whole name.'],
    examples: ['kit events', 'kit events service/run_web -w'],
    exit: 'plain',
  },
  stats: {
    notes: [names, 'CPU: percentage of one core, over the last second.'],
    examples: ['kit stats', 'kit stats service/run_web -w'],
    exit: 'plain',
  },
  top: {
    notes: [names, 'Of nodes: shares of all that they have; of tasks: percentage of one core.'],
    examples: ['kit top nodes', 'kit top service/run_web -w'],
    exit: 'plain',
  },
  history: { notes: [names], examples: ['kit history run_web'], exit: 'plain' },
  rollback: { notes: [names], examples: ['kit rollback run_web --dry-run', 'kit rollback run_web --to 3'], exit: 'converging' },
  explain: {
    notes: [names],
    examples: ['kit explain service.spec.update.order', 'kit explain KIT0104', 'kit explain task/run_web.1'],
    exit: 'plain',
  },
  rollout: { examples: ['kit rollout history run_web', 'kit rollout undo run_web'], exit: 'none' },
  'rollout status': { notes: [names], examples: ['kit rollout status run_web --timeout 2m'], exit: 'converging' },
  'rollout history': { notes: [names], examples: ['kit rollout history run_web'], exit: 'plain' },
  'rollout pause': {
    notes: [
      names,
      'What is being replaced comes to its end, and what ends is started again as it was.',
      'A rollout that is yet to come waits, too.',
    ],
    examples: ['kit rollout pause run_web'],
    exit: 'plain',
  },
  'rollout resume': {
    notes: [names, 'Failures until now are accepted; when too many more come, it pauses again, or goes', 'back, as the service says.'],
    examples: ['kit rollout resume run_web', 'kit rollout resume run_web --no-wait'],
    exit: 'converging',
  },
  'rollout undo': { notes: [names], examples: ['kit rollout undo run_web', 'kit rollout undo service/run_web --to 1'], exit: 'converging' },
  'rollout restart': { notes: [names], examples: ['kit rollout restart run_web'], exit: 'converging' },
  ...fileObjectHelp('secret', 'password'),
  ...fileObjectHelp('config', 'settings'),
  ...gitopsHelp,
  ...swarmHelp,
  node: { examples: ['kit node ls', 'kit node install --print'], exit: 'none' },
  'node install': {
    examples: ['kit node install --print', 'sudo kit node install --executor process --label disk=ssd', 'sudo kit node install --standby'],
    exit: 'plain',
  },
  'node uninstall': { examples: ['sudo kit node uninstall'], exit: 'plain' },
  ctx: {
    notes: ['They are kept in ~/.kit/config.yaml, or the file that KIT_CONFIG names.'],
    examples: ['kit ctx', 'kit ctx prod', 'kit ctx local'],
    exit: 'plain',
  },
  'ctx add': { examples: ['kit ctx add kit-ann.yaml', 'kit ctx add kit-ann.yaml --name prod --server 10.0.0.1:6443'], exit: 'plain' },
  'ctx rm': { examples: ['kit ctx rm prod'], exit: 'plain' },
  'ctx pem': { examples: ['kit ctx pem /etc/prometheus/kit prom'], exit: 'plain' },
  'ctx kubeconfig': { examples: ['kit ctx kubeconfig prod > kubeconfig; kubectl --kubeconfig kubeconfig get services.kit'], exit: 'plain' },
  whoami: { examples: ['kit whoami', 'kit whoami --context prod'], exit: 'plain' },
  init: {
    notes: ['web: a server behind a port; worker: a program with settings and limits; global: one', 'on every node.'],
    examples: ['kit init web > run.yml', 'kit init worker --file run.yml'],
    exit: 'plain',
  },
  doctor: {
    notes: ['It changes nothing. It ends with 1 when something is broken, and with 0 when there', 'are only warnings.'],
    examples: ['kit doctor', 'kit --dir /tmp/try doctor'],
    exit: 'plain',
  },
  api: {
    notes: [
      'A PATCH is a merge patch unless a header says otherwise. What goes on',
      '(?watch=true, …/log) is printed as it comes, a value a line.',
    ],
    examples: [
      'kit api /apis/kit/v1/services',
      "kit api PATCH /apis/kit/v1/services/run_web -f - <<< '{spec: {replicas: 3}}'",
      "kit api '/apis/kit/v1/tasks?watch=true'",
    ],
    exit: 'plain',
  },
  completion: {
    notes: ['Names of objects come from the cluster that the command line means, within 2 s.'],
    examples: [
      'source <(kit completion bash)      # in ~/.bashrc',
      'kit completion zsh > ~/.zsh/completions/_kit',
      'kit completion fish > ~/.config/fish/completions/kit.fish',
      'kit completion powershell | Out-String | Invoke-Expression      # in $PROFILE',
    ],
    exit: 'plain',
  },
  version: { examples: ['kit version'], exit: 'plain' },
}

function fileObjectHelp(kind: 'secret' | 'config', name: string): Readonly<Record<string, Help>> {
  return {
    [kind]: { examples: [`kit ${kind} create ${name} ./${name}.txt`, `kit ${kind} ls`], exit: 'none' },
    [`${kind} create`]: {
      notes: ['Its content cannot be changed: create another one, and let services use that.'],
      examples: [`kit ${kind} create ${name} ./${name}.txt`, `echo content | kit ${kind} create ${name}-2 - -l app=shop`],
      exit: 'plain',
    },
    [`${kind} ls`]: { examples: [`kit ${kind} ls`, `kit ${kind} ls -q -l app=shop`], exit: 'plain' },
    [`${kind} inspect`]: {
      notes: [names],
      examples: [`kit ${kind} inspect ${name}`, `kit ${kind} inspect ${name} -o yaml`],
      exit: 'plain',
    },
    [`${kind} rm`]: { notes: [names], examples: [`kit ${kind} rm ${name}-2`], exit: 'timed' },
  }
}

/** `path`: the words of the command after `kit`, or `kit` itself. */
export function helpText(path: string): string {
  const entry = help[path]
  if (entry === undefined) return ''
  const { notes, examples, exit } = entry
  const exitText = exitTexts[exit]
  return [
    ...(notes === undefined ? [] : ['', ...notes]),
    '',
    'Examples:',
    ...examples.map((example) => `  ${example}`),
    ...(exitText === '' ? [] : ['', `Exit codes:${exitText}`]),
  ].join('\n')
}
