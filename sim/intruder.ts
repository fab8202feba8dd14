// Somebody who is no member and tries all doors: without a certificate, with one that a root of its own has signed, with those
// of nodes that were removed, and with certificates that have expired. Only `join` may open, and nothing comes of it.

import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { makeCsr } from '../ca/csr.ts'
import { issueNodeCertificate } from '../ca/issue.ts'
import { makeRootCa } from '../ca/root-ca.ts'
import type { Clock, FrameStream } from '../effects/effects.ts'
import type { Credentials } from '../effects/gate.ts'
import { expiryMs, type NodeCertificate } from '../node/certificate.ts'
import { createGate, protocols } from '../server/authorization.ts'
import { managerId, type SimulatedCluster } from './cluster.ts'
import { createSimulatedClock, simulatedEpochMs } from './effects/clock.ts'
import { createSimulatedKeys } from './effects/keys.ts'
import type { SeededRandom } from './effects/random.ts'

const meanBetweenMs = 6_000
const patienceMs = 5_000
const name = 'intruder'

export class Intruder {
  readonly #cluster: SimulatedCluster
  readonly #random: SeededRandom
  readonly #keys: ReturnType<typeof createSimulatedKeys>
  readonly #fail: (error: unknown) => void
  readonly #stolen: { readonly certificate: NodeCertificate; readonly expiryMs: number }[] = []
  #forged: Credentials['own']
  tried = 0

  constructor(cluster: SimulatedCluster, random: SeededRandom, fail: (error: unknown) => void) {
    this.#cluster = cluster
    this.#random = random
    this.#keys = createSimulatedKeys(random.split('keys'))
    this.#fail = fail
  }

  /** It has read the disk of a machine. */
  steal(certificate: NodeCertificate): void {
    this.#stolen.push({ certificate, expiryMs: expiryMs(certificate) })
  }

  start(): void {
    this.#cluster.queue.schedule(this.#random.exponential(meanBetweenMs), () => {
      this.#try().catch((error: unknown) => this.#fail(error))
      this.start()
    })
  }

  async #try(): Promise<void> {
    const { queue, network } = this.#cluster
    const lane = queue.lane()
    const clock = createSimulatedClock(lane)
    const root = this.#cluster.certificateOf(managerId)
    if (root === undefined) return
    const own = this.#credential(root)
    const protocol = this.#random.pick([...Object.keys(protocols), 'nonsense'])
    const credentials = { clusterId: root.clusterId, roots: root.root, own }
    const { signal, abort } = patience(clock)
    const transport = network.plug(name, lane).createTransport({
      credentials: { current: () => credentials, subscribe: () => () => {} },
      gate: createGate({ clock, isRemoved: () => false }),
    })
    this.tried += 1
    const stream = await transport.connect(managerId, protocol, signal).catch(() => undefined)
    if (stream === undefined) return abort()
    assert.equal(
      protocol,
      'join',
      `${own === undefined ? 'somebody without a certificate' : 'somebody with a certificate that is not good'} opened ${protocol}`,
    )
    const answer = await firstAnswer(stream, { type: 'renew', csr: makeCsr(this.#keys, this.#keys.generate()) })
    abort()
    assert.ok(answer === undefined || answer.includes('"refused"'), `somebody who is no member renewed a certificate: ${answer}`)
  }

  /** Never one that is good at this moment. */
  #credential({ clusterId }: NodeCertificate): Credentials['own'] {
    const view = this.#cluster.store?.view
    const isMember = (node: string): boolean => view === undefined || view.get('Node', node) !== undefined
    const useless = this.#stolen.filter((each) => each.expiryMs <= this.#cluster.wallMs || !isMember(each.certificate.nodeId))
    const kind = this.#random.below(3)
    if (kind === 0 && useless.length > 0) return this.#random.pick(useless).certificate
    if (kind !== 1) return undefined
    this.#forged ??= this.#forge(clusterId)
    return this.#forged
  }

  #forge(clusterId: string): Credentials['own'] {
    const deps = { keys: this.#keys, random: this.#random }
    const key = this.#keys.generate()
    const validity = { notBeforeMs: simulatedEpochMs - 86_400_000, notAfterMs: simulatedEpochMs + 86_400_000 }
    const identity = { kind: 'Node', nodeId: name, role: 'Manager', clusterId } as const
    return { certificate: issueNodeCertificate(deps, makeRootCa(deps, simulatedEpochMs), createPublicKey(key), identity, validity), key }
  }
}

function patience(clock: Clock): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController()
  const enough = new AbortController()
  void clock.sleep(patienceMs, enough.signal).then(
    () => controller.abort(new Error('it took too long')),
    () => undefined,
  )
  return { signal: controller.signal, abort: () => enough.abort() }
}

async function firstAnswer(stream: FrameStream, request: object): Promise<string | undefined> {
  try {
    await stream.send(Buffer.from(JSON.stringify(request)))
    for await (const frame of stream.frames()) return Buffer.from(frame).toString()
  } catch {
    // The stream was cut.
  } finally {
    stream.close()
  }
  return undefined
}
