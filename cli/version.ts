import manifest from '../package.json' with { type: 'json' }

/** Of the whole program: client, daemon and shim are one. */
export const { version } = manifest
