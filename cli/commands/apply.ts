// `kit apply -f FILE|DIR|-`: makes the cluster as the files say, and waits until it is.

import type { Context } from '../context.ts'
import type { ExitCode } from '../exit.ts'
import { applyInput } from '../input-apply.ts'
import type { Options } from '../options.ts'

export function apply(context: Context, options: Options): Promise<ExitCode> {
  return applyInput(context, options)
}
