// Whether a stack's document can be merged: its mistakes, and fields that the file changes but others
// have set since. The stack controller merges; here the user is told before anything is stored.

import { type Cause, StatusError } from '../../api/errors.ts'
import { codeOfProblem } from '../../compose/diagnostics.ts'
import { describeConflict, planStack } from '../../compose/plan.ts'
import { formatPath } from '../../compose/problem.ts'
import { maxDocumentBytes } from '../../controllers/stack/stack.ts'
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
    const causes = plan.problems.map((problem) => ({
      reason: 'FieldValueInvalid',
      message: problem.hint === undefined ? problem.message : `${problem.message} (${problem.hint})`,
      field: formatPath(['spec', ...problem.path]),
      code: codeOfProblem(problem),
    }))
    throw invalid('Stack', name, causes)
  }
  if (plan.conflicts.length === 0 || force) return
  const causes = plan.conflicts.map((conflict) => ({
    reason: 'FieldManagerConflict',
    message: describeConflict(name, conflict),
    field: formatPath(['spec', ...conflict.path]),
    code: 'KIT0143',
  }))
  const sentences = causes.map(({ message }) => `\n- ${message}`).join('')
  throw new StatusError('Conflict', `Stack "${name}" would undo what others have set; force takes these fields:${sentences}`, {
    kind: 'stacks',
    name,
    causes,
  })
}
function tooLarge(sizeBytes: number): Cause {
  const message = `has ${sizeBytes} bytes with its files, and may have ${maxDocumentBytes}: make large secrets and configs by themselves (kit config create NAME FILE) and write "external: true"`
  return { reason: 'FieldValueTooLong', field: 'spec', message }
}
