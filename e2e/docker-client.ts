// The real `docker` client, to look at what kit has made as a person would.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const maxOutputBytes = 64 * 1024 * 1024

export type Docker = (...args: readonly string[]) => Promise<string>

/** `undefined` where there is none, after one line that says so. Rejects when tests with Docker are required. */
export async function findDockerClient(host: string): Promise<Docker | undefined> {
  const docker: Docker = async (...args) => {
    const { stdout } = await run('docker', args, { env: { ...process.env, DOCKER_HOST: host }, maxBuffer: maxOutputBytes })
    return stdout
  }
  try {
    await docker('version')
    return docker
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    if ((process.env['KIT_REQUIRE'] ?? '').split(',').includes('docker'))
      throw new Error(`KIT_REQUIRE names docker, and its client does not run: ${why}`)
    console.log(`skipped: tests that look with the docker client, because it does not run (${why}). Install it, or run .ci/run, which does`)
    return undefined
  }
}

/** What `docker inspect` says of a container, as far as tests look at it. */
export interface Inspected {
  readonly Id: string
  readonly Name: string
  readonly State: { readonly Status: string; readonly Pid: number }
  readonly Config: {
    readonly Image: string
    readonly Env: readonly string[] | null
    readonly User: string
    readonly Entrypoint: readonly string[] | null
    readonly Cmd: readonly string[] | null
    readonly ExposedPorts?: Readonly<Record<string, unknown>> | null
    readonly Labels: Readonly<Record<string, string>>
    readonly StopTimeout: number
  }
  readonly HostConfig: {
    readonly Memory: number
    readonly MemoryReservation: number
    readonly NanoCpus: number
    readonly Ulimits: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[] | null
  }
  readonly Mounts: readonly {
    readonly Type: string
    readonly Name?: string
    readonly Source: string
    readonly Destination: string
    readonly RW: boolean
  }[]
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly Aliases: readonly string[] | null }>> }
}

export async function inspect(docker: Docker, ids: readonly string[]): Promise<readonly Inspected[]> {
  return ids.length === 0 ? [] : JSON.parse(await docker('inspect', ...ids))
}
