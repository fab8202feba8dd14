// Secrets and configs as the files of one task: where each belongs, who owns it, and its content with
// placeholders filled in. Executors only write them; they never see a template or an object's name space.

import { posix } from 'node:path'
import type { PlaceholderFunctions } from '../api/placeholder.ts'
import type { Assignment, PayloadName } from '../api/session.ts'
import type { FileReference } from '../api/types/file-reference.ts'
import { FatalTaskError, type NodeFacts, type TaskFile } from './executor.ts'
import { type Content, type Contents, describePayload, keyOf } from './payload-store.ts'
import { contextOf, expand } from './placeholders.ts'
import { Redacted } from './redacted.ts'

const defaultMode = 0o444
/** Below it are secrets whose target is no absolute path. */
export const secretsDirectory = '/run/secrets'

interface Use {
  readonly payload: PayloadName
  readonly reference: FileReference
}

/** All that the task refers to. */
export function payloadsOf({ template }: Assignment): readonly PayloadName[] {
  return usesOf(template).map(({ payload }) => payload)
}

function usesOf({ secrets = [], configs = [] }: Assignment['template']): readonly Use[] {
  return [
    ...secrets.map((reference): Use => ({ payload: { kind: 'Secret', name: reference.source }, reference })),
    ...configs.map((reference): Use => ({ payload: { kind: 'Config', name: reference.source }, reference })),
  ]
}

/** `contents` holds every payload of the task. Throws FatalTaskError for a file that cannot be. */
export function taskFilesOf(task: Assignment, node: NodeFacts, contents: Contents): readonly TaskFile[] {
  const uses = usesOf(task.template)
  const files = uses.map(({ payload, reference }): TaskFile => {
    const what = describePayload(payload)
    const content = contents.get(keyOf(payload))
    if (content === undefined) throw new Error(`${what} was not waited for`)
    const owner = { uid: idOf(reference.uid, `uid of ${what}`), gid: idOf(reference.gid, `gid of ${what}`) }
    return {
      ...payload,
      path: pathOf(payload, targetOf(reference, task, node), what),
      ...(owner.uid === undefined ? {} : { uid: owner.uid }),
      ...(owner.gid === undefined ? {} : { gid: owner.gid }),
      mode: reference.mode ?? defaultMode,
      content: content.isTemplate ? fillIn(payload, content, task, node, uses, contents) : content.bytes,
    }
  })
  const double = files.find(({ path }, at) => files.findIndex((other) => other.path === path) !== at)
  if (double !== undefined) throw new FatalTaskError(`two files would be ${double.path}: give one of them another target`)
  return files
}

/** What an executor can do with files, as far as that decides whether a task can have them. */
export interface FilesPossible {
  readonly hasMemory: boolean
  readonly canOwn: (file: Pick<TaskFile, 'uid' | 'gid'>) => boolean
  /** The path that a file would have. */
  readonly placeOf: (file: TaskFile) => string
  /** `a process` or `a container`, for messages. */
  readonly recipient: string
  /** What helps where there is no memory-backed file system. */
  readonly remedy: string
}

/** Throws FatalTaskError when a task cannot have these files. */
export function refuseImpossibleFiles(files: readonly TaskFile[], possible: FilesPossible): void {
  const [first] = files
  if (first === undefined) return
  if (!possible.hasMemory) {
    throw new FatalTaskError(
      `this node has no memory-backed file system (tmpfs at /dev/shm), so it cannot give ${describePayload(first)} to ${possible.recipient}: ${possible.remedy}`,
    )
  }
  const places = files.map(possible.placeOf)
  const blocked = files.find((_, at) => places.some((place) => place.startsWith(`${places[at]}/`)))
  if (blocked !== undefined)
    throw new FatalTaskError(`${blocked.path} would be a file and a directory: give ${describePayload(blocked)} another target`)
  const double = files.find((_, at) => places.indexOf(places[at] ?? '') !== at)
  if (double !== undefined)
    throw new FatalTaskError(
      `${describePayload(double)} and another file would both be ${possible.placeOf(double)}: give one of them another target`,
    )
  const foreign = files.find((file) => !possible.canOwn(file))
  if (foreign !== undefined)
    throw new FatalTaskError(
      `${describePayload(foreign)} cannot have another owner than kitd, which does not run as root: leave out uid and gid`,
    )
}

function targetOf({ source, target }: FileReference, task: Assignment, node: NodeFacts): string {
  return expand(target ?? source, contextOf(task, node), `target "${target ?? source}"`)
}

/** As in a container: relative targets of secrets are below /run/secrets, those of configs below the root. */
function pathOf({ kind }: PayloadName, target: string, what: string): string {
  const steps = target.split('/').filter((step) => step !== '')
  if (steps.length === 0 || target.endsWith('/') || steps.some((step) => step === '.' || step === '..'))
    throw new FatalTaskError(`"${target}" cannot be the target of ${what}: write a file name or an absolute path, without . and ..`)
  return posix.resolve(kind === 'Secret' ? secretsDirectory : '/', target)
}

function idOf(text: string | undefined, what: string): number | undefined {
  if (text === undefined || text === '') return undefined
  if (!/^\d{1,10}$/.test(text)) throw new FatalTaskError(`the ${what} must be a number, found "${text}"`)
  return Number(text)
}

/** `secret`, `config` and `env` in a template name what the task itself has: other files by their target, variables as they are written. */
function fillIn(
  payload: PayloadName,
  { bytes }: Content,
  task: Assignment,
  node: NodeFacts,
  uses: readonly Use[],
  contents: Contents,
): Redacted {
  const what = describePayload(payload)
  const rawOf = (kind: PayloadName['kind'], target: string): string | undefined => {
    const use = uses.find(({ payload: other, reference }) => other.kind === kind && (reference.target ?? reference.source) === target)
    const content = use === undefined ? undefined : contents.get(keyOf(use.payload))
    return content === undefined || use === undefined ? undefined : textOf(content.bytes, describePayload(use.payload))
  }
  const functions: PlaceholderFunctions = {
    secret: (target) => rawOf('Secret', target),
    config: (target) => rawOf('Config', target),
    env: (name) => (Object.hasOwn(task.template.env ?? {}, name) ? task.template.env?.[name] : ''),
  }
  const text = textOf(bytes, what)
  try {
    return new Redacted(new TextEncoder().encode(expand(text, contextOf(task, node), what, functions)))
  } catch (error) {
    // What is wrong is told with the words around it, and those of a secret are secret.
    if (payload.kind === 'Secret' && error instanceof FatalTaskError)
      throw new FatalTaskError(`${what} holds a placeholder that cannot be filled in`)
    throw error
  }
}

function textOf(bytes: Redacted, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.reveal())
  } catch {
    throw new FatalTaskError(`${what} is used in a template, and is not UTF-8 text`)
  }
}
