// What reaches into tasks: logs, exec, attach, cp, port-forward.

import { Option } from 'commander'
import { logLevels } from '../log-level.ts'
import { collect } from './common-options.ts'
import type { VerbRegistry } from './registry.ts'

export function addTasks({ add }: VerbRegistry): void {
  add(
    'logs',
    'Print what tasks wrote: service/web or task/NAME',
    (command) =>
      command
        .argument('<target>', 'service/NAME or task/NAME')
        .option('-f, --follow', 'go on with what comes')
        .option('-n, --tail <lines>', 'lines from the end of each task (default: all)')
        .option('--since <time>', 'only what is younger: 10m, or 2026-01-31T12:00:00Z')
        .option('--until <time>', 'only what is older')
        .option('-p, --previous', 'of the tasks that were in their slots before')
        .addOption(new Option('--level <level>', 'only lines that are at least so grave').choices(logLevels))
        .option('--grep <pattern>', 'only lines that this regular expression matches')
        .option('--json', 'an object a line: time, task, stream, text')
        .option('-t, --timestamps', 'print the time of each line')
        .option('--prefix', 'name the task before each line: so of a service, without being asked'),

    async (context, options, words) => (await import('../commands/logs.ts')).logs(context, options, words),
  )
  add(
    'exec',
    'Run a command in a running task: TASK -- CMD ARG…; ends with its exit code',
    (command) =>
      command
        .argument('<target>', 'task, task/NAME, or service/NAME for one of its tasks')
        .argument('<command...>', 'after --: program and arguments')
        .option('-i, --stdin', 'pass standard input on to it')
        .option('-t, --tty', 'give it a terminal')
        .option('-e, --env <key=value>', 'add to its environment; may be repeated', collect)
        .option('-w, --workdir <directory>', 'run it there')
        .option('-u, --user <user>', 'run it as that user'),
    async (context, options, words) => (await import('../commands/exec.ts')).exec(context, options, words),
  )
  add(
    'attach',
    'Connect to the program of a running task itself; ends with its exit code',
    (command) =>
      command
        .argument('<target>', 'task, task/NAME, or service/NAME for one of its tasks')
        .option('-i, --stdin', 'pass standard input on to it')
        .option('-t, --tty', 'it has a terminal: make it as large as this one'),
    async (context, options, words) => (await import('../commands/attach.ts')).attach(context, options, words),
  )
  add(
    'cp',
    'Copy files into a running task, or out of it',
    (command) =>
      command
        .argument('<from>', 'TASK:PATH, or a path here; - for a tar archive on standard input')
        .argument('<to>', 'TASK:PATH, or a path here; - for a tar archive on standard output')
        .option('-L, --follow-link', 'copy what links lead to'),
    async (context, options, words) => (await import('../commands/copy.ts')).copy(context, options, words),
  )
  add(
    'port-forward',
    'Let ports of this machine lead to a running task, wherever it runs, until Ctrl-C',
    (command) =>
      command
        .argument('<target>', 'task, task/NAME, or service/NAME for one of its tasks')
        .argument('<port...>', 'port of the task; LOCAL:PORT, or :PORT for any that is free here')
        .option('--address <address>', 'address of this machine to listen on (default: 127.0.0.1)'),
    async (context, options, words) => (await import('../commands/port-forward.ts')).portForward(context, options, words),
  )
}
