// Which executor runs the tasks of a node. The choice is kept in `executor.json` of the node's directory: a
// node whose Docker comes up later than kit after a reboot must not run images as processes, and whoever
// stops the node must know where its tasks are.

import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createDockerExecutor } from '../../agent/docker/docker-executor.ts'
import { EngineAwayError, pingEngine } from '../../agent/docker/engine.ts'
import type { Executor } from '../../agent/executor.ts'
import { parseJson } from '../../agent/frames.ts'
import { createProcessExecutor, untilShimsEnd } from '../../agent/process/process-executor.ts'
import type { Log } from '../../effects/effects.ts'
import type { Identity } from '../../node/identity.ts'
import type { ExecutorName } from '../options.ts'

export interface ExecutorFlags {
  readonly executor: ExecutorName
  readonly dockerHost?: string
}

/** What a node needs to open its executor again. */
type Choice = { readonly executor: 'process' } | ({ readonly executor: 'docker'; readonly dockerHost: string } & Identity)

interface Programs {
  readonly node: string
  readonly shim: string
}

export interface ChoiceDeps {
  readonly directory: string
  readonly identity: Identity
  readonly programs: Programs
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly log: Log
}

const defaultDockerHost = 'unix:///var/run/docker.sock'
const pingLimitMs = 3_000

/**
 * The executor that the flags name; with `auto` the one of before, or Docker when it answers. Docker that is asked for, or
 * has the tasks of this node, is taken also while it does not answer: tasks wait for it, and the node says so.
 */
export async function chooseExecutor(deps: ChoiceDeps, flags: ExecutorFlags): Promise<Executor> {
  const before = await recordedChoice(deps.directory)
  const choice = await choose(deps, flags, before)
  if (before !== undefined && before.executor !== choice.executor) await removeTasks(deps, before)
  await writeChoice(deps.directory, choice)
  return await open(deps.directory, deps.programs, choice, deps.log)
}

/** The executor that the node had last, for those who stop its tasks. */
export async function openRecordedExecutor(directory: string, programs: Programs): Promise<Executor> {
  return await open(directory, programs, (await recordedChoice(directory)) ?? { executor: 'process' })
}

/** Resolves once what the executor of a node has left beside the tasks themselves has ended, too. Its tasks are stopped. */
export async function untilNothingRuns(directory: string): Promise<void> {
  await untilShimsEnd(tasksOf(directory))
}

const tasksOf = (directory: string): string => join(directory, 'tasks')

async function choose(deps: ChoiceDeps, flags: ExecutorFlags, before: Choice | undefined): Promise<Choice> {
  const recordedHost = before?.executor === 'docker' ? before.dockerHost : undefined
  const dockerHost = namedHost(flags, deps.environment) ?? recordedHost ?? defaultDockerHost
  const docker: Choice = { executor: 'docker', dockerHost, ...deps.identity }
  if (flags.executor === 'process') return { executor: 'process' }
  if (flags.executor === 'auto' && before?.executor === 'process') return before
  const trouble = await troubleOf(dockerHost)
  if (trouble === undefined) return docker
  if (flags.executor === 'auto' && before === undefined) return { executor: 'process' }
  deps.log.warn('The Docker engine does not answer; tasks wait for it', { trouble })
  return docker
}

/** An empty variable names none, as for docker itself. */
function namedHost(flags: ExecutorFlags, environment: ChoiceDeps['environment']): string | undefined {
  return flags.dockerHost ?? (environment['DOCKER_HOST'] || undefined)
}

/** Rejects with what to do when the engine that would be taken does not answer: for people who wait for it. */
export async function assertEngineAnswers(flags: ExecutorFlags, environment: ChoiceDeps['environment']): Promise<void> {
  const trouble = await troubleOf(namedHost(flags, environment) ?? defaultDockerHost)
  if (trouble !== undefined)
    throw new Error(`${trouble}. Start Docker, name its address with --docker-host or DOCKER_HOST, or use --executor process`)
}

/** Why it does not answer, or undefined when it does. */
async function troubleOf(dockerHost: string): Promise<string | undefined> {
  try {
    await pingEngine(dockerHost, pingLimitMs)
    return undefined
  } catch (error) {
    if (error instanceof EngineAwayError) return error.message
    throw error
  }
}

/** What the executor before has left would run on, and nobody would know of it. */
async function removeTasks({ directory, programs, log }: ChoiceDeps, choice: Choice): Promise<void> {
  try {
    const executor = await open(directory, programs, choice)
    await Promise.all((await executor.list()).map((task) => executor.remove(task)))
  } catch (error) {
    log.warn('Could not remove the tasks of the executor before', { executor: choice.executor, error })
  }
}

async function open(directory: string, programs: Programs, choice: Choice, log?: Log): Promise<Executor> {
  if (choice.executor === 'process')
    return createProcessExecutor({
      directory: tasksOf(directory),
      nodePath: programs.node,
      shimPath: programs.shim,
      ...(log === undefined ? {} : { log }),
    })
  const { dockerHost: host, nodeId, clusterId } = choice
  return await createDockerExecutor({ host, nodeId, clusterId })
}

/** What the node had last; undefined before it had anything. */
export async function recordedChoice(directory: string): Promise<Choice | undefined> {
  const path = join(directory, 'executor.json')
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const value = parseJson(text)
  if (isChoice(value)) return value
  throw new Error(`${path} does not say what runs the tasks of this node: delete it, and name it with --executor`)
}

async function writeChoice(directory: string, choice: Choice): Promise<void> {
  const path = join(directory, 'executor.json')
  await writeFile(`${path}.new`, `${JSON.stringify(choice)}\n`, { mode: 0o600, flush: true })
  await rename(`${path}.new`, path)
}

function isChoice(value: unknown): value is Choice {
  if (typeof value !== 'object' || value === null || !('executor' in value)) return false
  if (value.executor === 'process') return true
  const isText = (name: string): boolean => typeof Reflect.get(value, name) === 'string'
  return value.executor === 'docker' && isText('dockerHost') && isText('nodeId') && isText('clusterId')
}
