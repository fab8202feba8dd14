// The network of a node, with real sockets: what node/network.ts leaves to the world it runs in.

import { readFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import type { Effects } from '../effects/effects.ts'
import { createTlsTransport } from '../effects/real/tls-transport.ts'
import { Loopback } from '../effects/real/transport.ts'
import { defaultListen, hostAndPort, type NetworkOptions, type NodeNetwork, openNetwork } from '../node/network.ts'

export interface NetworkFlags extends Pick<NetworkOptions, 'hostname' | 'listenRemoteApi' | 'joinAddr' | 'labels'> {
  /** host:port that other nodes are told. */
  readonly advertiseAddr?: string
  /** The token, or `@` and a file that holds it. */
  readonly joinToken?: string
}

export function openRealNetwork(
  effects: Omit<Effects, 'transport'>,
  directory: string,
  { advertiseAddr, joinToken, ...flags }: NetworkFlags,
  signal: AbortSignal,
): Promise<NodeNetwork> {
  const deps = {
    ...effects,
    createTransport: (options: Omit<Parameters<typeof createTlsTransport>[0], 'clock'>) =>
      createTlsTransport({ clock: effects.clock, ...options }),
    createLoopback: (node: Parameters<Loopback['transport']>[0]) => new Loopback().transport(node),
  }
  const options = {
    ...flags,
    advertise: () => advertiseAddr ?? advertised(flags.listenRemoteApi ?? defaultListen),
    ...(joinToken === undefined ? {} : { joinToken: () => readToken(joinToken) }),
  }
  return openNetwork(deps, directory, options, signal)
}

async function readToken(given: string): Promise<string> {
  if (!given.startsWith('@')) return given
  return await readFile(given.slice(1), 'utf8').catch((error: unknown) => {
    throw new Error(`cannot read the token: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
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
