// `kit gitops add` has a `--dir` of its own beside that of `kit`.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GlobalOptions } from '../options.ts'
import { createProgram } from '../program.ts'

async function targetOf(...args: readonly string[]): Promise<GlobalOptions | undefined> {
  let given: GlobalOptions | undefined
  const program = createProgram(
    (options) => {
      given = options
      throw new Error('far enough')
    },
    () => undefined,
  )
  await program.run(args).catch((error: unknown) => assert.match(String(error), /far enough/))
  return given
}

for (const [words, dir] of [
  [['gitops', 'add', 'shop', '--dir', '/srv/shop'], undefined],
  [['--dir', '/k', 'gitops', 'add', 'shop', '--dir', '/srv/shop'], '/k'],
  [['--dir', '/k', 'gitops', 'add', '--dir', '/srv/shop', 'shop'], '/k'],
  [['gitops', 'ls', '--dir', '/k'], '/k'],
  [['get', 'sources', '--dir', '/k'], '/k'],
] as const) {
  test(`kit ${words.join(' ')} is for the cluster in ${dir ?? 'the usual place'}`, async () =>
    assert.equal((await targetOf(...words))?.dir, dir))
}
