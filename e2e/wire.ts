// Several machines on one: network namespaces, joined by a bridge that lies in one of its own, so that nothing of the machine's
// own network is touched. Only root can make them; `ip` and `nsenter` are Debian's packages iproute2 and util-linux.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const environment = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` }

async function ip(...args: readonly string[]): Promise<void> {
  await run('ip', args, { env: environment })
}

async function tc(...args: readonly string[]): Promise<void> {
  await run('tc', args, { env: environment })
}

/** Why there can be none, or undefined. */
export async function whyNoWire(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'only root can make network namespaces'
  const wire = new Wire(1)
  try {
    await wire.create()
    await run('nsenter', [...wire.enter(1).slice(1), 'true'], { env: environment })
    return undefined
  } catch (error) {
    return `no network namespaces can be made here (${error instanceof Error ? error.message.trim() : error})`
  } finally {
    await wire.remove()
  }
}

let made = 0

export class Wire {
  readonly #hosts: number
  readonly #network: string
  readonly #name = `kit-${process.pid}-${++made}`

  /** @param hosts at 10.77.0.1, 10.77.0.2, … of that network; host 0 is the bridge, at 10.77.0.254 */
  constructor(hosts: number, network = '10.77.0') {
    this.#hosts = hosts
    this.#network = network
  }

  async create(): Promise<void> {
    const bridge = this.#namespace(0)
    await ip('netns', 'add', bridge)
    await ip('-n', bridge, 'link', 'add', 'bridge', 'type', 'bridge')
    await ip('-n', bridge, 'address', 'add', `${this.address(254)}/24`, 'dev', 'bridge')
    for (const device of ['lo', 'bridge']) await ip('-n', bridge, 'link', 'set', device, 'up')
    for (let host = 1; host <= this.#hosts; host++) {
      const own = this.#namespace(host)
      await ip('netns', 'add', own)
      await ip('link', 'add', 'eth0', 'netns', own, 'type', 'veth', 'peer', 'name', `port${host}`, 'netns', bridge)
      await ip('-n', bridge, 'link', 'set', `port${host}`, 'master', 'bridge', 'up')
      await ip('-n', own, 'address', 'add', `${this.address(host)}/24`, 'dev', 'eth0')
      for (const device of ['lo', 'eth0']) await ip('-n', own, 'link', 'set', device, 'up')
    }
  }

  address(host: number): string {
    return `${this.#network}.${host}`
  }

  /** What runs a program there: the network is another, and nothing else. (`ip netns exec` would hide the mounts of control groups.) */
  enter(host: number): readonly string[] {
    return ['nsenter', `--net=/run/netns/${this.#namespace(host)}`]
  }

  /** Pulls its cable, or plugs it in again. */
  async plug(host: number, state: 'up' | 'down'): Promise<void> {
    await ip('-n', this.#namespace(0), 'link', 'set', `port${host}`, state)
  }

  /** Whatever `from` sends to `to` gets lost, in this direction only, and nobody is told: it goes to a card that is nobody's. */
  async deafen(to: number, from: number): Promise<void> {
    await ip(
      '-n',
      this.#namespace(from),
      'neighbour',
      'replace',
      this.address(to),
      'lladdr',
      '02:00:00:00:00:01',
      'nud',
      'permanent',
      'dev',
      'eth0',
    )
  }

  /** `to` hears `from` again. */
  async undeafen(to: number, from: number): Promise<void> {
    await ip('-n', this.#namespace(from), 'neighbour', 'delete', this.address(to), 'dev', 'eth0')
  }

  /**
   * Its cable becomes a bad one, both ways: late and lossy where the kernel can do that, and everywhere narrow, so that what is
   * sent queues and is dropped.
   */
  async spoil(host: number): Promise<void> {
    const cable = [[this.#namespace(0), `port${host}`] as const, [this.#namespace(host), 'eth0'] as const]
    for (const [namespace, device] of cable) {
      const root = ['-n', namespace, 'qdisc', 'add', 'dev', device, 'root']
      const netem = tc(...root, 'netem', 'delay', '40ms', '20ms', 'loss', '5%', 'rate', '2mbit')
      await netem.catch(() => tc(...root, 'tbf', 'rate', '512kbit', 'burst', '4kbit', 'limit', '16kb'))
    }
  }

  async repair(host: number): Promise<void> {
    await tc('-n', this.#namespace(0), 'qdisc', 'delete', 'dev', `port${host}`, 'root')
    await tc('-n', this.#namespace(host), 'qdisc', 'delete', 'dev', 'eth0', 'root')
  }

  /** What still runs there keeps its network until it ends. */
  async remove(): Promise<void> {
    for (let host = this.#hosts; host >= 0; host--) await ip('netns', 'delete', this.#namespace(host)).catch(() => undefined)
  }

  #namespace(host: number): string {
    return `${this.#name}-${host}`
  }
}
