// A new root for the certificates of the cluster: asked for, then watched until every node has a certificate of it.

import { createReadStream } from 'node:fs'
import type { JsonObject, WireObject } from '../../api/wire.ts'
import type { Context } from '../context.ts'
import { elapsed } from '../converge.ts'
import { CommandError, type ExitCode, exitCodes } from '../exit.ts'
import { fail, readUpTo } from '../input/files.ts'
import { observe } from '../observe.ts'

type Cluster = WireObject<'Cluster'>

/** What `spec.ca` shall say; without a root kit makes one. */
export interface WantedRoot {
  /** Without its key where an authority outside of the cluster has it. */
  readonly root?: { readonly certificate: string; readonly key?: string }
  readonly externalCAs?: readonly JsonObject[]
  readonly nodeCertExpiry?: string
}

/** Changes within this time are told as one. */
const tellEveryMs = 500
/** The daemon says better what is wrong with it, up to there. */
const longestFile = 64 * 1024

/** What the cluster says of its rotation, while one is under way or cannot be. */
export function rotationNotice({ status }: Pick<Cluster, 'status'>): string | undefined {
  const condition = conditionOf(status)
  return condition?.status === 'False' ? condition.message : undefined
}

/** What the cluster says while no authority outside can be reached that it needs. */
export function unreachableNotice({ status }: Pick<Cluster, 'status'>): string | undefined {
  const condition = conditionOf(status, 'ExternalCAReachable')
  return condition?.status === 'False' ? condition.message : undefined
}

function conditionOf(status: Cluster['status'], type = 'RootRotated'): NonNullable<Cluster['status']['conditions']>[number] | undefined {
  return status.conditions?.find((condition) => condition.type === type)
}

export async function readPem(path: string): Promise<string> {
  const bytes = await readUpTo(createReadStream(path), longestFile).catch((error: unknown) => fail(path, error))
  if (bytes === undefined) throw new CommandError(exitCodes.invalid, `error: ${path} is too large for one certificate or key`)
  return bytes.toString()
}

/** Resolves with the cluster as it was before, and the number of the rotation. */
export async function beginRotation(
  context: Context,
  { root, externalCAs, nodeCertExpiry }: WantedRoot,
): Promise<{ readonly before: Cluster; readonly rotateRoot: number }> {
  const client = await context.client()
  const before = await client.get('Cluster', 'default')
  const rotateRoot = Math.max(before.spec.ca?.rotateRoot ?? 0, before.status.ca?.rotated ?? 0) + 1
  const ca: JsonObject = {
    rotateRoot,
    root: root === undefined ? null : { ...root }, // A root of one's own that was wanted before is not any more.
    ...(externalCAs === undefined ? {} : { externalCAs }),
    ...(nodeCertExpiry === undefined ? {} : { nodeCertExpiry }),
  }
  await client.patch('Cluster', 'default', { type: 'merge', patch: { spec: { ca } } }, { fieldManager: 'kit-cluster' })
  return { before, rotateRoot }
}

type End = { readonly code: ExitCode; readonly message?: string; readonly cluster: Cluster }

/** Tells how far it is, unless it shall be quiet, and resolves with how it ended. */
export async function awaitRotation(
  context: Context,
  { before, rotateRoot }: Awaited<ReturnType<typeof beginRotation>>,
  options: { readonly timeoutMs: number; readonly isQuiet: boolean },
): Promise<End> {
  const startedAt = context.clock.monotonicMs()
  let told = ''
  let toldAt = Number.NEGATIVE_INFINITY
  const say = (text: string): void => {
    const now = context.clock.monotonicMs()
    if (options.isQuiet || text === told || now - toldAt < tellEveryMs) return
    told = text
    toldAt = now
    context.err(`${elapsed(now - startedAt)} ${text}`)
  }
  const interrupted = '`kit swarm ca` shows how far it is'
  const deps = { client: await context.client(), clock: context.clock, signal: context.signal, interrupted }
  const end = await observe<End>(deps, { Cluster: {} }, options.timeoutMs, (observed) => {
    const [cluster] = observed.list('Cluster')
    const ca = cluster?.status.ca
    if (cluster === undefined || ca === undefined) return undefined
    if (cluster.spec.ca?.rotateRoot !== rotateRoot)
      return { code: exitCodes.error, message: 'somebody else has asked for another root meanwhile', cluster }
    const condition = conditionOf(cluster.status)
    if (condition?.reason === 'Invalid' && condition.observedGeneration === cluster.metadata.generation)
      return { code: exitCodes.error, message: condition.message ?? 'the root cannot be used', cluster }
    if ((ca.rotated ?? 0) < rotateRoot) {
      if (condition?.reason === 'NotSigned') say(condition.message ?? '')
      return undefined
    }
    if (ca.rotation !== undefined) {
      say(condition?.message ?? '')
      return undefined
    }
    const wasThere = cluster.spec.ca.root !== undefined && ca.certificate === before.status.ca?.certificate
    if (!wasThere && ca.certificate === before.status.ca?.certificate)
      return { code: exitCodes.error, message: 'the rotation was given up: the root is the one that it was', cluster }
    return { code: exitCodes.ok, cluster }
  })
  if (end !== undefined) return end
  const cluster = await deps.client.get('Cluster', 'default')
  const why = rotationNotice(cluster)
  return {
    code: exitCodes.timedOut,
    message: `the rotation is not over${why === undefined ? '' : ` (${why})`}. The cluster goes on with it; \`kit swarm ca\` shows where it stands`,
    cluster,
  }
}
