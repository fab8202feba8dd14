// Problems of a document as mistakes in a file: path becomes line and column, reason becomes code.

import type { Diagnostic } from '../api/diagnostic.ts'
import { codeOf } from '../api/mistake.ts'
import type { YamlDocument } from '../api/yaml/yaml-document.ts'
import { formatPath, type Problem, type ProblemReason } from './problem.ts'

/** Codes of what only documents can do wrong; the others are those of objects. `kit explain KIT0150` tells more. */
const codes = {
  UnknownKey: 'KIT0104',
  NameInvalid: 'KIT0117',
  ObjectDuplicate: 'KIT0121',
  ReferenceMissing: 'KIT0130',
  FieldImmutable: 'KIT0142',
  KeyNotSupported: 'KIT0150',
  VariableInvalid: 'KIT0151',
} as const

export function codeOfProblem({ reason }: Pick<Problem, 'reason'>): string {
  return isOwn(reason) ? codes[reason] : codeOf({ reason })
}

function isOwn(reason: ProblemReason): reason is keyof typeof codes {
  return Object.hasOwn(codes, reason)
}

/** `prefix` is the path of the Compose document within the file: `['spec']` in a Stack manifest. */
export function toDiagnostics(document: YamlDocument, problems: readonly Problem[], prefix: readonly string[] = []): readonly Diagnostic[] {
  return problems.map(({ reason, path, target, message, hint, help }) => {
    const whole = [...prefix, ...path]
    const place = document.locate(whole, target)
    return {
      code: codeOfProblem({ reason }),
      file: document.file,
      ...place,
      path: formatPath(whole),
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(help === undefined ? {} : { help }),
    }
  })
}
