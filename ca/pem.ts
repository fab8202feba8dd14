// PEM: base64 between two lines that name what it is.

import { X509Certificate } from 'node:crypto'

export type PemLabel = 'CERTIFICATE' | 'CERTIFICATE REQUEST'

const lineLength = 64

export function toPem(label: PemLabel, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

/** The blocks of that label in the text, in order. What is between blocks is ignored, as everywhere. */
export function fromPem(label: PemLabel, text: string): readonly Uint8Array[] {
  const blocks: Uint8Array[] = []
  const [begin, end] = [`-----BEGIN ${label}-----`, `-----END ${label}-----`]
  for (let from = text.indexOf(begin); from >= 0; from = text.indexOf(begin, from + begin.length)) {
    const to = text.indexOf(end, from)
    if (to < 0) break
    blocks.push(Buffer.from(text.slice(from + begin.length, to), 'base64'))
  }
  return blocks
}

/** Throws when a block of it is none. */
export function certificatesIn(text: string): readonly X509Certificate[] {
  return fromPem('CERTIFICATE', text).map((der) => new X509Certificate(der))
}

/** However they are written. False for what holds none. */
export function isSameCertificate(one: string, other: string): boolean {
  const [[left], [right]] = [fromPem('CERTIFICATE', one), fromPem('CERTIFICATE', other)]
  return left !== undefined && right !== undefined && Buffer.from(left).equals(right)
}
