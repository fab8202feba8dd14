// Agents for benchmarks, many in a process: the production code with tasks that run at once, each with its own directory,
// certificate and session over real mutual TLS. They join when they are told to.

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createPortServer } from '../../agent/proxy/port-server.ts'
import { openRealNetwork } from '../../cli/daemon/open-network.ts'
import { createClock } from '../../effects/real/clock.ts'
import { createDisk } from '../../effects/real/disk.ts'
import { createHttps } from '../../effects/real/https.ts'
import { createKeys } from '../../effects/real/keys.ts'
import { createRandom } from '../../effects/real/random.ts'
import { createNode } from '../../node/node.ts'
import { createInstantExecutor } from './instant-executor.ts'

const quiet = { debug() {}, info() {}, warn() {}, error: console.error }

export interface JoinPlace {
  /** Of a manager. */
  readonly address: string
  readonly token: string
  /** Below it each gets its own. */
  readonly directory: string
}

/** Processes that are loaded. A line on standard input, and their agents join. */
export async function startAgents(count: number, perProcess: number, place: JoinPlace): Promise<readonly ChildProcess[]> {
  const { address, token, directory } = place
  const started = Array.from({ length: Math.ceil(count / perProcess) }, (_, at) => {
    const share = Math.min(perProcess, count - at * perProcess)
    const args = [import.meta.filename, String(share), address, token, directory]
    return spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  })
  await Promise.all(started.map(({ stdout }) => new Promise((resolve) => stdout.once('data', resolve))))
  return started
}

if (import.meta.main) await host(process.argv.slice(2))

/** Agents in this process, until it is killed. */
async function host([count = '', manager = '', token = '', directory = '']: readonly string[]): Promise<void> {
  const stop = new AbortController()
  const clock = createClock()
  const start = async (at: number): Promise<void> => {
    const effects = { clock, random: createRandom(), keys: createKeys(), disk: createDisk(), log: quiet }
    const hostname = `agent-${process.pid}-${at}`
    const own = join(directory, hostname)
    const flags = { hostname, joinAddr: manager, joinToken: token, labels: {} }
    const { role, transport, managers, certificate, onCertificate, onManagers } = await openRealNetwork(effects, own, flags, stop.signal)
    const options = {
      role,
      directory: own,
      hostname,
      executor: createInstantExecutor(clock),
      portServer: createPortServer({ address: '127.0.0.1', log: quiet }),
      managers,
      onManagers,
      onCertificate,
      ...(certificate === undefined ? {} : { certificate }),
      labels: {},
      engineLabels: {},
      version: 'bench',
    }
    await (await createNode({ ...effects, https: createHttps(), transport }, options)).run(stop.signal)
  }
  console.log('loaded')
  await new Promise((resolve) => process.stdin.once('data', resolve))
  await Promise.all(Array.from({ length: Number(count) }, (_, at) => start(at)))
}
