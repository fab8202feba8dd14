// Several commands at the same moment, and a command that is killed: nothing half-applied, and what a command says is true.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Cluster, eventually, type Outcome, type Running } from './cluster.ts'

const cluster = new Cluster()
before(() => cluster.kit('up'))
after(() => cluster.remove())

const services = ['a', 'b', 'c', 'd']

/** Each service says in its environment which version of the file it comes from. */
const stack = (version: string): string => `
name: app
services:
${services
  .map(
    (name) => `  ${name}:
    image: x
    command: [sleep, "1000"]
    environment: {VERSION: ${version}}
    stop_grace_period: 1s
    deploy: {update_config: {monitor: 100ms, parallelism: 0}}`,
  )
  .join('\n')}
`

interface Listed {
  readonly items: readonly {
    readonly metadata: { readonly name: string }
    readonly spec: { readonly template: { readonly env: { readonly VERSION: string } } }
  }[]
}

/** The version of every service; of a stack that is whole they are all the same. */
async function versions(): Promise<readonly string[]> {
  const { items } = await cluster.json<Listed>('services', '-l', 'kit/stack=app')
  return items.map(({ spec }) => spec.template.env.VERSION)
}

function text({ code, out, err }: Outcome): string {
  return `exit code ${code}\n${out}${err}`
}

test('the same file applied twice at once: both succeed, and it is there once', async () => {
  const file = cluster.file('app.yml', stack('one'))
  const outcomes = await Promise.all([cluster.run(['apply', '-f', file]), cluster.run(['apply', '-f', file])])
  for (const outcome of outcomes) assert.equal(outcome.code, 0, text(outcome))
  assert.deepEqual(
    await versions(),
    services.map(() => 'one'),
  )
  for (const name of services) assert.equal((await cluster.tasks(`app_${name}`)).length, 1)
})

/** Whether `first` ended before `second` had done anything that it says: then both may succeed. */
async function endedBefore(first: Running, second: Running): Promise<boolean> {
  await first.ended
  return second.text() === ''
}

test('two files for one stack at once: one of them wins as a whole, and only its command says so', async () => {
  for (const round of ['1', '2', '3']) {
    const names = [`left${round}`, `right${round}`]
    const [left, right] = names.map((name) => cluster.start(['apply', '-f', cluster.file(`${name}.yml`, stack(name))]))
    assert.ok(left !== undefined && right !== undefined)
    const afterEachOther = await Promise.all([endedBefore(left, right), endedBefore(right, left)])
    const found = await versions()
    const [winner = ''] = found
    assert.deepEqual(
      found,
      services.map(() => winner),
    )
    assert.ok(names.includes(winner), winner)
    for (const [at, outcome] of [await left.ended, await right.ended].entries()) {
      if (names[at] === winner || (outcome.code === 0 && afterEachOther[at])) assert.equal(outcome.code, 0, text(outcome))
      else {
        assert.equal(outcome.code, 1, text(outcome))
        assert.match(outcome.err, /"app" was changed by somebody else|conflict/i)
      }
    }
  }
})

test('apply while the stack is deleted: it is there as a whole or not at all, and the commands say which', async () => {
  for (const round of ['1', '2', '3']) {
    const version = `again${round}`
    const applying = cluster.start(['apply', '-f', cluster.file('app.yml', stack(version))])
    const deleting = cluster.start(['delete', 'stack/app'])
    const [applied, deleted] = await Promise.all([applying.ended, deleting.ended])
    const found = await versions()
    const outcome = `${text(applied)}\n${text(deleted)}\n${found.join(' ')}`
    assert.equal(deleted.code, 0, outcome)
    // Between the last look of an apply and its end it may be deleted: then both have done what they say.
    if (applied.code === 0 && found.length > 0)
      assert.deepEqual(
        found,
        services.map(() => version),
        outcome,
      )
    if (applied.code !== 0) {
      assert.equal(applied.code, 1, outcome)
      assert.match(applied.err, /"app" was deleted by somebody else/)
      assert.deepEqual(found, [], outcome)
    }
    await cluster.kit('apply', '-f', cluster.file('app.yml', stack('one')))
  }
})

test('a service that is deleted while its apply waits is no success', async () => {
  const spec = '{image: x, command: [sleep, "1000"]}'
  const manifest = `apiVersion: kit/v1\nkind: Service\nmetadata: {name: lone}\nspec: {template: ${spec}, update: {monitor: 60s}}\n`
  const waiting = cluster.start(['apply', '-f', cluster.file('lone.yml', manifest)])
  await eventually(() => assert.match(waiting.text(), /watching that it stays up/))
  await cluster.kit('delete', 'service/lone')
  const outcome = await waiting.ended
  assert.equal(outcome.code, 1, text(outcome))
  assert.match(outcome.err, /"lone" was deleted/)
})

test('an apply that is killed in the middle leaves all of the old or all of the new', async () => {
  let last = 'one'
  const reached = new Set<string>()
  for (let round = 0; round < 12; round++) {
    const next = `killed${round}`
    const applying = cluster.start(['apply', '-f', cluster.file('app.yml', stack(next))])
    // From before it has connected to after it has printed: each round a little later.
    const began = performance.now()
    if (round < 11) await eventually(() => assert.ok(performance.now() - began >= round * 40))
    else await eventually(() => assert.match(applying.text(), /stack\/app configured/))
    await applying.kill()
    const winner = await eventually(async () => {
      const found = await versions()
      assert.equal(new Set(found).size, 1, found.join(' '))
      return found[0] ?? ''
    })
    assert.ok(winner === next || winner === last, winner)
    reached.add(winner === next ? 'new' : 'old')
    last = winner
  }
  assert.deepEqual([...reached].sort(), ['new', 'old'], 'the rounds must cover both ends')
  await cluster.kit('wait', 'stack/app')
  for (const name of services) await cluster.kit('wait', `service/app_${name}`)
  assert.deepEqual(
    await versions(),
    services.map(() => last),
  )
})

test('rollout status asks for nothing itself: it follows whoever changes the service', async () => {
  const spec = '{template: {image: x, command: [sleep, "1000"], stopGracePeriod: 1s}, update: {monitor: 2s}}'
  const manifest = `apiVersion: kit/v1\nkind: Service\nmetadata: {name: lone}\nspec: ${spec}\n`
  await cluster.kit('apply', '--no-wait', '-f', cluster.file('lone.yml', manifest))
  const following = cluster.start(['rollout', 'status', 'service/lone'])
  await eventually(() => assert.match(following.text(), /1\/1 {2}up, watching that it stays up/))
  await cluster.kit('scale', '--no-wait', 'service/lone=2')
  const outcome = await following.ended
  assert.equal(outcome.code, 0, text(outcome))
  assert.match(outcome.err, /2\/2 {2}converged/)
})
