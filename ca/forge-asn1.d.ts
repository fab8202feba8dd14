// The one module of node-forge that kit loads: the rest is slow to load, and kit leaves keys and signatures to node:crypto.

declare module 'node-forge/lib/asn1.js' {
  export interface Asn1 {
    readonly tagClass: number
    readonly type: number
    readonly constructed: boolean
    /** Bytes are strings of characters below 256. */
    readonly value: string | readonly Asn1[]
  }
  interface DecodeOptions {
    readonly strict: boolean
    readonly parseAllBytes: boolean
    readonly decodeBitStrings: boolean
    readonly maxDepth: number
  }
  const asn1: {
    create(tagClass: number, type: number, constructed: boolean, value: string | readonly Asn1[]): Asn1
    fromDer(bytes: string, options: DecodeOptions): Asn1
    toDer(value: Asn1): { getBytes(): string }
    oidToDer(oid: string): { getBytes(): string }
    derToOid(bytes: string): string
  }

  // biome-ignore lint/style/noDefaultExport: a CommonJS module has no other.
  export { asn1 as default }
}
