// The unlock key of a cluster as people carry it: `SWMKEY-1-` and 32 bytes in base64 without padding, as Swarm has it.

const prefix = 'SWMKEY-1-'
export const unlockKeyBytes = 32

export function formatUnlockKey(key: Uint8Array): string {
  return `${prefix}${Buffer.from(key).toString('base64').replace(/=+$/, '')}`
}

/** Undefined of what is no such key. White space around it does not matter. */
export function parseUnlockKey(text: string): Uint8Array | undefined {
  const trimmed = text.trim()
  const key = new Uint8Array(Buffer.from(trimmed.slice(prefix.length), 'base64'))
  // Written back it is the same: so nothing was left out of what cannot be read.
  return key.length === unlockKeyBytes && formatUnlockKey(key) === trimmed ? key : undefined
}
