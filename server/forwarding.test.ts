import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Reason, StatusError } from '../api/errors.ts'
import { type ApiRequest, type ApiResponse, type FrameConnection, type Handle, localAdmin, type Method } from '../api/request.ts'
import type { Transport } from '../effects/effects.ts'
import { Loopback } from '../effects/real/transport.ts'
import { failure } from './answer.ts'
import { createDecider, createDoor } from './door.ts'
import { Forwarder, LostAnswer, serveForwarded } from './forwarding.ts'

const clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  sleep: () => new Promise<void>((resolve) => setImmediate(resolve)),
}

/** Of the door, between two looks for a leader. */
const lookMs = 25

function request(more: Partial<ApiRequest> = {}): ApiRequest {
  const { signal } = new AbortController()
  return { method: 'POST', path: '/apis/kit/v1/configs', query: { a: 'b' }, headers: { h: 'v' }, identity: localAdmin, signal, ...more }
}

function open(handle: Handle, signal: AbortSignal) {
  const network = new Loopback()
  const [leader, follower] = ['leader', 'follower'].map((id) => network.transport({ id, role: 'Manager', clusterId: 'c' }))
  assert.ok(leader !== undefined && follower !== undefined)
  let connections = 0
  const counted: Transport = {
    ...follower,
    connect(...args) {
      connections += 1
      return follower.connect(...args)
    },
  }
  void serveForwarded(leader, handle, signal)
  const forwarder = new Forwarder(counted)
  return { forwarder, forward: (asked: ApiRequest) => forwarder.forward('leader', asked), connections: () => connections }
}

const bodyOf = (response: ApiResponse): unknown => ('body' in response ? response.body : undefined)

test('a request gets there as it was made, and its answer comes back, over one stream for many', async () => {
  const stop = new AbortController()
  const seen: ApiRequest[] = []
  const { forward, connections, forwarder } = open(async (asked) => {
    seen.push(asked)
    return { status: 201, headers: { warning: ['one', 'two'] }, body: { got: asked.body instanceof Uint8Array ? asked.body.length : null } }
  }, stop.signal)
  const large = new Uint8Array(1_500_000).fill(65)
  for (const body of [large, Buffer.from('{}'), undefined, large]) {
    const response = await forward(request(body === undefined ? { method: 'DELETE' } : { body }))
    assert.deepEqual(
      [response.status, response.headers, bodyOf(response)],
      [201, { warning: ['one', 'two'] }, { got: body?.length ?? null }],
    )
  }
  const [first] = seen
  assert.ok(first !== undefined)
  const { method, path, query, headers, identity } = first
  const { signal: _, body: _body, ...asked } = request()
  assert.deepEqual({ method, path, query, headers, identity }, asked)
  assert.equal(connections(), 1)
  forwarder.close()
  stop.abort()
})

test('those that are under way at once do not wait for each other', async () => {
  const stop = new AbortController()
  const gates = new Map<string, () => void>()
  const { forward, connections } = open(
    (asked) => new Promise((resolve) => gates.set(asked.path, () => resolve({ status: 200, headers: {}, body: asked.path }))),
    stop.signal,
  )
  const answers = ['/1', '/2', '/3'].map((path) => forward(request({ path })))
  while (gates.size < 3) await new Promise((resolve) => setImmediate(resolve))
  for (const path of ['/3', '/1', '/2']) gates.get(path)?.()
  assert.deepEqual((await Promise.all(answers)).map(bodyOf), ['/1', '/2', '/3'])
  assert.equal(connections(), 3)
  await Promise.all([
    forward(request({ path: '/4' })),
    new Promise<void>((resolve) => setImmediate(() => resolve())).then(async () => {
      while (!gates.has('/4')) await new Promise((resolve) => setImmediate(resolve))
      gates.get('/4')?.()
    }),
  ])
  assert.equal(connections(), 3, 'one of them is used again')
  stop.abort()
})

