// The network of a node, with real sockets: what node/network.ts leaves to the world it runs in.

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { StatusError } from '../../api/errors.ts'
import type { Effects } from '../../effects/effects.ts'
import { createTlsTransport } from '../../effects/real/tls-transport.ts'
import { Loopback } from '../../effects/real/transport.ts'
import { messageOf } from '../../effects/thrown.ts'
import { defaultListen, hostAndPort, type NetworkDeps, type NetworkOptions, type NodeNetwork, openNetwork } from '../../node/network.ts'

export interface NetworkFlags
  extends Pick<
    NetworkOptions,
    'hostname' | 'listenRemoteApi' | 'joinAddr' | 'joinWithinMs' | 'acceptExpired' | 'labels' | 'availability' | 'unlockKey'
  > {
  /** host:port that other nodes are told. */
  readonly advertiseAddr?: string
  /** The token, or `@` and a file that holds it. */
  readonly joinToken?: string
}

export function openRealNetwork(
  effects: Omit<Effects, 'transport' | 'https'>,
  directory: string,
  { advertiseAddr, joinToken, ...flags }: NetworkFlags,
  signal: AbortSignal,
): Promise<NodeNetwork> {
  const options = {
    ...flags,
    advertise: () => advertiseAddr ?? advertised(flags.listenRemoteApi ?? defaultListen),
    ...(joinToken === undefined ? {} : { joinToken: () => readToken(joinToken) }),
  }
  return openNetwork(withSockets(effects), directory, options, signal)
}

export function withSockets(effects: Omit<Effects, 'transport' | 'https'>): NetworkDeps {
  return {
    ...effects,
    createTransport: (options) => createTlsTransport({ clock: effects.clock, ...options }),
    createLoopback: (node) => new Loopback().transport(node),
  }
}

/** Rejects with what to do when it cannot be listened on. */
export async function assertListenable(flag: string, address: string): Promise<void> {
  const [host, port] = hostAndPort(flag, address)
  const server = createServer()
  try {
    await once(server.listen(port, host), 'listening')
  } catch (error) {
    const why = messageOf(error)
    throw new StatusError('Conflict', `cannot listen for other nodes on ${address} (${why}): choose another with ${flag}`)
  } finally {
    server.close()
  }
}

async function readToken(given: string): Promise<string> {
  if (!given.startsWith('@')) return given
  return await readFile(given.slice(1), 'utf8').catch((error: unknown) => {
    throw new Error(`cannot read the token: ${messageOf(error)}`, { cause: error })
  })
}

/** Where nothing better is said: the address to listen on, or the first of this machine that others may reach. */
function advertised(listen: string): string {
  const [host, port] = hostAndPort('--listen-remote-api', listen)
  if (host !== '0.0.0.0' && host !== '::') return listen
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')
  return `${outside?.address ?? '127.0.0.1'}:${port}`
}
