// Reading what somebody threw: the network, a disk, a library. It need not be an Error.

/** For people. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** For developers: where it was thrown, too. */
export function traceOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
}

/** `ENOENT`, `ERR_STREAM_PREMATURE_CLOSE`, …: what the system, Node.js and the transports give their errors beside a message. */
export function errorCodeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined
}
