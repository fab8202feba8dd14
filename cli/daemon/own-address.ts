// Addresses of this machine as people name them to `kit swarm init` and `join`: an IP or an interface, with or
// without a port. Pure: the interfaces come in.

import type { NetworkInterfaceInfo } from 'node:os'
import { isIp } from '../../api/address.ts'
import { StatusError } from '../../api/errors.ts'

export type Interfaces = Readonly<Record<string, readonly Pick<NetworkInterfaceInfo, 'address' | 'family' | 'internal'>[] | undefined>>

export const defaultPort = 4242
/** Bridges of engines lead to containers, not to other machines. */
const bridges = /^(docker|br-|veth|virbr|cni|podman)/

/** Where to listen: all addresses when nothing is said. */
export function listenAddress(text: string | undefined, interfaces: Interfaces): string {
  if (text === undefined) return `0.0.0.0:${defaultPort}`
  const { host, port } = split('--listen-addr', text)
  return joined(isIp(host) ? host : addressOf('--listen-addr', host, interfaces), port ?? defaultPort)
}

/** What others are told: where it listens, when that is one address; else what is said, or the only address that there is. */
export function advertisedAddress(text: string | undefined, listen: string, interfaces: Interfaces): string {
  const listens = split('--listen-addr', listen)
  const port = listens.port ?? defaultPort
  if (text !== undefined) {
    const named = split('--advertise-addr', text)
    if (isUnspecified(named.host)) throw invalid('--advertise-addr', text, 'others cannot reach that: name an IP address or an interface')
    return joined(isIp(named.host) ? named.host : addressOf('--advertise-addr', named.host, interfaces), named.port ?? port)
  }
  if (!isUnspecified(listens.host)) return listen
  const outside = all(interfaces).filter(({ name, internal, family }) => !internal && family === 'IPv4' && !bridges.test(name))
  const [only, ...others] = outside
  if (only === undefined)
    throw new StatusError('Invalid', 'this machine has no address that others could reach: name one with --advertise-addr')
  if (others.length > 0) {
    const listed = outside.map(({ address, name }) => `${address} on ${name}`).join(', ')
    throw new StatusError('Invalid', `this machine has several addresses (${listed}): say with --advertise-addr which one others are told`)
  }
  return joined(only.address, port)
}

/** HOST or HOST:PORT of another machine. */
export function managerAddress(text: string): string {
  const { host, port } = split('the address of the manager', text)
  return joined(host, port ?? defaultPort)
}

function addressOf(flag: string, name: string, interfaces: Interfaces): string {
  const [first] = (interfaces[name] ?? []).toSorted((a, b) => Number(a.family !== 'IPv4') - Number(b.family !== 'IPv4'))
  if (first !== undefined) return first.address
  const candidates = all(interfaces)
    .filter((each) => !bridges.test(each.name))
    .map((each) => `${each.name} (${each.address})`)
  throw invalid(flag, name, `it is neither an IP address nor an interface of this machine, which has ${candidates.join(', ')}`)
}

function all(interfaces: Interfaces): readonly { readonly name: string; readonly address: string; family: string; internal: boolean }[] {
  return Object.entries(interfaces).flatMap(([name, addresses]) =>
    (addresses ?? []).map(({ address, family, internal }) => ({ name, address, family, internal })),
  )
}

function split(flag: string, text: string): { readonly host: string; readonly port?: number } {
  if (isIp(text)) return { host: text }
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const host = bracketed ?? plain
  const port = Number(digits ?? 1)
  if (host === undefined || port < 1 || port > 65_535) throw invalid(flag, text, 'wanted HOST or HOST:PORT, such as 192.168.1.10:4242')
  return { host, ...(digits === undefined ? {} : { port: Number(digits) }) }
}

function joined(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function isUnspecified(host: string): boolean {
  return host === '0.0.0.0' || /^[0:]+$/.test(host)
}

function invalid(flag: string, text: string, why: string): StatusError {
  return new StatusError('Invalid', `${flag} "${text}": ${why}`)
}
