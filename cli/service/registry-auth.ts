// `--with-registry-auth`: what `docker login` wrote for the registry of an image, as engines take it.

import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isJsonObject } from '../../api/wire.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'

const dockerHub = 'https://index.docker.io/v1/'

/** Nothing when nobody has logged in there. */
export async function registryAuth(context: Context, image: string): Promise<string | undefined> {
  const path = join(context.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker'), 'config.json')
  const text = await readFile(path, 'utf8').catch(() => '{}')
  return credentialsFor(parse(path, text), registryOf(image), path)
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CommandError(exitCodes.error, `error: ${path} is not JSON`)
  }
}

/** The first part of a reference names a registry only when it looks like a host. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/')
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : dockerHub
}

export function credentialsFor(config: unknown, registry: string, path: string): string | undefined {
  const member = (value: unknown, key: string): unknown => (isJsonObject(value) ? value[key] : undefined)
  const entry = member(member(config, 'auths'), registry)
  const auth = member(entry, 'auth')
  const token = member(entry, 'identitytoken')
  if (typeof auth !== 'string' || auth === '') {
    if (typeof (member(member(config, 'credHelpers'), registry) ?? member(config, 'credsStore')) === 'string')
      throw new CommandError(
        exitCodes.error,
        `error: ${path} leaves the credentials for ${registry} to a helper, which kit does not call\n  = help: log in with a DOCKER_CONFIG directory that has no credsStore`,
      )
    return undefined
  }
  const [username = '', ...password] = Buffer.from(auth, 'base64').toString('utf8').split(':')
  const credentials = typeof token === 'string' && token !== '' ? { identitytoken: token } : { username, password: password.join(':') }
  return Buffer.from(JSON.stringify({ ...credentials, serveraddress: registry })).toString('base64url')
}
