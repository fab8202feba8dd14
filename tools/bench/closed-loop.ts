// A closed loop: so many clients, each with one write under way, for a bounded time after a warm-up.

import { setTimeout as sleep } from 'node:timers/promises'
import { median, print, quantile, rounded } from './figure.ts'

export const clientCounts = [1, 16, 64, 256, 1_024]
const warmUpMs = 1_000
const measuredMs = 4_000
/** Who was refused does not ask again at once. */
const afterFailureMs = 10

/** With fewer, V8 has not compiled yet all that a write runs through. So many clients make small batches: what each batch runs through counts as well. */
const writesBefore = 20_000
const clientsBefore = 4

export interface Load {
  readonly perSecond: number
  readonly medianMs: number
  readonly p99Ms: number
  /** Refused, or without an answer, while warming up as well. They count for nothing else. */
  readonly failed: number
}

/** What is measured afterwards has been in service, and has not just begun. */
export async function putInService(write: (name: string, client: number) => Promise<unknown>): Promise<void> {
  let serial = 0
  const client = async (number: number): Promise<void> => {
    while (serial < writesBefore) {
      serial += 1
      await write(`before-${serial}`, number)
    }
  }
  await Promise.all(Array.from({ length: clientsBefore }, (_, number) => client(number)))
}

/** @param write gets a name that no other had. */
export async function closedLoop(clients: number, write: (name: string, client: number) => Promise<unknown>, onWarm = async () => {}) {
  const run = `${clients}-${Date.now().toString(36)}`
  const latencies: number[] = []
  let failed = 0
  let serial = 0
  let beganMs = Number.POSITIVE_INFINITY
  let endMs = performance.now() + warmUpMs
  const client = async (number: number): Promise<void> => {
    while (performance.now() < endMs) {
      const before = performance.now()
      serial += 1
      const isDone = await write(`object-${run}-${serial}`, number).then(
        () => true,
        () => false,
      )
      if (isDone && before < beganMs) continue
      if (isDone) latencies.push(performance.now() - before)
      else {
        failed += 1
        await sleep(afterFailureMs)
      }
    }
  }
  const loops = () => Promise.all(Array.from({ length: clients }, (_, number) => client(number)))
  await loops()
  await onWarm()
  beganMs = performance.now()
  endMs = beganMs + measuredMs
  await loops()
  const perSecond = latencies.length / ((performance.now() - beganMs) / 1_000)
  return { perSecond, medianMs: rounded(median(latencies)), p99Ms: rounded(quantile(latencies, 0.99)), failed } satisfies Load
}

export function printLoad(name: string, clients: number, { perSecond, ...details }: Load): void {
  print({ name: `writes, ${name}, ${clients} clients`, value: perSecond, unit: 'writes/s', with: details })
}
