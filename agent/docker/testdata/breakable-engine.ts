// An engine that can be away: a socket in front of the real one, through which nothing goes while it is cut.

import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

export interface BreakableEngine {
  readonly host: string
  /** Connections break, and new ones are refused. */
  cut(): void
  mend(): void
}

export async function breakableEngine(context: TestContext, host: string): Promise<BreakableEngine> {
  const directory = mkdtempSync(join(tmpdir(), 'kit-docker-'))
  const path = join(directory, 'socket')
  const url = new URL(host)
  const sockets = new Set<Socket>()
  let isCut = false
  const server = createServer((near) => {
    if (isCut) return void near.destroy()
    const far = url.protocol === 'unix:' ? connect(url.pathname) : connect(Number(url.port), url.hostname)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {}).on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  context.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
    rmSync(directory, { recursive: true })
  })
  return {
    host: `unix://${path}`,
    cut() {
      isCut = true
      for (const socket of sockets) socket.destroy()
    },
    mend() {
      isCut = false
    },
  }
}
