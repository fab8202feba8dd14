import type { Bug } from './bug.ts'

const clusters = 'sim/simulation.test.ts'
const external = 'ca/external-ca.test.ts'

/** Found by whole simulated clusters. */
export const clusterBugs: readonly Bug[] = [
  {
    what: 'a task is told to stop while nodes may still choose it',
    file: 'server/endpoints.ts',
    text: 'this.#holds.set(name, { version: left, sinceMs: nowMs })',
    replacement: '',
    tests: [clusters],
  },
  {
    what: 'a task that is held back is never told to stop',
    file: 'server/endpoint-versions.ts',
    text: "      const task = store.view.get('Task', name)\n      if (task !== undefined) markTask(sessions, task)",
    replacement: '      void name',
    tests: [clusters],
  },
  {
    what: 'a node that is frozen holds a stop back for a minute',
    file: 'server/endpoints.ts',
    text: 'longestHoldMs = 5_000',
    replacement: 'longestHoldMs = 60_000',
    tests: [clusters],
  },
  {
    what: 'an endpoint that has left stays in the table',
    file: 'server/endpoints.ts',
    text: 'if (node === undefined) return table.endpoints.delete(name)',
    replacement: 'if (node === undefined) return true',
    tests: [clusters],
  },
  {
    what: 'nodes go on listening for a service that is gone',
    file: 'server/endpoints.ts',
    text: '      this.#tables.delete(uid)\n      tasksIn(changes, uid)',
    replacement: '      this.#tables.delete(uid)',
    tests: [clusters],
  },
  {
    what: 'ports that were not served once are never called served again',
    file: 'server/ports-served.ts',
    text: "const status = troubled.length === 0 ? 'True' : 'False'",
    replacement: "const status = troubled.length === 0 && old?.status !== 'False' ? 'True' : 'False'",
    tests: [clusters],
  },
  {
    what: 'a machine that asks again becomes another node',
    file: 'server/issuer.ts',
    text: 'if (known !== undefined) {\n      if (roleOf',
    replacement: 'if (known !== undefined && publicKey === undefined) {\n      if (roleOf',
    tests: [clusters],
  },
  {
    what: 'the key of a joining machine is used before it is on disk',
    file: 'node/certificate.ts',
    text: '  await writeDurably(disk, certificatesOf(directory), nextKeyFile, toDisk(key, box))\n',
    replacement: '',
    tests: [clusters],
  },
  {
    what: 'a removed node is let in',
    file: 'node/network.ts',
    text: "if (knowsMembers()) return view.get('Node', id) === undefined",
    replacement: "if (knowsMembers()) return view.get('Node', id) === null",
    tests: [clusters],
  },
  {
    what: 'strangers may open sessions',
    file: 'server/authorization.ts',
    text: "dispatcher: { opens: ['Worker',",
    replacement: "dispatcher: { opens: ['Stranger', 'Worker',",
    tests: [clusters],
  },
  {
    what: 'a removed node is told what was queued for it',
    file: 'server/dispatcher.ts',
    text: '      session.ended.abort() // From here on it is told nothing else.\n',
    replacement: '',
    tests: [clusters],
  },
  {
    what: 'an agent is told the secrets of all tasks',
    file: 'server/assignment-sender.ts',
    text: '      session.payloads.note(task.metadata.name, payloadsOf(view, task))\n    }\n    const update',
    replacement:
      "      for (const each of view.list('Task')) session.payloads.note(each.metadata.name, payloadsOf(view, each))\n    }\n    const update",
    tests: [clusters],
  },
  {
    what: 'a removed node leaves its tasks running',
    file: 'agent/agent.ts',
    text: 'if (isRemoval(error)) await leave(worker, log)',
    replacement: 'if (isRemoval(error)) void leave',
    tests: [clusters],
  },
  {
    what: 'certificates are renewed when they have expired',
    file: 'ca/renewal.ts',
    text: '(earliest + (latest - earliest) * random.next())',
    replacement: '(1.1 + random.next())',
    tests: [clusters],
  },
  {
    what: 'a certificate of an external CA is handed out for another key',
    file: 'ca/external-ca.ts',
    text: 'if (keyDigest(certificate.publicKey) !== keyDigest(publicKey))',
    replacement: 'if (keyDigest(certificate.publicKey) === undefined)',
    tests: [external],
  },
  {
    what: 'an external CA may give a node the role that it likes',
    file: 'ca/external-ca.ts',
    text: 'named === undefined || nameOf(named) !== nameOf(identity)',
    replacement: 'named === undefined || named.clusterId !== identity.clusterId',
    tests: [external],
  },
  {
    what: 'an external CA may sign with the key of another root',
    file: 'ca/external-ca.ts',
    text: 'if (!isSignedBy(certificate, new X509Certificate(root)))',
    replacement: 'if (!certificate.checkIssued(new X509Certificate(root)))',
    tests: [external],
  },
  {
    what: 'a certificate of an external CA may last for ever',
    file: 'ca/external-ca.ts',
    text: 'notAfterMs > wanted.notAfterMs + backdateMs',
    replacement: 'notAfterMs > wanted.notAfterMs + Number.POSITIVE_INFINITY',
    tests: [external],
  },
  {
    what: 'the key of the cluster signs where an external CA does not answer',
    file: 'ca/cluster-ca.ts',
    text: 'if (authorities.length > 0) return',
    replacement: 'if (authorities.length > 0 && key === undefined) return',
    tests: [external],
  },
]