test('of a thousand requests at once 256 are with the leader, the others wait for one of their streams, or give up', async () => {
  const stop = new AbortController()
  const waiting: (() => void)[] = []
  const { forward, connections } = open((asked) => {
    async function* noValues(): AsyncGenerator<unknown, void, void> {}
    if (asked.path === '/watch') return Promise.resolve({ status: 200, headers: {}, stream: noValues() })
    return new Promise((resolve) => waiting.push(() => resolve({ status: 200, headers: {}, body: asked.path })))
  }, stop.signal)
  const settles = async (wanted: () => boolean): Promise<void> => {
    while (!wanted()) await new Promise((resolve) => setImmediate(resolve))
  }
  for (let at = 0; at < 256; at += 1) assert.ok('stream' in (await forward(request({ method: 'GET', path: '/watch' }))), 'no turn is kept')
  const streams = connections()
  const paths = Array.from({ length: 1_000 }, (_, at) => `/${at}`)
  const answers = paths.map((path) => forward(request({ path })))
  const impatient = new AbortController()
  const givenUp = assert.rejects(forward(request({ path: '/late', signal: impatient.signal })), /enough/)
  await settles(() => waiting.length === 256)
  impatient.abort(new Error('enough'))
  await givenUp
  await assert.rejects(forward(request({ path: '/late', signal: impatient.signal })), /enough/)
  for (let answered = 0; answered < 1_000; answered += 1) {
    await settles(() => waiting.length > 0)
    waiting.shift()?.()
  }
  assert.deepEqual((await Promise.all(answers)).map(bodyOf), paths)
  assert.equal(connections() - streams, 256)
  assert.equal(waiting.length, 0)
  stop.abort()
})

test('what is answered after the end leaves no stream behind', async () => {
  const stop = new AbortController()
  let answer = (): void => undefined
  let isOver = false
  const network = new Loopback()
  const [leader, follower] = ['leader', 'follower'].map((id) => network.transport({ id, role: 'Manager', clusterId: 'c' }))
  assert.ok(leader !== undefined && follower !== undefined)
  void leader.serve(
    'api',
    async (stream) => {
      const frames = stream.frames()[Symbol.asyncIterator]()
      await frames.next()
      await new Promise<void>((resolve) => (answer = resolve))
      for (const value of [{ kind: 'answer', status: 200, headers: {} }, 'late'])
        await stream.send(Buffer.from(`\0${JSON.stringify(value)}`))
      isOver = (await frames.next()).done === true
    },
    stop.signal,
  )
  const forwarder = new Forwarder(follower)
  const late = forwarder.forward('leader', request())
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  forwarder.close()
  answer()
  assert.equal(bodyOf(await late), 'late')
  for (let turns = 0; turns < 100 && !isOver; turns += 1) await new Promise((resolve) => setImmediate(resolve))
  assert.ok(isOver)
  stop.abort()
})

test('a stream of values comes as it is made, and ends at the leader when its reader goes', async () => {
  const stop = new AbortController()
  let ended = false
  const { forward } = open(async ({ signal }) => {
    async function* values(): AsyncGenerator<unknown, void, void> {
      try {
        for (let at = 0; ; at += 1) {
          yield { at }
          if (at === 2) await new Promise((_, reject) => signal.addEventListener('abort', reject, { once: true }))
        }
      } finally {
        ended = true
      }
    }
    return { status: 200, headers: {}, stream: values() }
  }, stop.signal)
  const reader = new AbortController()
  const response = await forward(request({ method: 'GET', signal: reader.signal }))
  assert.ok('stream' in response)
  const found: unknown[] = []
  for await (const value of response.stream) if (found.push(value) === 3) break
  assert.deepEqual(found, [{ at: 0 }, { at: 1 }, { at: 2 }])
  while (!ended) await new Promise((resolve) => setImmediate(resolve))
  stop.abort()
})

test('frames go both ways', async () => {
  const stop = new AbortController()
  const { forward } = open(async () => {
    const echoes: Uint8Array[] = []
    let wake = (): void => undefined
    let isClosed = false
    const frames: FrameConnection = {
      async send(frame) {
        echoes.push(Buffer.concat([Buffer.from('echo '), frame]))
        wake()
      },
      async *frames() {
        while (!isClosed) {
          const next = echoes.shift()
          if (next !== undefined) yield next
          else await new Promise<void>((resolve) => (wake = resolve))
        }
      },
      close() {
        isClosed = true
        wake()
      },
    }
    return { status: 101, headers: { upgrade: 'x' }, frames }
  }, stop.signal)
  const response = await forward(request())
  assert.ok('frames' in response)
  await response.frames.send(Buffer.from('one'))
  for await (const frame of response.frames.frames()) {
    assert.equal(Buffer.from(frame).toString(), 'echo one')
    break
  }
  response.frames.close()
  stop.abort()
})

