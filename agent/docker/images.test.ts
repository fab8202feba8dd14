import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PullProgress } from './images.ts'

test('the progress of a pull is the sum of its layers whose size is known', () => {
  const progress = new PullProgress()
  assert.equal(progress.text(), '0.0 of 0.0 MB')
  progress.add({ status: 'Pulling from library/web', id: '1' })
  progress.add({ status: 'Downloading', id: 'a', progressDetail: { current: 1_000_000, total: 4_000_000 } })
  progress.add({ status: 'Downloading', id: 'b', progressDetail: { current: 500_000, total: 2_000_000 } })
  assert.equal(progress.text(), '1.5 of 6.0 MB')
  progress.add({ status: 'Download complete', id: 'a', progressDetail: {} })
  progress.add({ status: 'Extracting', id: 'a', progressDetail: { current: 1, total: 4_000_000 } })
  assert.equal(progress.text(), '4.5 of 6.0 MB')
})
