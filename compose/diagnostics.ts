// Problems of a document as mistakes in a file: path becomes line and column.

import type { Diagnostic } from '../api/diagnostic.ts'
import type { YamlDocument } from '../api/yaml-document.ts'
import { formatPath, type Problem } from './problem.ts'

/** All mistakes in a Compose file have this code: `kit explain KIT0150`. */
const code = 'KIT0150'

/** `prefix` is the path of the Compose document within the file: `['spec']` in a Stack manifest. */
export function toDiagnostics(document: YamlDocument, problems: readonly Problem[], prefix: readonly string[] = []): readonly Diagnostic[] {
  return problems.map(({ path, target, message, hint, help }) => {
    const whole = [...prefix, ...path]
    const place = document.locate(whole, target)
    return {
      code,
      file: document.file,
      ...place,
      path: formatPath(whole),
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(help === undefined ? {} : { help }),
    }
  })
}