test('what was not begun is told from what may have been carried out', async () => {
  const stop = new AbortController()
  const { forward } = open(() => Promise.reject(new Error('it dies')), stop.signal)
  await assert.rejects(forward(request()), LostAnswer)
  stop.abort()
  await assert.rejects(forward(request()), (error) => !(error instanceof LostAnswer))
})

/** Of a manager that knows who leads. */
const led = { clock, leaderAddress: () => 'leader', hasSay: () => true, whyNone: () => 'nobody leads' }

/** The store of a manager that follows. `catchUp`: what becomes of the wish to have all that was acknowledged anywhere. */
function following(catchUp: () => Promise<void>, hasSpace = () => true) {
  return { view: { resourceVersion: 7 }, status: () => ({ leads: false, hasSpace: hasSpace(), isStopped: false }), catchUp }
}

test('the door asks again what was not begun, and says of a write that it may have been', async () => {
  const stop = new AbortController()
  const notLeader = failure(new StatusError('NotLeader', 'somebody else leads'))
  const answers: (() => Promise<ApiResponse>)[] = [
    async () => notLeader,
    async () => notLeader,
    async () => ({ status: 200, headers: {}, body: 'done' }),
    () => Promise.reject(new Error('it dies')),
  ]
  const { forwarder } = open(() => answers.shift()?.() ?? Promise.reject(new Error('nothing more')), stop.signal)
  let caughtUp = 0
  const catchUp = async (): Promise<void> => {
    caughtUp += 1
  }
  const store = following(catchUp)
  const here: Handle = async ({ path }) => ({ status: 200, headers: {}, body: `here ${path}` })
  const door = createDoor({ ...led, forwarder, store, here })
  assert.equal(bodyOf(await door(request())), 'done')
  const lost = await door(request())
  assert.equal(lost.status, 500)
  assert.match(JSON.stringify(bodyOf(lost)), /look whether the change was made/)
  const path = '/apis/kit/v1/services'
  // What is asked for without a version must be the newest; any version, one that is here, and the next page of a list need nobody.
  for (const [query, times] of [
    [{}, 1],
    [{ resourceVersion: '8' }, 2],
    [{ resourceVersion: '7' }, 2],
    [{ resourceVersion: '0' }, 2],
    [{ continue: 'x' }, 2],
  ] as const) {
    assert.equal(bodyOf(await door(request({ method: 'GET', path, query }))), `here ${path}`)
    assert.equal(caughtUp, times, JSON.stringify(query))
  }
  assert.equal(bodyOf(await door(request({ method: 'GET', path: '/livez' }))), 'here /livez')
  stop.abort()
})

