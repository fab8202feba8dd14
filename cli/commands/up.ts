// `kit up [FILE…]`: a real cluster on this machine, the files applied to it, and what runs then.

import type { Client } from '../../client/client.ts'
import type { Context } from '../context.ts'
import { type ExitCode, exitCodes } from '../exit.ts'
import { applyInput } from '../input-apply.ts'
import { startCluster } from '../local-cluster.ts'
import type { Options } from '../options.ts'
import { formatTable } from './get.ts'

export async function up(context: Context, options: Options, words: readonly string[]): Promise<ExitCode> {
  const { executor = 'auto', dockerHost, label: labels = [] } = options
  const { client, close } = await startCluster(context, { executor, ...(dockerHost === undefined ? {} : { dockerHost }), labels })
  try {
    return await applyAndShow(context, client, options, words)
  } finally {
    close()
  }
}

async function applyAndShow(context: Context, client: Client, options: Options, words: readonly string[]): Promise<ExitCode> {
  const code =
    words.length === 0 ? exitCodes.ok : await applyInput({ ...context, client: async () => client }, { ...options, filename: words })
  for (const kind of ['Service', 'Task'] as const) {
    const table = await client.table(kind)
    if (table.rows.length > 0) context.out(`\n${formatTable(table, false)}\n`)
  }
  context.err('\nThe cluster is running.   next:  npx kit get all    npx kit logs service/NAME    npx kit down')
  return code
}
