// All bugs that are planted, and whether they still can be.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../sources.ts'
import type { Bug } from './bug.ts'
import { classicBugs } from './classic.ts'
import { clusterBugs } from './clusters.ts'
import { controllerBugs } from './controllers.ts'
import { replicationBugs } from './replication.ts'
import { requestBugs } from './requests.ts'
import { storageBugs } from './storage.ts'

export const bugs: readonly Bug[] = [...controllerBugs, ...storageBugs, ...replicationBugs, ...requestBugs, ...clusterBugs]

/** What cannot be planted, or is not planted though it is on the list. */
export function mistakes(): readonly string[] {
  const stale = bugs
    .filter(({ file, text }) => readFileSync(join(root, file), 'utf8').split(text).length !== 2)
    .map(({ file, text }) => `${file} does not hold ${JSON.stringify(text)} exactly once`)
  const missing = classicBugs.filter((_, at) => !bugs.some(({ classics = [] }) => classics.includes(at + 1)))
  return [...stale, ...missing.map((bug) => `not planted: ${bug}`)]
}
