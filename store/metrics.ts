// What the store measures while it works. What can be asked for when somebody reads it is in status-metrics.ts, and
// costs nothing until then.

import { Counter, exponentialBuckets, Histogram, type Registry } from 'prom-client'

export interface StoreMetrics {
  readonly commitSeconds: Histogram
  readonly commits: Counter<'result'>
  readonly fsyncSeconds: Histogram
  readonly walBytes: Counter
  readonly batchEntries: Histogram
}

export function createStoreMetrics(registry: Registry): StoreMetrics {
  const registers = [registry]
  return {
    commitSeconds: new Histogram({
      name: 'kit_store_commit_duration_seconds',
      help: 'From asking for a commit until it is durable and applied here, of those that were.',
      buckets: exponentialBuckets(0.0005, 2, 14),
      registers,
    }),
    commits: new Counter({
      name: 'kit_store_commits_total',
      help: 'Commits by how they ended: Committed, or the reason of the error.',
      labelNames: ['result'],
      registers,
    }),
    fsyncSeconds: new Histogram({
      name: 'kit_wal_fsync_duration_seconds',
      help: 'Of each write to the log, until it is durable.',
      buckets: exponentialBuckets(0.0005, 2, 14),
      registers,
    }),
    walBytes: new Counter({ name: 'kit_wal_written_bytes_total', help: 'Written to the log, frames and seals included.', registers }),
    batchEntries: new Histogram({
      name: 'kit_wal_batch_entries',
      help: 'Entries in one batch, which is one durable write.',
      buckets: exponentialBuckets(1, 4, 7),
      registers,
    }),
  }
}
