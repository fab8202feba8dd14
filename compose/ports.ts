// `ports:` of a service. Short form: `[address:][published[-end]:]target[-end][/protocol]`, always
// served by every node. Long form: a mapping, which may also ask for the port of the task's own node.

import { integer, isMap, mapping, text, word } from './fields.ts'
import type { ComposePort } from './model.ts'
import { at, ignore, type Place, type Read, reportUnwanted, reportValue } from './problem.ts'

type Protocol = NonNullable<ComposePort['protocol']>
const protocols: Readonly<Record<string, Protocol>> = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP' }
const shortForm = /^(?:(\d+(?:-\d+)?)?:)?(\d+(?:-\d+)?)(?:\/([a-z]+))?$/i
const help =
  'a port is published:target, or target alone, with /udp or /sctp when it is not TCP: "8080:80", "53:53/udp", "9000-9002:9000-9002"'

export const ports: Read<readonly ComposePort[]> = (value, place) => {
  if (!Array.isArray(value)) return reportUnwanted(place, 'a list', value, [])
  const all: ComposePort[] = []
  for (const [index, element] of value.entries()) {
    for (const port of readPort(element, at(place, index)) ?? []) {
      if (port.publishedPort !== undefined && all.some((other) => isSamePublished(other, port))) {
        reportValue(at(place, index), 'FieldValueDuplicate', `port ${port.publishedPort} is published twice`)
      }
      all.push(port)
    }
  }
  return all.toSorted((a, b) => (a.publishedPort ?? 0) - (b.publishedPort ?? 0))
}

export function isSamePublished(a: ComposePort, b: ComposePort): boolean {
  return a.publishedPort === b.publishedPort && (a.protocol ?? 'TCP') === (b.protocol ?? 'TCP')
}

const readPort: Read<readonly ComposePort[]> = (value, place) => {
  if (typeof value === 'number' || typeof value === 'string') return shortPort(String(value), place)
  if (isMap(value)) return longPort(value, place)
  return reportUnwanted(place, 'a port', value, ['string', 'number', 'mapping'], { help })
}

const everyAddress = 'the port is served on every address of every node: keep others out with a firewall, or do not publish it'

function shortPort(written: string, place: Place): readonly ComposePort[] | undefined {
  const address = /^(?:\d+\.\d+\.\d+\.\d+|\[[^\]]*\]):/.exec(written)?.[0]
  if (address !== undefined) {
    ignore(
      at(place, 'host_ip'),
      everyAddress,
      `"${written}" binds one address, but a published port is served on every address of every node`,
    )
    return shortPort(written.slice(address.length), place)
  }
  const match = shortForm.exec(written)
  const targets = match?.[2] === undefined ? undefined : range(match[2])
  if (match === null || targets === undefined) return reportValue(place, 'FieldValueInvalid', `"${written}" is not a port`, { help })
  const protocol = protocols[(match[3] ?? 'tcp').toLowerCase()]
  if (protocol === undefined) return reportValue(place, 'FieldValueNotSupported', `wanted tcp, udp or sctp, found "${match[3]}"`, { help })
  if (match[1] === undefined) return targets.map((targetPort) => ({ ...withProtocol(protocol), targetPort }))

  const published = range(match[1])
  if (published === undefined) return reportValue(place, 'FieldValueInvalid', `"${match[1]}" is not a port or a range of ports`, { help })
  if (targets.length !== 1 && targets.length !== published.length) {
    return reportValue(place, 'FieldValueInvalid', `${published.length} published ports cannot lead to ${targets.length} target ports`, {
      help,
    })
  }
  const [first = 0] = targets
  return published.map((publishedPort, index) => ({ ...withProtocol(protocol), targetPort: targets[index] ?? first, publishedPort }))
}

/** TCP is the default and is left out, so that both ways of writing it compile alike. */
function withProtocol(protocol: Protocol): { readonly protocol?: Protocol } {
  return protocol === 'TCP' ? {} : { protocol }
}

/** The ports of `80` or `9000-9002`. */
function range(written: string): readonly number[] | undefined {
  const [first = 0, last = first] = written.split('-').map(Number)
  if (first < 1 || last < first || last > 65535) return undefined
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset)
}

interface LongPort {
  readonly target?: number
  readonly published?: number
  readonly protocol?: Protocol
  readonly mode?: 'Ingress' | 'Host'
  readonly name?: string
  readonly 'x-kit-proxy-protocol'?: 'None' | 'V2'
}
const readLong = mapping<LongPort>(
  {
    target: integer(1, 65535),
    published: integer(0, 65535),
    protocol: word(protocols),
    mode: word({ ingress: 'Ingress', host: 'Host' }),
    name: text,
    'x-kit-proxy-protocol': word({ none: 'None', v2: 'V2' }),
  },
  { required: ['target'], ignored: { host_ip: everyAddress, app_protocol: 'bytes are carried as they are, whatever they mean' } },
)

function longPort(value: unknown, place: Place): readonly ComposePort[] | undefined {
  const port = readLong(value, place)
  if (port?.target === undefined) return undefined
  return [
    {
      ...(port.name === undefined ? {} : { name: port.name }),
      ...withProtocol(port.protocol ?? 'TCP'),
      targetPort: port.target,
      ...(port.published === undefined || port.published === 0 ? {} : { publishedPort: port.published }),
      ...(port.mode === 'Host' ? { publishMode: port.mode } : {}),
      ...(port['x-kit-proxy-protocol'] === 'V2' ? { proxyProtocol: 'V2' as const } : {}),
    },
  ]
}
