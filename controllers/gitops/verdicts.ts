// What the Ready condition of a Source says to people: how it stands, what stays, and what to do about it. Pure.

import { ownerWords } from '../../api/apply.ts'
import type { Source } from '../../api/objects.ts'
import type { Drift } from './compare.ts'
import type { HoldReason } from './decide.ts'
import type { PrunePlan } from './prune.ts'
import { type Revision, revisionWords, type Verdict } from './source-status.ts'

export function appliedVerdict(name: string, revision: Revision, objects: number, pin: string | undefined): Verdict {
  const held = pin === undefined ? '' : `: held there until \`kit gitops resume ${name}\``
  return {
    status: 'True',
    reason: pin === undefined ? 'Applied' : 'Pinned',
    message: `${objects === 1 ? '1 object is' : `${objects} objects are`} as in ${revisionWords(revision)}${held}`,
  }
}

export function holdVerdict(
  { metadata: { name, managedFields = [] }, spec, status }: Source,
  revision: Revision,
  reason: HoldReason,
  found: {
    readonly errors: readonly { readonly message: string; readonly file?: string; readonly line?: number }[]
    readonly prune: PrunePlan
    readonly drift: readonly Drift[]
  },
): Verdict {
  const { lastAppliedRevision } = status
  const stays = lastAppliedRevision === undefined ? 'nothing is applied yet' : `what was applied (revision ${lastAppliedRevision}) stays`
  switch (reason) {
    case 'Suspended': {
      const why = spec.suspendReason === undefined ? '' : ` (${spec.suspendReason})`
      const by = managedFields.find(({ fieldsV1 }) => fieldsV1['f:spec']?.['f:suspend'] !== undefined)?.user
      const until = spec.suspendUntil === undefined ? '' : ` until ${spec.suspendUntil}`
      const behind =
        revision.revision === lastAppliedRevision ? 'the files are those that are applied' : `the files are at ${revisionWords(revision)}`
      return {
        status: 'Unknown',
        reason,
        message: `suspended${by === undefined ? '' : ` by ${by}`}${until}${why}; ${behind}; go on with \`kit gitops resume ${name}\``,
      }
    }
    case 'InvalidFiles': {
      const [first] = found.errors
      const place = first?.file === undefined ? '' : `${first.file}:${first.line}: `
      const more = found.errors.length > 1 ? ` (and ${found.errors.length - 1} more)` : ''
      return { status: 'False', reason, message: `${place}${first?.message}${more}; ${stays}` }
    }
    case 'Empty':
      return {
        status: 'False',
        reason,
        message: `the directory holds no object, and ${found.prune.prune.length} would be deleted: ${stays}; to mean it, set spec.allowEmpty (\`kit gitops add --allow-empty\`)`,
      }
    case 'PruneNeedsConsent': {
      const { refusal } = found.prune
      const count = typeof refusal === 'object' ? `${refusal.prune} of ${refusal.of} objects` : 'many objects'
      return {
        status: 'False',
        reason,
        message: `${count} would be deleted at once: ${stays}; to mean it, \`kit gitops sync ${name} --prune\``,
      }
    }
    case 'Drifted': {
      const [first] = found.drift
      const what = first === undefined ? '' : `: ${driftWords(first)}${makerWords(first, ' by ')}`
      return { status: 'False', reason, message: `${found.drift.length} changes by others${what}; \`kit gitops sync ${name}\` undoes them` }
    }
  }
}

export function driftWords({ kind, name, field }: Drift): string {
  return `${kind}/${name}${field === undefined ? '' : ` ${field}`}`
}

/** Empty where nobody knows. */
export function makerWords({ by, user }: Drift, before: string): string {
  return by === undefined ? '' : `${before}${ownerWords({ manager: by, ...(user === undefined ? {} : { user }) })}`
}

/** The first few, with who made them and what they were. */
export function listDrift(drift: readonly Drift[]): string {
  const words = drift.slice(0, 3).map((each) => {
    const by = makerWords(each, 'by ')
    return `${driftWords(each)}${by === '' ? '' : ` (${by})`}${each.message === undefined ? '' : ` ${each.message}`}`
  })
  return `${words.join('; ')}${drift.length > 3 ? ` and ${drift.length - 3} more` : ''}`
}
