// Several clusters on one screen: a list that says of each row where it is, and one of them that is not reached.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { openThree } from './testdata/three-clusters.ts'
import { createTown } from './testdata/town.ts'

const graphs = { key: 'ctrl-g', on: ['services'], help: 'its graphs', command: 'open {name}' }

async function start(given: Parameters<typeof openThree>[0] = {}) {
  const { town, testing, advance } = await openThree(given)
  const type = async (...keys: readonly string[]): Promise<readonly string[]> => {
    for (const key of keys) town.session.press(key)
    await advance(2_500)
    return town.session.frame().map(stripVTControlCharacters)
  }
  return { town, testing, type }
}

test('a list has the rows of all clusters, each with its own; one that is not reached is said and keeps nobody', async () => {
  const { type } = await start()
  const overview = await type()
  assert.match(overview[0] ?? '', /3 clusters {2}6\/8 nodes {2}8 services {2}10 running .*1 of 3 NOT REACHED/)
  assert.match(overview.join('\n'), />! lost +not reached for \d+s: nobody listens/)
  assert.match(overview.join('\n'), /! prod service\/shop_api +rollout of v2 stopped/)
  assert.match(overview.join('\n'), /^\| prod +live +3\/4 +4 +5 +3 /m)
  assert.match(overview.join('\n'), /^\| lost +not reached \d+s +0\/0/m)
  const services = await type('2')
  assert.match(services.join('\n'), /CONTEXT +NAME[\s\S]*>prod +shop_api .*3\/4[\s\S]*^ prod +shop_web [\s\S]*^ test +shop_api .*3\/4/m)
  assert.match((await type('/', ...'context=test web', 'enter')).join('\n'), /1 of 8 \n.*\n>test +shop_web/)
})

test('enter goes down in the cluster of the row, and what changes it names the context', async () => {
  const { type, town } = await start()
  assert.match((await type('2', 'G', 'enter'))[0] ?? '', /kit {2}test of 3 {2}/)
  assert.match((await type('S', 'backspace', '7', 'enter')).at(-1) ?? '', /done/)
  assert.deepEqual(town.ran.at(-1), ['--context', 'test', 'scale', 'service/shop_web=7'])
  await type('2', 'g', ' ', 'G', ' ', 'R', 'tab')
  assert.match(
    town.session.frame().join('\n'),
    /service\/shop_api of prod: [\s\S]*service\/shop_web of test: [\s\S]*kit --context prod rollout restart/,
  )
  await type('enter')
  assert.deepEqual(
    town.ran.slice(-2).map((words) => words.join(' ')),
    ['--context prod rollout restart service/shop_api', '--context test rollout restart service/shop_web'],
  )
})

test('after : a view of one cluster is named with @, and where a name is in several that is asked for', async () => {
  const { type, testing } = await start()
  assert.match((await type(':', ...'services @test', 'enter'))[0] ?? '', /kit {2}test of 3/)
  assert.match((await type(':', ...'service/shop_web', 'enter')).at(-1) ?? '', /is in several: end it with @prod or @test/)
  await testing.commit([{ op: 'delete', kind: 'Service', name: 'shop_bad' }])
  await type() // It hears of that.
  assert.match((await type(':', ...'svc/shop_bad/tasks', 'enter'))[0] ?? '', /kit {2}prod of 3/)
  assert.match((await type(':', ...'services @nowhere', 'enter')).at(-1) ?? '', /there is no context "nowhere"/)
  const copied = await type('ctrl-y')
  assert.match(copied.at(-1) ?? '', /copied: kit:\/\/prod\/service\/shop_bad\/tasks/)
})

test('the list of some of the clusters is had by their names, with a filter, and goes on below; @ alone is all of them', async () => {
  const { type, town } = await start()
  const two = await type(':', ...'services web @prod,test', 'enter')
  assert.match(two[0] ?? '', /kit {2}2 of 3 clusters {2}6\/8 nodes/)
  assert.match(two.join('\n'), /\[\/web\] .*2 of 8 *\n.*\n>prod +shop_web .*\n test +shop_web /)
  assert.match((await type('ctrl-y')).at(-1) ?? '', /copied: kit:\/\/prod,test\/services\?f=web/)
  await type('j', 'S', 'backspace', '7', 'enter')
  assert.deepEqual(town.ran.at(-1), ['--context', 'test', 'scale', 'service/shop_web=7'])
  assert.match((await type(':', ...'scale service/shop_web=1', 'enter')).at(-1) ?? '', /of which cluster/)
  assert.match((await type(':', ...'@lost', 'enter'))[0] ?? '', /kit {2}lost of 3/)
  const all = await type(':', '@', 'enter')
  assert.match(all[0] ?? '', /kit {2}3 clusters/)
  assert.match(all[1] ?? '', /^ services .*2 of 8/)
  assert.match((await type(':', ...'services @prod,nowhere', 'enter')).at(-1) ?? '', /there is no context "nowhere"/)
  assert.match((await type(':', ...'tree web', 'enter')).at(-1) ?? '', /only lists have a filter/)
  assert.match((await type(':', ...'service/shop_web @test', 'enter', ':', ...'@prod', 'enter'))[0] ?? '', /kit {2}prod of 3/)
})

