import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusalKept } from './exec-refusal.ts'

const missing =
  'OCI runtime exec failed: exec failed: unable to start container process: exec: "tar": executable file not found in $PATH: unknown\r\n'
const forbidden = missing.replace('executable file not found in $PATH', 'permission denied')

const cases: readonly (readonly [what: string, frames: readonly string[], exitCode: number, said: readonly string[], ends: number])[] = [
  ['a program that is not there', [`out ${missing}`], 126, [`err ${missing}`], 127],
  ['a program that may not be run', [`out ${forbidden}`], 126, [`err ${forbidden}`], 126],
  ['a command that prints such words', [`out ${missing}`], 0, [`out ${missing}`], 0],
  ['a command that prints more', [`out ${missing}`, 'out x'], 126, [`out ${missing}`, 'out x'], 126],
  ['a command that prints it later', ['out x', `out ${missing}`], 126, ['out x', `out ${missing}`], 126],
  ['a command that prints nothing', [], 127, [], 127],
]

for (const [what, frames, exitCode, said, ends] of cases)
  test(`${what} ends with ${ends}, and its words are where they belong`, async () => {
    const told: string[] = []
    const { take, end } = refusalKept(async (stream, bytes) => void told.push(`${stream.slice(3)} ${Buffer.from(bytes)}`))
    for (const frame of frames) await take(frame.startsWith('out') ? 'stdout' : 'stderr', Buffer.from(frame.slice(4)))
    assert.equal(await end(exitCode), ends)
    assert.deepEqual(told, said)
  })