const ok: ApiResponse = { status: 200, headers: {}, body: 'done' }
const refusal = (reason: Reason): ApiResponse => failure(new StatusError(reason, 'as far as is known here'))
const decisions: readonly {
  readonly what: string
  readonly method?: Method
  readonly answers: readonly ApiResponse[]
  /** Up to where catching up leads, from version 7; or why it does not. */
  readonly upTo: number | StatusError | 'never'
  /** How it ends, and how often the router was asked. */
  readonly status: number
  readonly asked: number
}[] = [
  { what: 'is done', answers: [ok], upTo: 8, status: 200, asked: 1 },
  { what: 'conflicts with what is old', answers: [refusal('Conflict'), ok], upTo: 8, status: 200, asked: 2 },
  { what: 'is of an object that is not here yet', answers: [refusal('NotFound'), ok], upTo: 8, status: 200, asked: 2 },
  { what: 'makes an object that is gone elsewhere', answers: [refusal('AlreadyExists'), ok], upTo: 8, status: 200, asked: 2 },
  { what: 'needs an object that is not here yet', answers: [refusal('Invalid'), ok], upTo: 8, status: 200, asked: 2 },
  { what: 'conflicts with what is new, too', answers: [refusal('Conflict'), refusal('Conflict')], upTo: 8, status: 409, asked: 2 },
  { what: 'conflicts with what is the newest', answers: [refusal('Conflict'), ok], upTo: 7, status: 409, asked: 1 },
  { what: 'is refused whatever there is', answers: [refusal('Forbidden'), ok], upTo: 8, status: 403, asked: 1 },
  { what: 'may have been done', answers: [refusal('Unknown'), ok], upTo: 8, status: 500, asked: 1 },
  {
    what: 'is refused by a manager that was overtaken',
    answers: [refusal('Conflict'), ok],
    upTo: new StatusError('NotLeader', 'another one leads'),
    status: 503,
    asked: 1,
  },
  { what: 'is refused while the disk stands still', answers: [refusal('Conflict'), ok], upTo: 'never', status: 503, asked: 1 },
  { what: 'only reads', method: 'GET', answers: [refusal('NotFound'), ok], upTo: 8, status: 404, asked: 1 },
]
for (const { what, method = 'PUT', answers, upTo, status, asked } of decisions)
  test(`the leader refuses nothing for what is no longer so: a request that ${what}`, async () => {
    const view = { resourceVersion: 7 }
    const catchUp = (): Promise<void> => {
      if (upTo === 'never') return new Promise(() => undefined)
      if (upTo instanceof StatusError) return Promise.reject(upTo)
      view.resourceVersion = upTo
      return Promise.resolve()
    }
    const store = { view, status: () => ({ leads: true, hasSpace: true, isStopped: false }), catchUp }
    let times = 0
    const here: Handle = async () => answers[times++] ?? assert.fail('it is asked again and again')
    const response = await createDecider({ clock, store, here })(request({ method }))
    assert.deepEqual([response.status, times], [status, asked])
  })

test('a manager without a say says so at once', async () => {
  const stop = new AbortController()
  const { forwarder } = open(() => Promise.reject(new Error('nobody asks')), stop.signal)
  const passing = new StatusError('Unavailable', 'no leader is known')
  const store = following(() => Promise.reject(passing))
  const still = { monotonicMs: () => 0, wallMs: () => 0, sleep: () => Promise.reject(new Error('it waits')) }
  const here: Handle = () => Promise.reject(new Error('not here'))
  const door = createDoor({
    clock: still,
    forwarder,
    store,
    here,
    leaderAddress: () => undefined,
    hasSay: () => false,
    whyNone: () => 'no say',
  })
  for (const method of ['GET', 'POST'] as const) {
    const answer = await door(request({ method, path: '/apis/kit/v1/services' }))
    assert.deepEqual([answer.status, bodyOf(answer)], [503, failure(new StatusError('NotLeader', 'no say')).body])
  }
  stop.abort()
})

/** What the leader does with one request after the other; the door of a manager that hands them to it, and a clock that sleeping moves. */
function openDoor(does: readonly (ApiResponse | 'dies')[], signal: AbortSignal) {
  const asked: ApiRequest[] = []
  const { forwarder } = open(async (request) => {
    asked.push(request)
    const next = does[Math.min(asked.length, does.length) - 1]
    if (next === undefined || next === 'dies') throw new Error('it dies')
    return next
  }, signal)
  let nowMs = 0
  const moving = {
    monotonicMs: () => nowMs,
    wallMs: () => nowMs,
    /** The door's own look for a leader; its watch over the present one sees the end of the request before that of its sleep. */
    async sleep(ms: number, signal: AbortSignal) {
      if (ms > lookMs) return await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
      nowMs += ms
      await clock.sleep()
    },
  }
  const store = following(async () => undefined)
  const here: Handle = () => Promise.reject(new Error('not here'))
  const door = createDoor({
    clock: moving,
    forwarder,
    store,
    here,
    leaderAddress: () => 'leader',
    hasSay: () => true,
    whyNone: () => 'nobody leads',
  })
  return { door, asked }
}

