import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cpuCores, formatCpu, formatMemory, memoryBytes, parseCpu, parseMemory } from './quantity.ts'

const cpus: readonly (readonly [text: string, cores: number | undefined])[] = [
  ['0.5', 0.5],
  ['500m', 0.5],
  ['2', 2],
  ['.25', 0.25],
  ['0', 0],
  ['1m', 0.001],
  ['', undefined],
  ['-1', undefined],
  ['1.5m', undefined],
  ['2 cores', undefined],
  ['1e3', undefined],
]
for (const [text, cores] of cpus) {
  test(`the amount of CPU '${text}' is ${cores === undefined ? 'refused' : `${cores} cores`}`, () => assert.equal(parseCpu(text), cores))
}

const memories: readonly (readonly [text: string, bytes: number | undefined])[] = [
  ['500M', 500_000_000],
  ['512Mi', 536_870_912],
  ['1.5Gi', 1_610_612_736],
  ['1024', 1024],
  ['2k', 2000],
  ['0', 0],
  ['', undefined],
  ['500m', undefined],
  ['50mb', undefined],
  ['1 Gi', undefined],
  ['-1', undefined],
  ['9007199254740993', undefined],
  ['9999999P', undefined],
]
for (const [text, bytes] of memories) {
  test(`the amount of memory '${text}' is ${bytes === undefined ? 'refused' : `${bytes} bytes`}`, () =>
    assert.equal(parseMemory(text), bytes))
}

test('memory is written in the unit that divides it', () => {
  assert.deepEqual([0, 1024, 2000, 1025, 536_870_912, 500_000_000].map(formatMemory), ['0', '1Ki', '2k', '1025', '512Mi', '500M'])
})

test('what is written reads back as the same amount', () => {
  fc.assert(fc.property(fc.maxSafeNat(), (bytes) => memoryBytes(formatMemory(bytes)) === bytes))
  fc.assert(fc.property(fc.nat({ max: 1_000_000 }), (milli) => cpuCores(formatCpu(milli / 1000)) === milli / 1000))
})
