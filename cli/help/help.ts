// What `kit … --help` says beside usage and options: examples, which names a command takes, and its exit codes.
// One entry per command and group; a test has the parser read the examples of each, so that none is forgotten or wrong.

import type { Command } from 'commander'
import { gitopsHelp } from './gitops-help.ts'
import { exitTexts, type Help, nodes } from './help-entry.ts'
import { swarmHelp } from './swarm-help.ts'

const names = 'A name may be shortened to any beginning that only one object has.'
const slots = 'run_web.2 is the task that slot 2 of run_web has now.'
const files = 'A file is a Compose file (a stack) or holds objects of kit, in YAML or JSON.'
const composeKeys = 'docs/compose.md says what each key of a Compose file does.'

const help: Readonly<Record<string, Help>> = {
  kit: {
    notes: [
      'The cluster is that of --context, --socket or --dir; else of KIT_CONTEXT,',
      'KIT_SOCKET or SWARM_SOCKET; else of the current context (`kit ctx`); else of',
      '`kit up`.',
      '`kit COMMAND --help` has examples of each command.',
    ],
    examples: ['kit up manifests/run.yml', 'kit get all', 'kit logs run_web -f'],
    exit: 'converging',
  },
  up: {
    notes: [
      files,
      composeKeys,
      'Without one it starts what does not run, and says what is still starting.',
      'On a terminal it then shows the dashboard; the cluster goes on when you quit.',
    ],
    examples: [
      'kit up manifests/run.yml',
      'kit up --managers 3 --workers 2',
      'kit --dir /tmp/try up --executor process --label node-1:disk=ssd',
    ],
    exit: 'converging',
  },
  down: {
    notes: ['Without --purge, the next `kit up` starts the same cluster, with its objects.'],
    examples: ['kit down', 'kit down --purge', 'kit --dir /tmp/try down --purge'],
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
  plan: {
    notes: [files, composeKeys, '`kit apply --if-version` applies what a plan has shown, and nothing else.'],
    examples: ['kit plan -f manifests/run.yml', 'kit plan -f deploy -R', 'kit plan -f - --name shop < compose.yml'],
    exit: 'diff',
  },
  diff: {
    notes: [files, composeKeys, '`kit history SERVICE` lists the revisions of a service.'],
    examples: [
      'kit diff -f manifests/run.yml',
      'kit diff -f deploy -R',
      'kit diff -f - --name shop < compose.yml',
      'kit diff service/run_web --from 1 --to 2',
    ],
    exit: 'diff',
  },
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
    notes: [names, slots, nodes, '`kit get KIND/NAME -o yaml` has every field.'],
    examples: ['kit describe service/run_web', 'kit describe node node-1', 'kit describe tasks -l kit/stack=run'],
    exit: 'plain',
  },
  delete: {
    notes: [names, nodes],
    examples: ['kit delete stack/run', 'kit delete -f manifests/run.yml', 'kit delete services -l kit/stack=run --no-wait'],
    exit: 'timed',
  },
  edit: {
    notes: ['The editor is that of KIT_EDITOR, VISUAL or EDITOR; else vi.', names],
    examples: ['kit edit service/run_web', 'kit edit node/node-1', "EDITOR='code --wait' kit edit stack/run"],
    exit: 'plain',
  },
  label: {
    notes: [names, nodes],
    examples: ['kit label node node-1 disk=ssd', 'kit label node/node-1 disk=hdd --overwrite', 'kit label node/node-1 disk-'],
    exit: 'plain',
  },
  scale: {
    notes: [names],
    examples: ['kit scale run_web=5', 'kit scale run_web=5 run_api=2 --no-wait', 'kit scale service/run_web=3 --timeout 1m'],
    exit: 'converging',
  },
  drain: {
    notes: [names, 'It waits until nothing runs there any more.'],
    examples: ['kit drain node-1', 'kit drain node-1 --dry-run', 'kit drain node-1 --timeout 1m'],
    exit: 'timed',
  },
  pause: { notes: [names], examples: ['kit pause node-1', 'kit pause node-1 node-2', 'kit --context prod pause node-1'], exit: 'plain' },
  activate: {
    notes: [names],
    examples: ['kit activate node-1', 'kit activate node-1 node-2', 'kit --context prod activate node-1'],
    exit: 'plain',
  },
  logs: {
    notes: [
      'A target without a kind is a service, or a task when no service is called so.',
      'Lines of several tasks are in order of time.',
      'A line without a level counts as the one before it of its task.',
      names,
      slots,
    ],
    examples: [
      'kit logs service/run_web --tail 20 -f',
      'kit logs run_web --previous --level error',
      'kit logs task/run_web.1 --since 1h --until 10m --timestamps',
    ],
    exit: 'plain',
  },
  exec: {
    notes: ['A target without a kind is a service of that name (one of its tasks), or a task.', names, slots],
    examples: ['kit exec run_web.1 -- ls -l', 'kit exec -it run_web.1 -- sh', "echo hello | kit exec -i service/run_web -- sh -c 'wc -c'"],
    exit: 'exec',
  },
  attach: {
    notes: [
      'A target without a kind is a service of that name (one of its tasks), or a task.',
      names,
      slots,
      'What it writes is shown from now on: `kit logs` has what was before.',
      'With -i and -t, Ctrl-P Ctrl-Q leaves, and so does Ctrl-C without them: the task',
      'goes on. -i needs `stdin_open: true` in the service, and -t `tty: true`. A task',
      'that is a plain process has neither: its lines are shown once they are complete.',
    ],
    examples: ['kit attach -it run_shell.1', 'kit attach service/run_web', 'echo reload | kit attach -i service/run_worker'],
    exit: 'attach',
  },
  cp: {
    notes: [
      'TASK is a task, task/NAME, or service/NAME for one of its tasks. A path that is',
      'not absolute begins where the task runs. In a directory that is there, a copy',
      'has its old name; else it becomes TO. Files belong to the user of the task, or',
      'to you. Links that lead out of what is copied are left out. The task needs',
      '`tar`.',
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
    examples: [
      'kit port-forward service/run_web 8000:8080',
      'kit port-forward run_db.1 :5432',
      'kit port-forward run_web.1 8080 --address 0.0.0.0',
    ],
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
    examples: ['kit events', 'kit events service/run_web -w', 'kit events --type Warning --since 10m'],
    exit: 'plain',
  },
  stats: {
    notes: [names, 'CPU: percentage of one core, over the last second.'],
    examples: ['kit stats', 'kit stats service/run_web -w', 'kit stats node/node-1'],
    exit: 'plain',
  },
  top: {
    notes: [names, 'Of nodes: shares of all that they have; of tasks: percentage of one core.'],
    examples: ['kit top nodes', 'kit top service/run_web -w', 'kit top node/node-1'],
    exit: 'plain',
  },
  history: {
    notes: [names],
    examples: ['kit history run_web', 'kit history service/run_web', 'kit --context prod history run_web'],
    exit: 'plain',
  },
  rollback: {
    notes: [names],
    examples: ['kit rollback run_web', 'kit rollback run_web --dry-run', 'kit rollback run_web --to 3 --yes'],
    exit: 'converging',
  },
  explain: {
    notes: [names],
    examples: ['kit explain service.spec.update.order', 'kit explain KIT0104', 'kit explain task/run_web.1'],
    exit: 'plain',
  },
  rollout: { examples: ['kit rollout status run_web', 'kit rollout history run_web', 'kit rollout undo run_web'], exit: 'none' },
  'rollout status': {
    notes: [names],
    examples: ['kit rollout status run_web', 'kit rollout status service/run_web', 'kit rollout status run_web --timeout 2m'],
    exit: 'converging',
  },
  'rollout history': {
    notes: [names],
    examples: ['kit rollout history run_web', 'kit rollout history service/run_web', 'kit --context prod rollout history run_web'],
    exit: 'plain',
  },
  'rollout pause': {
    notes: [
      names,
      'What is being replaced comes to its end, and what ends is started again as it',
      'was.',
      'A rollout that is yet to come waits, too.',
    ],
    examples: ['kit rollout pause run_web', 'kit rollout pause service/run_web', 'kit --context prod rollout pause run_web'],
    exit: 'plain',
  },
  'rollout resume': {
    notes: [names, 'Failures until now are accepted; when too many more come, it pauses again, or', 'goes back, as the service says.'],
    examples: ['kit rollout resume run_web', 'kit rollout resume run_web --no-wait', 'kit rollout resume service/run_web --timeout 2m'],
    exit: 'converging',
  },
  'rollout undo': {
    notes: [names],
    examples: ['kit rollout undo run_web', 'kit rollout undo run_web --dry-run', 'kit rollout undo service/run_web --to 1'],
    exit: 'converging',
  },
  'rollout restart': {
    notes: [names],
    examples: ['kit rollout restart run_web', 'kit rollout restart run_web --no-wait', 'kit rollout restart service/run_web --timeout 2m'],
    exit: 'converging',
  },
  ...fileObjectHelp('secret', 'password'),
  ...fileObjectHelp('config', 'settings'),
  ...gitopsHelp,
  ...swarmHelp,
  node: { examples: ['kit node ls', 'kit node drain node-1', 'kit node install --print'], exit: 'none' },
  'node install': {
    examples: ['kit node install --print', 'sudo kit node install --executor process --label disk=ssd', 'sudo kit node install --standby'],
    exit: 'plain',
  },
  'node uninstall': {
    examples: [
      'sudo kit node uninstall',
      'kit drain node-1 && sudo kit node uninstall',
      'sudo kit node uninstall && sudo rm -r /var/lib/kit',
    ],
    exit: 'plain',
  },
  ctx: {
    notes: ['They are kept in ~/.kit/config.yaml, or the file that KIT_CONFIG names.'],
    examples: ['kit ctx', 'kit ctx prod', 'kit ctx local'],
    exit: 'plain',
  },
  'ctx add': {
    examples: [
      'kit ctx add kit-ann.yaml',
      'kit ctx add kit-ann.yaml --name prod --server 10.0.0.1:6443',
      'ssh manager kit swarm user add ann --role viewer --file - | kit ctx add -',
    ],
    exit: 'plain',
  },
  'ctx rm': { examples: ['kit ctx rm prod', 'kit ctx local && kit ctx rm prod', 'KIT_CONFIG=ci.yaml kit ctx rm prod'], exit: 'plain' },
  'ctx pem': {
    examples: ['kit ctx pem /etc/prometheus/kit prom', 'kit ctx pem ./pem', 'KIT_CONFIG=ci.yaml kit ctx pem ./pem ci'],
    exit: 'plain',
  },
  'ctx kubeconfig': {
    examples: [
      'kit ctx kubeconfig > kubeconfig',
      'kit ctx kubeconfig prod > kubeconfig',
      'kit ctx kubeconfig prod > kubeconfig; kubectl --kubeconfig kubeconfig get services.kit',
    ],
    exit: 'plain',
  },
  whoami: { examples: ['kit whoami', 'kit whoami --context prod', 'kit --socket /run/kit/kit.sock whoami'], exit: 'plain' },
  init: {
    notes: ['web: a server behind a port; worker: a program with settings and limits; global:', 'one on every node.'],
    examples: ['kit init web > run.yml', 'kit init worker --file run.yml', 'kit init global --file agents.yml --force'],
    exit: 'plain',
  },
  doctor: {
    notes: ['It changes nothing. It ends with 1 when something is broken, and with 0 when', 'there are only warnings.'],
    examples: ['kit doctor', 'kit --dir /tmp/try doctor', 'kit --context prod doctor'],
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
  version: { examples: ['kit version', 'kit --context prod version', 'kit --dir /tmp/try version'], exit: 'plain' },
}

function fileObjectHelp(kind: 'secret' | 'config', name: string): Readonly<Record<string, Help>> {
  return {
    [kind]: {
      examples: [`kit ${kind} create ${name} ./${name}.txt`, `kit ${kind} ls`, `kit ${kind} inspect ${name}`],
      exit: 'none',
    },
    [`${kind} create`]: {
      notes: ['Its content cannot be changed: create another one, and let services use that.'],
      examples: [
        `kit ${kind} create ${name} ./${name}.txt`,
        `echo content | kit ${kind} create ${name}-2 - -l app=shop`,
        `kit ${kind} create ${name}-3 ./${name}.tmpl --template-driver golang`,
      ],
      exit: 'plain',
    },
    [`${kind} ls`]: { examples: [`kit ${kind} ls`, `kit ${kind} ls -q -l app=shop`, `kit ${kind} ls -o json`], exit: 'plain' },
    [`${kind} inspect`]: {
      notes: [names],
      examples: [`kit ${kind} inspect ${name}`, `kit ${kind} inspect ${name} -o yaml`, `kit ${kind} inspect ${name} ${name}-2`],
      exit: 'plain',
    },
    [`${kind} rm`]: {
      notes: [names],
      examples: [`kit ${kind} rm ${name}`, `kit ${kind} rm ${name}-2 ${name}-3`, `kit ${kind} rm ${name} --no-wait`],
      exit: 'timed',
    },
  }
}

/** `path`: the words of the command after `kit`, or `kit` itself. Examples come first: whoever knows them needs no more. */
export function addHelp(command: Command, path: string): Command {
  const entry = help[path]
  if (entry === undefined) return command
  const { notes = [], examples, exit } = entry
  const exitText = exitTexts[exit]
  const paragraphs = [...(notes.length === 0 ? [] : [notes.join('\n')]), ...(exitText === '' ? [] : [`Exit codes:${exitText}`])]
  command.addHelpText('before', `Examples:\n${examples.map((example) => `  ${example}\n`).join('')}`)
  return paragraphs.length === 0 ? command : command.addHelpText('after', `\n${paragraphs.join('\n\n')}`)
}