const no = (reason: Reason): ApiResponse => failure(new StatusError(reason, reason))
const yes: ApiResponse = { status: 200, headers: {}, body: 'done' }
const keyed = { 'idempotency-key': 'k' }
const doors: readonly (readonly [
  what: string,
  does: readonly (ApiResponse | 'dies')[],
  more: Partial<ApiRequest>,
  attempts: number,
  status: number,
])[] = [
  ['a write with a key whose leader dies is asked for again', ['dies', yes], { headers: keyed }, 2, 200],
  ['a write with a key whose leader does not know is asked for again', [no('Unknown'), yes], { headers: keyed }, 2, 200],
  [
    'what comes to nothing after that does not count',
    ['dies', no('NotLeader'), no('Unavailable'), no('TooManyRequests'), yes],
    { headers: keyed },
    5,
    200,
  ],
  ['a refusal after that does', ['dies', no('Conflict')], { headers: keyed }, 2, 409],
  ['a refusal before is answered', [no('Unavailable')], { headers: keyed }, 1, 503],
  ['a write without one is not asked for again', ['dies', yes], { headers: {} }, 1, 500],
  ['nor one whose leader does not know', [no('Unknown'), yes], { headers: {} }, 1, 500],
  ['nor a command in a task', ['dies', yes], { headers: { ...keyed, upgrade: 'kit' } }, 1, 500],
  ['a read always is', ['dies', yes], { method: 'GET', path: '/apis/kit/v1/events' }, 2, 200],
]
for (const [what, does, more, attempts, status] of doors)
  test(`the door: ${what}`, async () => {
    const stop = new AbortController()
    const { door, asked } = openDoor(does, stop.signal)
    assert.equal((await door(request(more))).status, status)
    assert.equal(asked.length, attempts)
    const ago = asked.map(({ headers }) => headers['kit-asked-ms-ago'])
    assert.deepEqual(
      ago,
      more.headers === keyed
        ? ['', '25', '50', '75', '100'].slice(0, attempts).map((text) => (text === '' ? undefined : text))
        : ago.map(() => undefined),
    )
    stop.abort()
  })

const endings: readonly (readonly [what: string, more: Partial<ApiRequest>, end: 'answers' | 'dies', status: number, says: RegExp])[] = [
  ['a change is answered', {}, 'answers', 200, /done/],
  ['a change whose leader dies may have been made', {}, 'dies', 500, /look whether the change was made/],
  ['so may one with a key', { headers: keyed }, 'dies', 500, /look whether the change was made/],
  ['a read is given up', { method: 'GET', path: '/apis/kit/v1/events' }, 'answers', 503, /this daemon ends/],
]
for (const [what, more, end, status, says] of endings)
  test(`the door of a daemon that ends: ${what}`, async () => {
    const [stop, ending] = [new AbortController(), new AbortController()]
    let carryOn = (): void => undefined
    const { forwarder } = open(async () => {
      await new Promise<void>((resolve) => (carryOn = resolve))
      if (end === 'dies') throw new Error('it dies')
      return yes
    }, stop.signal)
    const here: Handle = () => Promise.reject(new Error('not here'))
    const door = createDoor({
      clock,
      forwarder,
      store: following(async () => undefined),
      here,
      leaderAddress: () => 'leader',
      hasSay: () => true,
      whyNone: () => 'nobody leads',
    })
    const before = carryOn
    const answered = door(request({ signal: ending.signal, ...more }))
    while (carryOn === before) await new Promise((resolve) => setImmediate(resolve))
    ending.abort(new Error('the daemon ends'))
    carryOn()
    const answer = await answered
    assert.equal(answer.status, status)
    assert.match(JSON.stringify(bodyOf(answer)), says)
    stop.abort()
  })

test('the door adds to how long ago a write was first asked for, and says in the end that nobody knows what became of it', async () => {
  const stop = new AbortController()
  const { door, asked } = openDoor(['dies', no('NotLeader')], stop.signal)
  const answered = await door(request({ headers: { ...keyed, 'kit-asked-ms-ago': '1000' } }))
  assert.match(JSON.stringify(bodyOf(answered)), /"reason":"Unknown"/)
  assert.deepEqual(
    asked.slice(0, 3).map(({ headers }) => headers['kit-asked-ms-ago']),
    ['1000', '1025', '1050'],
  )
  stop.abort()
})

