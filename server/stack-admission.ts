// Whether a stack's document can be merged: its mistakes, and fields that the file changes but others
// have set since. The stack controller merges; here the user is told before anything is stored.

import { type Cause, StatusError } from '../api/errors.ts'
import { planStack } from '../compose/plan.ts'
import { maxDocumentBytes } from '../controllers/stack/stack.ts'
import type { AdmissionDeps } from './admission.ts'
import { invalid } from './admission.ts'

export const checkStack: NonNullable<AdmissionDeps['checkStack']> = ({ name, last, document, force, view }) => {
  const sizeBytes = Buffer.byteLength(JSON.stringify(document))
  if (sizeBytes > maxDocumentBytes) throw invalid('Stack', name, [tooLarge(sizeBytes)])
  const stackUid = view.get('Stack', name)?.metadata.uid
  const plan = planStack(name, last, document, force, {
    stackUid,
    get: (kind, objectName) => view.get(kind, objectName),
    isRemembered: () => false, // What is pruned is no reason to refuse anything.
    owned: () => (stackUid === undefined ? [] : [...view.ownedBy(stackUid)].filter((object) => object.kind !== 'Task')),
  })
  if (plan.problems.length > 0) {
    const causes = plan.problems.map(({ path, message, hint }) => ({
      reason: 'FieldValueInvalid',
      message: hint === undefined ? message : `${message} (${hint})`,
      field: ['spec', ...path].join('.'),
    }))
    throw invalid('Stack', name, causes)
  }
  if (plan.conflicts.length === 0 || force) return
  const causes = plan.conflicts.map(({ object, field, ours, theirs, owner }) => ({
    reason: 'FieldManagerConflict',
    message: `${object.kind} "${object.name}": the file says ${shown(ours.new)}, ${owner} has set ${shown(theirs)}`,
    field,
  }))
  const sentences = causes.map(({ field, message }) => `\n- ${field === '' ? '' : `${field}: `}${message}`).join('')
  throw new StatusError('Conflict', `Stack "${name}" would undo what others have set; force takes these fields:${sentences}`, {
    kind: 'stacks',
    name,
    causes,
  })
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}

function tooLarge(sizeBytes: number): Cause {
  const message = `has ${sizeBytes} bytes with its files, and may have ${maxDocumentBytes}: make large secrets and configs by themselves (kit config create NAME FILE) and write "external: true"`
  return { reason: 'FieldValueTooLong', field: 'spec', message }
}
