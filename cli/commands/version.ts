// `kit version`

import type { Context } from '../context.ts'
import { daemonVersion } from '../daemon-version.ts'
import { version as own } from '../version.ts'

/** Of this program, and of the daemon where one answers. */
export async function version(context: Context): Promise<void> {
  context.out(`kit ${own}\n`)
  const theirs = await daemonVersion(await context.client(), context.clock)
  if (theirs !== undefined) context.out(`kitd ${theirs}\n`)
}