test('a leader that is cut off while many ask it is waited for as long as it is known to lead, and a little longer, with one look for all', async () => {
  const stop = new AbortController()
  let asked = 0
  const { forwarder } = open(() => {
    asked += 1
    return new Promise(() => undefined)
  }, stop.signal)
  let nowMs = 0
  let leads = true
  let lostMs = Number.POSITIVE_INFINITY
  const isLate = (): boolean => nowMs - lostMs > 10_000
  let [sleeping, mostSleeping] = [0, 0]
  const quick = {
    ...clock,
    monotonicMs: () => nowMs,
    sleep: async () => {
      sleeping += 1
      mostSleeping = Math.max(mostSleeping, sleeping)
      await clock.sleep()
      if (isLate()) await new Promise(() => undefined) // Who looks for ever does not keep the test from ending.
      sleeping -= 1
      nowMs += 100
    },
  }
  const store = following(async () => undefined)
  const here: Handle = async () => ({ status: 200, headers: {}, body: 'here' })
  const leaderAddress = (): string | undefined => (leads ? 'leader' : undefined)
  const door = createDoor({ clock: quick, forwarder, store, here, leaderAddress, hasSay: () => true, whyNone: () => 'nobody leads' })
  const answers = Array.from({ length: 20 }, () => door(request()))
  while (nowMs < 60_000) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([asked, mostSleeping], [20, 1])
  leads = false
  lostMs = nowMs
  const given: ApiResponse[] = []
  for (const answer of answers) void answer.then((response) => given.push(response))
  while (given.length < answers.length && !isLate()) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([given.length, nowMs - lostMs < 3_000], [20, true])
  for (const { status, ...rest } of given) {
    assert.equal(status, 500)
    assert.match(JSON.stringify(rest), /look whether the change was made/)
  }
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  assert.equal(sleeping, 0, 'nobody looks for anybody any more')

  const stale = request({ method: 'GET', path: '/apis/kit/v1/services', query: { resourceVersion: '0' } })
  assert.match(String((await door(stale)).headers['warning']), /knows of none that leads: what it has may be old/)
  leads = true
  assert.deepEqual((await door(stale)).headers, {})
  stop.abort()
})

test('a manager whose copy is behind says so of what must be new, and reads what need not be', async () => {
  const stop = new AbortController()
  const { forwarder } = open(() => Promise.reject(new Error('it is not asked')), stop.signal)
  let hasSpace = true
  const store = following(
    () => new Promise<void>(() => undefined),
    () => hasSpace,
  )
  const here: Handle = async () => ({ status: 200, headers: {}, body: 'here' })
  const door = createDoor({ ...led, forwarder, store, here })
  const read = (query: Readonly<Record<string, string>>) => door(request({ method: 'GET', path: '/apis/kit/v1/services', query }))
  for (const why of ['may be slow', 'has no space left']) {
    const refused = await read({})
    assert.equal(refused.status, 503)
    assert.match(JSON.stringify(bodyOf(refused)), new RegExp(`does not have yet what was written last \\(its disk ${why}`))
    assert.equal((await read({ resourceVersion: '0' })).status, 200)
    hasSpace = false
  }
  stop.abort()
})

test('a manager whose store has stopped says at once what became of the write that it was stopped by, and waits for nobody', async () => {
  const stop = new AbortController()
  const { forwarder } = open(() => Promise.reject(new Error('it is not asked')), stop.signal)
  let isStopped = false
  const store = {
    view: { resourceVersion: 7 },
    status: () => ({ leads: !isStopped, hasSpace: true, isStopped }),
    catchUp: () => Promise.reject(new StatusError('Unavailable', 'the store is closing')),
  }
  const here: Handle = async () => {
    isStopped = true
    return failure(new StatusError('Unknown', 'the outcome of the write is not known: EROFS'))
  }
  const none = (): string => 'the store has stopped'
  const door = createDoor({ clock, forwarder, store, here, leaderAddress: () => undefined, hasSay: () => true, whyNone: none })
  const beganMs = performance.now()
  const lost = await door(request({ headers: keyed }))
  assert.deepEqual([lost.status, JSON.stringify(bodyOf(lost)).includes('EROFS')], [500, true])
  const read = await door(request({ method: 'GET', path: '/apis/kit/v1/services', query: {} }))
  assert.deepEqual([read.status, JSON.stringify(bodyOf(read)).includes('the store has stopped')], [503, true])
  assert.ok(performance.now() - beganMs < 4_000)
  stop.abort()
})
