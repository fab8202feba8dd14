// A Handle that goes over mutual TLS to the managers of a cluster, whichever answers. A manager is known by its certificate:
// one that the root of the cluster has signed, for this cluster, and for the role of managers. Its address says nothing.

import type { Agent } from 'node:https'
import type { PeerCertificate } from 'node:tls'
import { StatusError } from '../../api/errors.ts'
import type { ApiRequest, ApiResponse } from '../../api/request.ts'
import { errorCodeOf } from '../../effects/thrown.ts'
import { type Door, type HttpConnection, send } from './http.ts'
import { unreached, whicheverAnswers } from './managers.ts'

// As in http.ts.
const https = process.getBuiltinModule('node:https')

/** In the certificate of every manager, and of nobody else. */
const managerName = 'swarm-manager'
/** To connect and shake hands. */
const connectMs = 5_000

export interface RemoteCluster {
  /** host:port of managers; one after the other is tried. */
  readonly servers: readonly string[]
  /** Id of the cluster. */
  readonly cluster: string
  /** PEM, all three: the roots, the certificate of the user, its key. */
  readonly ca: string
  readonly certificate: string
  readonly key: string
}

export function connectRemote(remote: RemoteCluster): HttpConnection {
  const agent = new https.Agent({
    keepAlive: true,
    maxSockets: 256,
    ca: remote.ca,
    cert: remote.certificate,
    key: remote.key,
    servername: managerName,
    minVersion: 'TLSv1.3',
    // Commands need a connection of their own, which HTTP/2 does not give.
    ALPNProtocols: ['http/1.1'],
    checkServerIdentity: (_, certificate) => notOfCluster(remote.cluster, certificate),
  })
  const doors = remote.servers.map((server) => doorTo(server, agent))
  return {
    handle: whicheverAnswers(doors, sendWithin),
    close: () => agent.destroy(),
  }
}

function notOfCluster(cluster: string, certificate: PeerCertificate): Error | undefined {
  const { O: organization, OU: unit } = certificate.subject
  if (organization === cluster && unit === managerName) return undefined
  return Object.assign(new Error('it is not a manager of this cluster'), { code: otherCluster })
}

function doorTo(server: string, agent: Agent): Door {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(server) ?? []
  return {
    name: server,
    request: (options) => https.request({ ...options, agent, host: host.replace(/^\[(.*)\]$/, '$1'), port }),
    unavailable: (error) => new StatusError('Unavailable', whyUnavailable(server, host, error), {}, { cause: error }),
  }
}

/** A machine that swallows what is sent to it must not be waited for. */
function sendWithin(door: Door, request: ApiRequest): Promise<ApiResponse> {
  const watched: Door = {
    ...door,
    request(options) {
      const outgoing = door.request(options)
      outgoing.once('socket', (socket) => {
        if (!socket.connecting) return
        const late = Object.assign(new Error(`nothing came within ${connectMs / 1000} s`), { code: 'ETIMEDOUT' })
        const timer = setTimeout(() => outgoing.destroy(late), connectMs)
        for (const event of ['secureConnect', 'close']) socket.once(event, () => clearTimeout(timer))
      })
      return outgoing
    },
  }
  return send(watched, request)
}

const otherCluster = 'KIT_OTHER_CLUSTER'
const strangers: ReadonlySet<unknown> = new Set([
  otherCluster,
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
  'INVALID_PURPOSE',
  'EPROTO',
])

function whyUnavailable(server: string, host: string, error: unknown): string {
  const code = errorCodeOf(error)
  if (code === 'ECONNREFUSED') return `nobody listens at ${server}: is kitd running there, with --listen-api?`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `there is no machine called ${host}, or names cannot be looked up now`
  if (unreached.has(code)) return `${server} does not answer (${String(code)}): is the machine up, and may this one connect to it?`
  if (strangers.has(code))
    return `what answers at ${server} is not a manager of this context's cluster: use another address, or, if the cluster was made anew, a new context (\`kit swarm user add\` there)`
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return `the certificate of ${server} is not valid now: the clock of this machine, or of that one, may be wrong`
  return `the connection to ${server} broke${error instanceof Error ? `: ${error.message}` : ''}`
}
