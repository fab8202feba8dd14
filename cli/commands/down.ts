// `kit down`: stops what `kit up` started, tasks included.

import type { Context } from '../context.ts'
import { stopCluster } from '../local-cluster.ts'
import type { Options } from '../options.ts'

export async function down(context: Context, options: Options): Promise<void> {
  const stopped = await stopCluster(context, options.purge === true)
  context.out(
    stopped.length === 0 ? `Nothing was running in ${context.localDirectory}.\n` : `Stopped ${stopped.join(', ')} and all tasks.\n`,
  )
  if (options.purge === true) context.out(`Deleted ${context.localDirectory}.\n`)
}
