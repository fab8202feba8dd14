import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inProcessClient } from '../../client/in-process.ts'
import { createWorld } from '../../server/testdata/world.ts'
import { exitCodes } from '../exit.ts'
import { parseKind } from '../resource.ts'
import { startProgram } from '../testdata/program.ts'
import { explainComplaint } from './foreign-words.ts'

async function complaintOf(...words: readonly string[]): Promise<string> {
  const { clock, router } = createWorld()
  const program = startProgram(words, inProcessClient({ router, clock, name: 'kit' }), clock)
  assert.equal(await program.ended, exitCodes.invalid)
  return program.err()
}

test('a command of docker or kubectl that kit calls otherwise is told, with and without global options', async () => {
  assert.equal(await complaintOf('ps'), "error: unknown command 'ps'\n(In kit: kit get tasks)\n")
  assert.match(await complaintOf('--dir', '/tmp/x', 'inspect', 'web'), /unknown command 'inspect'\n\(In kit: kit describe KIND\/NAME/)
  assert.match(await complaintOf('config', 'use-context', 'x'), /\(In kit: kit ctx NAME\)/)
  assert.match(await complaintOf('apply', 'run.yml'), /^error: files come after -f: kit apply -f run\.yml\n/)
  assert.match(await complaintOf('plan', 'run.yml'), /^error: files come after -f: kit plan -f run\.yml\n/)
  assert.match(await complaintOf('diff', 'run.yml'), /^error: files come after -f: kit diff -f run\.yml; of revisions/)
  assert.match(await complaintOf('diff', '--from', '1'), /^error: of which service\?/)
  assert.match(await complaintOf('gett', 'tasks'), /Did you mean get\?/)
  for (const words of [
    ['gett', '--help'],
    ['help', 'gett'],
  ])
    assert.match(await complaintOf(...words), /unknown command 'gett'\n.*get\?/)
  assert.match(await complaintOf('get', 'tasks', '-A'), /unknown option '-A': kit has no namespaces/)
  assert.match(await complaintOf('scale', 'web', '--replicas=3'), /unknown option '--replicas=3': write NAME=3/)
})

test('what is told nothing otherwise stays as it is', () => {
  for (const word of ['nothing', 'constructor']) {
    const text = `error: unknown command '${word}'\n`
    assert.equal(explainComplaint(text, [word]), text)
  }
})

test('a kind of Kubernetes is told by the name that it has here', () => {
  assert.throws(() => parseKind('po'), /there is no kind "po"; in kit it is "tasks"/)
  assert.throws(() => parseKind('Deployment'), /in kit it is "services"/)
  assert.throws(() => parseKind('servce'), /did you mean "Service"\?/)
})