test('tab completes contexts one after the other, and what was typed before', async () => {
  const { type } = await start()
  assert.match((await type(':', ...'services @p', 'tab')).at(-1) ?? '', /:services @prod_/)
  assert.match((await type(',', 't', 'tab')).at(-1) ?? '', /:services @prod,test_/)
  await type('esc', ':', ...'scale service/shop_web=9 @prod', 'enter')
  assert.match((await type(':', ...'scale s', 'tab')).at(-1) ?? '', /:scale service\/shop_web=9 @prod_/)
})

test('in a context that the file says is read-only nothing is changed, by no key, mark, command or form; in others it is', async () => {
  const { type, town } = await start({ file: async () => ({ themes: {}, keys: [graphs], readOnly: ['prod'] }) })
  assert.match((await type('2'))[0] ?? '', /READ-ONLY prod 1 of 3 NOT REACHED/)
  for (const key of ['ctrl-x', 'S', 'R', 'U', 'p', 'e', 's', 'a', 'F', 'ctrl-g'])
    assert.match((await type('2', 'g', key)).at(-1) ?? '', /prod is read-only: nothing is changed there/, key)
  assert.match((await type(' ', 'G', ' ', 'R')).at(-1) ?? '', /prod is read-only/, 'one of two that are marked')
  assert.match((await type(':', ...'scale service/shop_web=1 @prod', 'enter')).at(-1) ?? '', /prod is read-only/)
  assert.match((await type(':', ...'services @prod', 'enter'))[0] ?? '', /READ-ONLY {2}?live|READ-ONLY live/)
  assert.deepEqual([town.ran, town.shells], [[], []])
  await type(':', ...'services @test', 'enter', 'G', 'S', 'backspace', '7', 'enter')
  assert.deepEqual(town.ran, [['--context', 'test', 'scale', 'service/shop_web=7']])
})

test('the only cluster may be read-only, and so is everything while the file cannot be read', async () => {
  const unreadable = async (): Promise<never> => {
    throw new Error('dashboard.yaml: it is not YAML')
  }
  for (const file of [async () => ({ themes: {}, keys: [], readOnly: ['local'] }), unreadable]) {
    const town = createTown({ file })
    const { close } = await town.open()
    assert.match(town.session.frame()[0] ?? '', /READ-ONLY live/)
    await town.type('2', 'S')
    assert.match(town.session.frame().at(-1) ?? '', /read-only: nothing is changed here/)
    close()
  }
})

test('a context that it was not begun with is shown after @, beside the one it was begun with', async () => {
  const [testing, here] = [createTown(), createTown()]
  await Promise.all([testing.open(), here.open()])
  const asked: string[] = []
  const town = createTown({
    clusters: [{ name: '~/.kit/local', context: 'local', client: here.client }],
    clock: here.clock,
    clientOf: async (context) => {
      asked.push(context)
      if (context !== 'test' && context !== 'local') throw new Error(`there is no context "${context}"`)
      return context === 'test' ? testing.client : here.client
    },
    file: async () => ({ themes: {}, readOnly: ['test'], keys: [] }),
  })
  const stop = new AbortController()
  const ended = town.session.run(stop.signal)
  const type = async (...keys: readonly string[]): Promise<string> => {
    for (const key of keys) town.session.press(key)
    await Promise.all([here.clock.advance(2_500), testing.clock.advance(2_500)])
    return town.session.frame().map(stripVTControlCharacters).join('\n')
  }
  assert.match(await type('2', ':', ...'@nowhere', 'enter'), /there is no context "nowhere"/)
  assert.match(await type(':', ...'@test', 'enter'), /kit {2}test of 2 [\s\S]*>shop_api/)
  assert.match(await type(':', ...'@', 'enter'), /2 clusters[\s\S]*>local +shop_api[\s\S]*test +shop_api/)
  assert.match(await type('G', 'R'), /test is read-only: nothing is changed there/)
  await type('g', 'R', 'tab', 'enter')
  assert.deepEqual(town.ran, [['--context', 'local', 'rollout', 'restart', 'service/shop_api']])
  assert.match(await type('[', '[', '['), /kit {2}local of 2 /, 'what was looked at before was of the one')
  assert.match(await type(':', ...'services @local,test', 'enter'), /2 clusters/)
  assert.deepEqual(asked, ['nowhere', 'test'], 'each is asked for once')
  stop.abort()
  await ended
})
