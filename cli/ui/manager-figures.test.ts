import assert from 'node:assert/strict'
import { test } from 'node:test'
import { figuresOf, readMetrics } from './manager-figures.ts'

function metrics(commits: number, seconds: number, events: number): string {
  return [
    '# HELP kit_store_commit_duration_seconds From asking for a commit.',
    `kit_store_commit_duration_seconds_bucket{le="0.5"} ${commits}`,
    `kit_store_commit_duration_seconds_sum ${seconds}`,
    `kit_store_commit_duration_seconds_count ${commits}`,
    'kit_workqueue_depth{controller="scheduler"} 3',
    'kit_workqueue_depth{controller="replicated"} 1',
    'kit_api_open_streams{verb="watch",resource="tasks"} 5',
    'kit_api_open_streams{verb="watch",resource="nodes"} 2',
    'kit_api_open_streams{verb="get",resource="tasks/log"} 9',
    `kit_events_total{component="update",type="Normal"} ${events}`,
    '',
  ].join('\n')
}

test('the first reading says what is now, the next one what happened since', () => {
  const first = readMetrics(metrics(10, 5, 100), 0)
  const second = readMetrics(metrics(12, 5.006, 130), 2_000)
  const known = figuresOf(first, undefined, {})
  assert.deepEqual(known, { queued: 4, watches: 7 })
  const figures = figuresOf(second, first, known)
  assert.equal(figures.commitMs?.toFixed(3), '3.000')
  assert.deepEqual({ ...figures, commitMs: 3 }, { commitMs: 3, queued: 4, watches: 7, eventsPerSecond: 15 })
})

test('where nothing was committed it is as it was, and of another manager nothing is known', () => {
  const first = readMetrics(metrics(10, 5, 100), 0)
  const quiet = figuresOf(readMetrics(metrics(10, 5, 100), 2_000), first, { commitMs: 4 })
  assert.deepEqual(quiet, { commitMs: 4, queued: 4, watches: 7, eventsPerSecond: 0 })
  const other = figuresOf(readMetrics(metrics(2, 1, 3), 4_000), first, {})
  assert.deepEqual(other, { queued: 4, watches: 7 })
})

test('what is no metric is nothing', () => {
  assert.deepEqual(figuresOf(readMetrics('<html>kit_workqueue_depth 3', 0), undefined, {}), {})
})
