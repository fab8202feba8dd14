// Bugs of what makes a request that is asked for again be carried out once.

import type { Bug } from './bug.ts'

const state = ['store/mvcc/applied-requests.test.ts']
const door = ['server/forwarding.test.ts']
const server = ['server/once.test.ts']
const client = ['client/repeat.test.ts', 'client/http/http.test.ts']

export const requestBugs: readonly Bug[] = [
  {
    what: 'a request that was carried out is carried out again',
    file: 'store/mvcc/state.ts',
    text: 'request === undefined ? undefined : this.#requests.find(request)',
    replacement: 'request === undefined || request.atMs >= 0 ? undefined : this.#requests.find(request)',
    tests: state,
    simulations: ['members'],
    classics: [38],
  },
  {
    what: 'a request of which two entries are in the log is carried out by both',
    file: 'store/mvcc/state.ts',
    text: `    if (repeated !== undefined) return repeated
    if (refused !== undefined) return { refused }
    if (commit.request !== undefined) this`,
    replacement: `    if (repeated !== undefined && 'refused' in repeated) return repeated
    const conflict = repeated === undefined ? refused : this.check(commit)
    if (conflict !== undefined) return { refused: conflict }
    if (commit.request !== undefined && repeated === undefined) this`,
    tests: ['store/store.test.ts'],
    simulations: ['members'],
    classics: [38],
  },
  {
    what: 'requests that were carried out are not in a snapshot',
    file: 'store/mvcc/snapshot.ts',
    text: 'requests: state.requests() }',
    replacement: 'requests: [] }',
    tests: [...state, 'node/restore.test.ts'],
    simulations: ['members'],
  },
  {
    what: 'a request is remembered although it was refused',
    file: 'store/mvcc/state.ts',
    text: '    if (refused !== undefined) return { refused }\n    if (commit.request !== undefined) this',
    replacement:
      "    if (commit.request !== undefined && (refused === undefined || commit.writes.at(-1)?.op !== 'delete')) this.#requests.add(this.#requestOf(index, commit.request, commit.writes))\n    if (refused !== undefined) return { refused }\n    if (index < 0 && commit.request !== undefined) this",
    tests: state,
    simulations: ['members'],
  },
  {
    what: 'another request than the oldest of a user is forgotten',
    file: 'store/mvcc/applied-requests.ts',
    text: 'const oldest = own.requests[own.first]',
    replacement: 'const oldest = own.requests.at(-1)',
    tests: state,
  },
  {
    what: 'the oldest request is forgotten, whoever has most of them',
    file: 'store/mvcc/applied-requests.ts',
    text: 'if (count > most || (count === most && index < age))',
    replacement: 'if (count > 0 && index < age)',
    tests: state,
  },
  {
    what: 'of two users who have as many, it depends on the history of a member whose request is forgotten',
    file: 'store/mvcc/applied-requests.ts',
    text: ' || (count === most && index < age)',
    replacement: '',
    tests: state,
  },
  {
    what: 'nobody knows any more which request was forgotten last once there was a snapshot',
    file: 'store/mvcc/snapshot.ts',
    text: 'of state.forgottenRequests()) rest',
    replacement: 'of state.forgottenRequests().slice(9)) rest',
    tests: state,
  },
  {
    what: 'another request with the id of one before is answered with what that one did',
    file: 'store/mvcc/applied-requests.ts',
    text: 'applied.digest === mark.digest ?',
    replacement: "applied.digest !== '' ?",
    tests: [...state, ...server],
  },
  {
    what: 'a request that was carried out is refused for what it was based on',
    file: 'store/driver.ts',
    text: '      if (repeated !== undefined) return repeat(repeated)\n      const refused',
    replacement: '      if (repeated !== undefined && !this.#leads) return repeat(repeated)\n      const refused',
    tests: ['store/store.test.ts'],
    simulations: ['members'],
  },
  {
    what: 'requests of different users with the same key are one',
    file: 'server/once.ts',
    text: '[nameOf(request.identity), key]',
    replacement: '[key]',
    tests: server,
  },
  {
    what: 'a request that is under way is not waited for',
    file: 'server/once.ts',
    text: 'underWay.set(mark.id, { digest: mark.digest, ended })',
    replacement: 'void ended',
    tests: server,
  },
  {
    what: 'a request does not know another body from its own',
    file: 'server/once.ts',
    text: ', bytesOf(body)])',
    replacement: '])',
    tests: server,
  },
  {
    what: 'the commit of a request does not say whose it is',
    file: 'server/write/commit.ts',
    text: ', ...(mark !== undefined && { request: mark })',
    replacement: '',
    tests: server,
  },
  {
    what: 'the deletion of a request does not say whose it is',
    file: 'server/write/delete.ts',
    text: '[], intent.request.mark)',
    replacement: '[])',
    tests: server,
  },
  {
    what: 'a request is answered with whatever has the name of its object now',
    file: 'server/once.ts',
    text: ' || object.metadata.uid === uid',
    replacement: ' || object.metadata.name === applied.name',
    tests: server,
  },
  {
    what: 'a request that may be forgotten is carried out',
    file: 'server/once.ts',
    text: 'if (view.forgottenRequestsMs(mark) < mark.atMs - Number(text) - clockSkewMs) return',
    replacement: 'if (view.forgottenRequestsMs(mark) <= mark.atMs) return',
    tests: server,
  },
  {
    what: 'a request for a command in a task is handed on again',
    file: 'server/door.ts',
    text: " && headers['upgrade'] === undefined",
    replacement: '',
    tests: door,
  },
  {
    what: 'a request that was lost is called not begun when nobody leads later on',
    file: 'server/door.ts',
    text: "if (lost === undefined || request.method === 'GET') throw error",
    replacement: "if (lost !== undefined || request.method === 'GET') throw error",
    tests: door,
  },
  {
    what: 'a client asks for a request again under another id',
    file: 'client/repeat.ts',
    text: '{ ...request.headers, [askedAgoHeader]: String(agoMs) }',
    replacement: "{ ...request.headers, [askedAgoHeader]: String(agoMs), 'idempotency-key': String(agoMs) }",
    tests: client,
  },
  {
    what: 'a client takes what became of a later attempt for what became of the request',
    file: 'client/repeat.ts',
    text: " || (reason !== 'Unknown' && !reasons[reason][1])",
    replacement: " || reason !== 'Unknown'",
    tests: client,
  },
  {
    what: 'a client calls a request not begun whose connection broke',
    file: 'client/http/http.ts',
    text: "return new StatusError('Unknown',",
    replacement: "return new StatusError('Unavailable',",
    tests: client,
  },
]
