// The address for published ports, as far as it can be told to be wrong before anything is opened.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { projectRoot } from './cluster.ts'

const directory = mkdtempSync(join(tmpdir(), 'kit-e2e-'))
after(() => rmSync(directory, { recursive: true }))

for (const address of ['localhost', '10.0.0', '10.0.0.1:80', ''])
  test(`"${address}" is no address to publish on`, () => {
    const words = [join(projectRoot, 'dist/kitd.mjs'), '-d', directory, '--publish-address', address]
    const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 60_000 })
    assert.equal(status, 2)
    assert.match(
      stderr,
      /'--publish-address <ip>' argument '.*' is invalid\. It is not an IP address, such as 0\.0\.0\.0 or 192\.168\.1\.10/,
    )
    assert.deepEqual(readdirSync(directory), [])
  })
