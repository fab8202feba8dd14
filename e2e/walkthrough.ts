// A reader of docs/walkthroughs.md, and of documents like it: runs the commands of a section on the built programs, in a place of its own. On
// one machine with others, so /srv/kit and the ports of the document are replaced by those that nobody else has.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually, isAlive, projectRoot } from './cluster.ts'
import { freePort } from './free-address.ts'
import { applyRules, type Ran, type Reader, type Rules, readAlong, stepsOf } from './recorded.ts'

/** How something gets on, what waits is said of, and warnings of this machine. */
const progress: Rules = [
  // How long containers take to stop differs.
  [/^\d\d:\d\d still there: .*(\n|$)/gm, ''],
  [/^(\d\d:\d\d service\/.*\n)+/gm, ''],
  [/^\d+ tasks? still runs? there\n/gm, ''],
]
const varying: Rules = [
  ...progress,
  [/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, 'UID'],
  [/\b([\w-]+\.\d)\.[a-z0-9]{10}\b/g, '$1.ID'],
  [/\bSWMTKN-1-[a-z0-9]{50}-[a-z0-9]{25}\b/g, 'TOKEN'],
  [/\b[a-z0-9]{25}\b/g, 'NODE'],
  [/\bnow\b(?! (?:a manager|Drain|Active))|\b\d+ \w+ ago\b/g, 'AGO'],
  [/^ {2}Args +: .*\n/gm, ''], // With Docker there are none.
  [/(?<=\bAGO +)\S+$/gm, 'NODE'], // Of two nodes that are equal either may be taken.
  [/-{2,}/g, '--'],
  [/ {2,}/g, '  '],
]

function comparable(command: string, output: string): string {
  const text = applyRules(varying, output)
  return command.startsWith('kit node ls') ? text.split('\n').toSorted().join('\n') : text // By ids, which are random.
}

/** For `readAlong`: `more` is what else differs from run to run. */
export const reader = (more: Rules = []): Omit<Reader, 'run'> => ({
  looks: /^kit (--socket \S+ )?(((node|service|cluster|stack|task|gitops) (ls|ps|inspect|services|diff|history))|get|events)\b/,
  progress,
  comparable: (command, output) => comparable(command, applyRules(more, output)),
})

/** What a command has printed, once it has ended; a daemon, once it is ready: without its log. */
export async function printedBy(child: ChildProcess, isDaemon: boolean): Promise<Ran> {
  let output = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text))
  const closed = once(child, 'close')
  await (isDaemon ? Promise.race([closed, eventually(() => assert.match(output, /^ready /m))]) : closed)
  return isDaemon ? { output: output.replaceAll(/^\{.*\n/gm, ''), code: child.exitCode ?? 0 } : { output, code: child.exitCode }
}

export interface Place {
  /** Docker engine; processes without. With it, services are what their images say, as in the documents. */
  readonly dockerHost?: string
  /** Below the project's directory. */
  readonly document?: string
  /** What else differs from run to run. */
  readonly varying?: Rules
}

/** The port that the document calls 1234. */
export interface Walked {
  readonly publishedPort: number
}

/** Follows the section; `then` may look at what runs at its end. */
export async function walk(
  heading: string,
  { dockerHost, document = 'docs/walkthroughs.md', varying: more = [] }: Place,
  andThen: (walked: Walked) => Promise<void> = async () => {},
): Promise<void> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'kit-walk-')))
  const [port, publishedPort] = [await freePort(), await freePort()]
  const daemons: ChildProcess[] = []
  let exported = ''

  /** The words of the document, as they are here. */
  function here(command: string): string {
    const words = command
      .replaceAll('/srv/kit/', `${home}/`)
      .replaceAll('127.0.0.1:4242', `127.0.0.1:${port}`)
      .replaceAll('1234:80', `${publishedPort}:80`)
      .replace(/^kit swarm init(?!.*--advertise-addr)/, `kit swarm init --advertise-addr 127.0.0.1 --listen-addr 127.0.0.1:${port}`)
    if (dockerHost !== undefined) return words.replace(/ --args '[^']*'/, '')
    return words
  }
  const there = (output: string): string =>
    output.replaceAll(`${home}/`, '/srv/kit/').replaceAll(`127.0.0.1:${port}`, '127.0.0.1:4242').replaceAll(`${publishedPort}`, '1234')

  function start(command: string): ChildProcess {
    return spawn('/bin/sh', ['-c', `exec 2>&1\n${exported}${command}`], {
      cwd: home,
      env: {
        ...process.env,
        CI: 'true',
        PATH: `${join(projectRoot, 'bin')}:${process.env['PATH']}`,
        DOCKER_HOST: dockerHost ?? `unix://${home}/no-docker.sock`,
        KIT_SOCKET: undefined,
        SWARM_SOCKET: undefined,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  }

  /** In a terminal of its own. */
  async function startDaemon(command: string): Promise<Ran> {
    const isManager = !/--join-addr|--standby|--listen-remote-api/.test(command)
    const child = start(
      `exec ${command} --publish-address 127.0.0.${daemons.length + 2}${isManager ? ` --listen-remote-api 127.0.0.1:${port}` : ''}`,
    )
    daemons.push(child)
    return await printedBy(child, true)
  }

  async function run(written: string): Promise<Ran> {
    const command = here(written)
    const [, variable] = /^export (\w+)=/.exec(command) ?? []
    const { output, code } = command.startsWith('kitd ')
      ? await startDaemon(command)
      : await printedBy(start(variable === undefined ? command : `${command}\nprintf %s "$${variable}"`), false)
    if (variable === undefined) return { output: there(output), code }
    exported += `export ${variable}='${output}'\n` // As it is now, for all commands that follow.
    return { output: '', code }
  }

  mkdirSync(home, { recursive: true })
  cpSync(join(projectRoot, 'e2e/testdata/walkthrough'), home, { recursive: true })
  try {
    await readAlong(stepsOf(document, heading), { run, ...reader(more) })
    await andThen({ publishedPort })
  } finally {
    for (const child of daemons) child.kill('SIGTERM')
    for (const child of daemons) if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    for (const pid of programsOf(home)) process.kill(pid, 'SIGKILL')
    await eventually(() => assert.deepEqual(programsOf(home).filter(isAlive), []))
    rmSync(home, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** Tasks that the section left running, and their shims. */
function programsOf(home: string): readonly number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        const isOfShim = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(home)
        return pid !== process.pid && (isOfShim || readlinkSync(`/proc/${pid}/cwd`).startsWith(home))
      } catch {
        return false
      }
    })
}
