// A machine joins a cluster whose certificates an authority outside signs, which takes its time: under three managers whose leader
// is lost at any moment of it, also while it waits for the authority. The machine becomes one node, with a certificate of theirs.

import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { certificateIn } from '../ca/external-ca.ts'
import { answerOf } from '../ca/testdata/outside.ts'
import type { HttpsAnswer, HttpsRequest } from '../effects/effects.ts'
import type { SimulatedCluster } from './cluster.ts'
import { createSimulatedKeys } from './effects/keys.ts'
import { SeededRandom } from './effects/random.ts'
import { outlastsTheLeader, running, type Scenario, template } from './leader-loss.suite.ts'

const machine = 'worker-4'
const url = 'https://ca.example:8888/api/v1/cfssl/sign'
const awayMs = 30
const signsInMs = 300

/** One for each cluster. */
class Authority {
  readonly #random = new SeededRandom(5)
  readonly #keys = createSimulatedKeys(this.#random.split('keys'))
  readonly #signed = new Set<string>()

  /** @param root PEM, with its key. */
  answer(root: { readonly certificate: string; readonly key: string }, request: HttpsRequest): HttpsAnswer {
    if (request.method === 'GET') return { status: 405, body: '' } // A manager looks whether somebody is there.
    const authority = { certificate: root.certificate, key: createPrivateKey(root.key), intermediates: '' }
    const answer = answerOf({ random: this.#random, keys: this.#keys }, authority, request)
    this.#signed.add(certificateIn(answer).serialNumber)
    return answer
  }

  hasSigned(certificate: string): boolean {
    return this.#signed.has(new X509Certificate(certificate).serialNumber)
  }
}

const authorities = new WeakMap<SimulatedCluster, Authority>()

function authorityOf(cluster: SimulatedCluster): Authority {
  const known = authorities.get(cluster) ?? new Authority()
  authorities.set(cluster, known)
  return known
}

const ca = (cluster: SimulatedCluster) => cluster.store?.view.get('Cluster', 'default')?.status.ca

const scenario: Scenario = {
  name: 'a machine that joins while an authority outside signs',
  spec: { replicas: 6, template: template(1) },
  absent: machine,
  settings: (cluster) => ({ ca: { externalCAs: [{ url, caCert: ca(cluster)?.certificate ?? '' }] } }),
  https(cluster, process) {
    return {
      request: (request, signal) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true })
          // It signs also for a manager that does not live to hear of it.
          cluster.queue.schedule(awayMs + signsInMs, () => {
            const { certificate = '', key = '' } = ca(cluster) ?? {}
            const answer = authorityOf(cluster).answer({ certificate, key }, request)
            process.schedule(awayMs, () => resolve(answer))
          })
        }),
    }
  },
  change: ({ cluster }) => cluster.start(machine),
  isDone({ cluster }) {
    const node = cluster.nodeOf(machine)
    return node !== undefined && cluster.store?.view.get('Node', node)?.status.state === 'Ready'
  },
  outcome({ cluster }) {
    const nodes = [...(cluster.store?.view.list('Node') ?? [])]
    const own = cluster.certificateOf(machine)
    assert.ok(own !== undefined)
    return [
      nodes.length,
      nodes.filter(({ status }) => status.description?.hostname === machine).length,
      authorityOf(cluster).hasSigned(own.certificate),
      running(cluster).length,
    ]
  },
}

outlastsTheLeader(import.meta.filename, scenario)
