import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Client } from '../../client/client.ts'
import { type FilterShelf, type SavedFilters, toggled } from '../saved-filters.ts'
import { bindings, keyNames } from './keys.ts'
import { placeOf, settled } from './state.ts'
import { openTerminal } from './testdata/terminal.ts'
import { createTown } from './testdata/town.ts'

test('the selection stays on its row while rows come and go, and on the screen', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string()),
      fc.nat(60),
      fc.nat(60),
      fc.integer({ min: 1, max: 20 }),
      fc.option(fc.string(), { nil: undefined }),
      (keys, at, top, height, selected) => {
        const place = { ...placeOf({ screen: 'tasks' }), at, top, ...(selected === undefined ? {} : { selected }) }
        const next = settled(place, keys, height)
        assert.ok(next.top >= 0 && next.at >= next.top && next.at < next.top + height)
        if (keys.length > 0) assert.equal(next.selected, keys[next.at])
        if (selected !== undefined && keys.includes(selected)) assert.equal(next.selected, selected)
        assert.deepEqual(settled(next, keys, height), next)
      },
    ),
  )
})

test('no sequence of keys breaks the dashboard or changes the cluster without a question', async () => {
  const all = [...new Set(bindings.flatMap(({ keys }) => keys)), 'x', 'tab', 'left', '9'].filter(
    (key) => key !== 'ctrl-c' && key !== 'ctrl-k',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...all), { maxLength: 60 }), async (keys) => {
      const town = createTown()
      const { close } = await town.open()
      for (const key of keys) {
        town.session.press(key)
        const lines = town.session.frame()
        assert.equal(lines.length, 24)
      }
      close()
      // Whatever was run had been asked for with tab and enter, or typed as a number of tasks.
      for (const [verb] of town.ran) assert.ok(['describe', 'explain', 'delete', 'drain', 'rollout', 'scale'].includes(verb ?? ''))
      // Pausing takes nothing away.
      if (!keys.includes('tab') && !keys.includes('left'))
        assert.ok(town.ran.every(([verb, what]) => verb === 'describe' || verb === 'explain' || verb === 'scale' || what === 'pause'))
    }),
    { numRuns: 60 },
  )
})

/** What was asked of kit, after these keys from the overview. */
async function runs(keys: readonly string[], isReadOnly = false): Promise<readonly string[]> {
  const town = createTown({ isReadOnly })
  const { close } = await town.open()
  await town.type(...keys)
  close()
  return town.ran.map((words) => words.join(' '))
}

test('keys that change the cluster run the command of kit that they name, once it is confirmed', async () => {
  assert.deepEqual(await runs(['2', 'ctrl-x', 'tab', 'enter']), ['delete service/shop_api'])
  assert.deepEqual(await runs(['2', 'U', 'tab', 'enter']), ['rollout undo service/shop_api'])
  assert.deepEqual(await runs(['2', 'u', 'R', 'right', 'enter']), ['rollout restart service/shop_api'])
  assert.deepEqual(await runs(['2', 'G', 'p']), ['rollout pause service/shop_web'])
  assert.deepEqual(await runs(['2', 'p', 'tab', 'enter']), ['rollout resume service/shop_api'])
  assert.deepEqual(await runs(['2', ' ', ' ', 'ctrl-x', 'tab', 'enter']), ['delete service/shop_api', 'delete service/shop_bad'])
  assert.deepEqual(
    await runs(['2', ' ', 'G', 'ctrl-space', 'R', 'tab', 'enter']),
    ['api', 'bad', 'big', 'web'].map((name) => `rollout restart service/shop_${name}`),
  )
  assert.deepEqual(await runs(['4', ' ', ' ', 'ctrl-k']), ['pause id-mgr-1', 'pause id-w-1'])
  assert.deepEqual(await runs(['4', ' ', ' ', 'ctrl-x', ...'all of them', 'tab', 'enter']), ['delete node/id-mgr-1', 'delete node/id-w-1'])
  assert.deepEqual(await runs(['2', 'S', 'backspace', '9', 'enter']), ['scale service/shop_api=9'])
  assert.deepEqual(await runs(['4', 'j', 'D', 'tab', 'enter']), ['drain id-w-1'])
  assert.deepEqual(await runs(['4', 'ctrl-k']), ['pause id-mgr-1'])
  assert.deepEqual(await runs(['4', 'j', 'j', 'ctrl-k']), ['activate id-w-2'])
  assert.deepEqual(await runs(['5', 'ctrl-x', ...'shop', 'tab', 'enter']), ['delete stack/shop'])
  assert.deepEqual(await runs([':', ...'scale service/shop_web=1', 'enter']), ['scale service/shop_web=1'])
})

test('a drain says what starts elsewhere and what ends with the node', async () => {
  const town = createTown()
  const { close } = await town.open()
  const [task] = [...town.store.view.list('Task')].filter(({ spec, status }) => spec.nodeName === 'id-mgr-1' && status.state === 'Running')
  const service = town.store.view.get('Service', task?.spec.service ?? '') ?? assert.fail()
  await town.commit([{ op: 'update', object: { ...service, spec: { ...service.spec, mode: 'Global' } } }])
  await town.type('4')
  const shown = await town.shown('D')
  assert.match(shown, /\d tasks? stops? there and starts? on other nodes, where they fit;/)
  assert.match(shown.replaceAll(/ *\|\n *\| +/g, ' '), /\d tasks? of (a )?global services? ends?;/)
  close()
})

test('nothing is deleted by enter alone, by another word, by esc, or read-only', async () => {
  assert.deepEqual(await runs(['2', 'ctrl-x', 'enter']), [])
  assert.deepEqual(await runs(['2', 'ctrl-x', 'tab', 'esc', 'enter']), [])
  assert.deepEqual(await runs(['5', 'ctrl-x', ...'shap', 'tab', 'enter']), [])
  assert.deepEqual(await runs(['4', ' ', ' ', 'ctrl-x', 'tab', 'enter']), [])
  assert.deepEqual(await runs(['2', 'p', 'enter']), [])
  assert.deepEqual(await runs(['2', 'ctrl-d', 'enter', 'tab', 'enter']), ['describe task/shop_web.1.a1'])
  assert.deepEqual(await runs([':', ...'delete service/shop_api', 'enter', 'enter']), [])
  for (const key of ['ctrl-x', 'p', 'e', 's', 'a', 'R', 'U', 'S', 'D', 'F', 'ctrl-k'])
    assert.deepEqual(await runs(['2', key, 'tab', 'enter', '4', key, 'tab', 'enter'], true), ['describe node/id-mgr-1'], key)
  assert.deepEqual(await runs([':', ...'scale service/shop_web=1', 'enter'], true), [])
})

test('enter goes down, esc and q up; q quits only from the top; history goes both ways', async () => {
  const town = createTown()
  const { close, ended } = await town.open()
  let isOver = false
  ended.then(() => (isOver = true)).catch(() => undefined)
  const crumbs = async (...keys: readonly string[]): Promise<string> => {
    await town.type(...keys)
    return (
      town.session
        .frame()[1]
        ?.replace(/ {2,}.*$/, '')
        .trim() ?? ''
    )
  }
  assert.equal(await crumbs('2'), 'services')
  assert.equal(await crumbs('enter'), 'services > shop_api > tasks')
  assert.equal(await crumbs('enter'), 'tasks > shop_api.1 > logs')
  assert.equal(await crumbs('esc'), 'services > shop_api > tasks')
  assert.equal(await crumbs('q'), 'services')
  assert.equal(await crumbs('esc'), 'services')
  assert.equal(await crumbs('['), 'overview')
  assert.equal(await crumbs(']', ']', ']'), 'tasks > shop_api.1 > logs')
  assert.equal(await crumbs('-'), 'services > shop_api > tasks')
  assert.equal(await crumbs(':', ...'node/w-1/tasks', 'enter'), 'nodes > w-1 > tasks')
  assert.equal(isOver, false)
  await town.type('q')
  assert.equal(isOver, true)
  close()
})

test('tab goes through the panes, movement is for the one that has it, enter opens what it shows, and esc goes back to the list first', async () => {
  const town = createTown()
  const { close } = await town.open()
  const seen = async (...keys: readonly string[]): Promise<string> => {
    await town.type(...keys)
    return town.session.frame().slice(1, 4).join('\n')
  }
  assert.match(await seen('2', 'j', 'tab'), /^ services .*\n\+>service\/shop_bad -.* tab: next -\+\n\| state/)
  assert.match(await seen('tab'), /\+>events of service\/shop_bad/)
  assert.match(await seen('shift-tab', 'shift-tab'), /NAME +TASKS/)
  assert.match(await seen('tab', 'z'), /\+>service\/shop_bad .* z: all panes -\+/)
  assert.match(await seen('esc'), /^ services .*\n NAME/)
  assert.match(town.session.frame().join('\n'), />shop_bad/)
  assert.match(await seen('k', 'tab', 'enter'), /services > shop_api > rollout/)
  assert.match(await seen('esc', 'tab', 'enter'), /events {2}\[\/object=service\/shop_api\]/)
  assert.match(await seen('1', 'tab', 'enter'), /^ events +2 /)
  town.session.resize({ columns: 80, rows: 16 })
  assert.match(
    await seen('2', 'g', 'tab', 'j', 'j'),
    /^ services .*\n\+>service\/shop_api -.*\n\| what/,
    'the list stays, its detail moves',
  )
  assert.match(await seen('g'), /\n\| state/)
  close()
})

test('beside a list stands what is selected, with its events; a zoomed pane has the screen', async () => {
  const town = createTown({ size: { columns: 200, rows: 40 } })
  const { close } = await town.open()
  const frame = async (...keys: readonly string[]): Promise<string> => {
    await town.type(...keys)
    return town.session.frame().join('\n')
  }
  assert.match(await frame('2'), />shop_api .*\| state +STOPPED[\s\S]*\+ events of service\/shop_api[\s\S]*RolloutPaused/)
  assert.match(await frame('j'), />shop_bad .*[\s\S]*\+ events of service\/shop_bad[\s\S]*none in the last hour/)
  assert.match(await frame('4', 'G'), /\| state +down for 4m[\s\S]*>w-3 /)
  assert.doesNotMatch(await frame('z'), /\| state/)
  assert.match(await frame('z', '6', 'j'), /\+ (service\/shop_api|node\/w-3) -/)
  close()
})

test('the first line goes away by a key; what it must say is said on the next', async () => {
  const town = createTown({ isReadOnly: true })
  const { close } = await town.open()
  await town.type('2', 'ctrl-e')
  assert.match(town.session.frame()[0] ?? '', /^ services .*READ-ONLY/)
  assert.equal(town.session.frame().length, 24)
  await town.type('ctrl-e')
  assert.match(town.session.frame()[0] ?? '', /^ kit /)
  close()
})

test('J goes to what an object belongs to; * marks what the filter leaves', async () => {
  const town = createTown()
  const { close } = await town.open()
  const crumbs = async (...keys: readonly string[]): Promise<string> => {
    await town.type(...keys)
    return town.session.frame()[1]?.trim() ?? ''
  }
  assert.match(await crumbs('3', 'J'), /^services > shop_api > rollout/)
  await town.type('4', 'J')
  assert.match(town.session.frame().at(-1) ?? '', /it belongs to nothing/)
  const service = town.store.view.get('Service', 'shop_web')
  assert.ok(service !== undefined)
  const ownerReferences = [{ apiVersion: 'kit/v1', kind: 'Stack', name: 'shop', uid: 'uid-shop', controller: true }]
  await town.commit([{ op: 'update', object: { ...service, metadata: { ...service.metadata, ownerReferences } } }])
  await town.clock.advance(1_000)
  assert.match(await crumbs('2', 'G', 'J'), /^stacks > shop > tree/)
  assert.match(await crumbs('2', '/', ...'shop_b', 'enter', '*'), /2 marked/)
  assert.doesNotMatch(await crumbs('*'), /marked/)
  close()
})

test('a port of a task is opened here and listed until it is closed; b shows the published one in the browser', async () => {
  const town = createTown()
  const { close } = await town.open()
  const footer = async (...keys: readonly string[]): Promise<string> => {
    await town.type(...keys)
    return town.session.frame().at(-1)?.trim() ?? ''
  }
  assert.match(await footer('2', 'F'), /^port of shop_api\.1 to open here: 80_/)
  assert.match(await footer('backspace', 'backspace', ...'9000:80', 'enter'), /^127\.0\.0\.1:9000 -> shop_api\.1\.a1:80, until kit ui ends/)
  await town.type(':', ...'forwards', 'enter')
  assert.match(town.session.frame().join('\n'), />127\.0\.0\.1:9000 +shop_api\.1\.a1 +80 +1\/3 +900 B +3\.0Mi/)
  await town.type('ctrl-x')
  assert.match(town.session.frame().join('\n'), /there are none/)
  assert.match(await footer('2', 'b'), /^http:\/\/w-1:8080$/)
  assert.deepEqual(town.browsed, ['http://w-1:8080'])
  assert.match(await footer('j', 'b'), /no published port/)
  assert.match(await footer('F'), /no task of it runs/)
  close()
})

test('events stand still while they are paused, and show then what has come', async () => {
  const town = createTown({ start: { screen: 'events' } })
  const { close } = await town.open()
  await town.type('p')
  assert.match(town.session.frame()[1] ?? '', /^ events {2}PAUSED/)
  town.events
    .recorder('agent/w-1')
    .record({ object: { kind: 'Task', name: 'shop_web.1.a1' }, type: 'Normal', reason: 'Pulled', message: 'pulled shop/web:7' })
  await town.clock.advance(5_000)
  assert.doesNotMatch(town.session.frame().join('\n'), /Pulled/)
  await town.type('p')
  await town.clock.advance(5_000)
  assert.match(town.session.frame().join('\n'), /Pulled/)
  close()
})

test('logs leave out what is not grave, tell where a task ended, and go to the pager', async () => {
  const town = createTown()
  const { close } = await town.open()
  await town.type('2', 'l')
  assert.match(town.session.frame().join('\n'), /listening on 80/)
  await town.type('!')
  assert.match(town.session.frame()[1] ?? '', /logs {2}warn and worse/)
  assert.doesNotMatch(town.session.frame().join('\n'), /listening on 80/)
  assert.match(town.session.frame().join('\n'), /Error: DB_URL is not set/)
  await town.type('!', '!')
  assert.match(town.session.frame().join('\n'), /listening on 80/)
  const task = town.store.view.get('Task', 'shop_api.1.a1')
  assert.ok(task !== undefined)
  const status = { ...task.status, state: 'Failed', exitCode: 3, at: town.clock.wallMs() } as const
  await town.commit([{ op: 'update', object: { ...task, status } }])
  await town.clock.advance(1_000)
  assert.match(town.session.frame().join('\n'), /^ -- shop_api\.1 exited with (code )?3/m)
  close()
})

test('alt and a digit leave the lines of one slot, whoever was in it, and the second line counts what is shown', async () => {
  const town = createTown()
  const { close } = await town.open()
  const frame = (): string => town.session.frame().join('\n')
  await town.type('2', 'l')
  assert.match(frame(), /shop_api > logs .* 3 tasks {2}4 lines {2}FOLLOW {2}dropped 0 $/m)
  await town.type('alt-1')
  assert.match(frame(), /logs {2}only 1 .* 3 tasks {2}2 lines/)
  assert.match(frame(), /listening on 80[\s\S]*GET \/cart/)
  assert.doesNotMatch(frame(), /shop_api\.[23]/)
  await town.type('alt-2')
  assert.match(frame(), /Error: DB_URL/)
  assert.doesNotMatch(frame(), /shop_api\.[13]/)
  await town.type('alt-2', '/', ...'listening', 'enter')
  assert.match(frame(), /\[\/listening\] .* 2 hits/)
  await town.type('alt-9')
  assert.match(town.session.frame().at(-1) ?? '', /shop_api has no task 9/)
  await town.type('alt-3')
  assert.match(frame(), / 1 hit {2}FOLLOW/)
  await town.type('esc')
  assert.match(frame(), /logs +3 tasks {2}4 lines/, 'esc shows all again')
  close()
})

test('of a long log the newest lines are kept, and how many were dropped is said', async () => {
  const world = createTown()
  const client: Client = {
    ...world.client,
    async *logs(_kind, _name, _options, signal) {
      for (let at = 1; at <= 6_500; at++) yield { task: 'shop_api.1.a1', stream: 'stdout', at, text: `line ${at}` }
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    },
  }
  const town = createTown({ clusters: [{ name: 'local', context: 'local', client }] })
  await world.open()
  const { close } = await town.open()
  await town.type(':', ...'service/shop_api/logs', 'enter')
  assert.match(town.session.frame()[1] ?? '', /1 task {2}5499 lines {2}FOLLOW {2}dropped 1001 $/)
  assert.match(town.session.frame().join('\n'), /line 6500$/m)
  close()
})

test('a service says how far its rollout is, and is found by what it does', async () => {
  const town = createTown()
  const { close } = await town.open()
  await town.type('2', '/', ...'update=stopped', 'enter')
  assert.match(town.session.frame()[1] ?? '', / 1 of 4 $/)
  assert.match(town.session.frame().join('\n'), /shop_api .* stopped 1\/4 /)
  await town.type('/', 'ctrl-u', ...'update!=stopped', 'enter')
  assert.match(town.session.frame()[1] ?? '', / 3 of 4 $/)
  close()
})

test('help is filtered by words', async () => {
  const town = createTown()
  const { close } = await town.open()
  await town.type('3', '?', '/', ...'columns', 'enter')
  assert.match(town.session.frame().join('\n'), /ctrl-w/)
  assert.doesNotMatch(town.session.frame().join('\n'), /describe/)
  close()
})

test('what somebody typed into a form is not lost by one ctrl-c', async () => {
  const town = createTown()
  const { close, ended } = await town.open()
  let isOver = false
  ended.then(() => (isOver = true)).catch(() => undefined)
  await town.type('2', 'S', '7', 'ctrl-c')
  assert.equal(isOver, false)
  assert.match(town.session.frame().at(-1) ?? '', /ctrl-c again quits/)
  await town.type('1', 'ctrl-c', 'esc', '5', 'ctrl-x', ...'sho', 'ctrl-c')
  assert.match(town.session.frame().at(-1) ?? '', /ctrl-c again quits/)
  assert.equal(isOver, false)
  await town.type('ctrl-c')
  assert.equal(isOver, true)
  close()
})

test('the overview opens what needs a person, with the tasks that do', async () => {
  const town = createTown()
  const { close } = await town.open()
  await town.type('j', 'j', 'enter')
  assert.match(
    town.session.frame()[1] ?? '',
    /services > shop_big > tasks {2}\[\/state=pending\] .* 2 of 2|services > shop_big > tasks {2}\[\/state=pending\] +2 /,
  )
  close()
})

test('a view is as it was left, however one comes to it; of another service, and what is opened with a filter, are views of their own', async () => {
  const town = createTown()
  const { close } = await town.open()
  const crumbs = async (...keys: readonly string[]): Promise<string> => {
    await town.type(...keys)
    return town.session.frame()[1]?.trim() ?? ''
  }
  await town.type('2', '/', ...'shop_w', 'enter', '>', '>', '>', '=', ':', ...'columns name,tasks', 'enter', '!')
  assert.match(await crumbs('4'), /^nodes +4$/)
  assert.match(await crumbs('2'), /^services {2}\[\/shop_w\] {2}only faults {2}by tasks v +1 of \d$/)
  assert.match(town.session.frame()[2] ?? '', /^ NAME +TASKSv +$/)
  await town.type('enter', '/', ...'running', 'enter')
  assert.match(await crumbs('2', 'esc', 'g', 'enter'), /^services > shop_api > tasks +4$/)
  assert.match(await crumbs(':', ...'service/shop_web/tasks', 'enter'), /^services > shop_web > tasks {2}\[\/running\]/)
  assert.match(await crumbs('2'), /^services {2}only faults/, 'esc has cleared it')
  assert.match(await crumbs('1', 'j', 'j', 'enter'), /shop_big > tasks {2}\[\/state=pending\]/)
  assert.match(await crumbs(':', ...'service/shop_big/tasks', 'enter'), /^services > shop_big > tasks +2$/)
  close()
})

test('a filter that is saved is there in the next dashboard, for every list of that kind, and can be forgotten', async () => {
  let kept: SavedFilters = { tasks: ['node=w-1'] }
  const filters: FilterShelf = {
    read: async () => kept,
    toggle: async (of, filter) => {
      kept = toggled(kept, of, filter)
      return kept
    },
  }
  const first = createTown({ filters })
  const opened = await first.open()
  await first.type('3', '/', ...'state=failed', 'ctrl-s', 'enter')
  opened.close()
  assert.deepEqual(kept, { tasks: ['node=w-1', 'state=failed'] })

  const town = createTown({ filters, isReadOnly: true })
  const { close } = await town.open()
  const footer = async (...keys: readonly string[]): Promise<string> => {
    await town.type(...keys)
    return town.session.frame().at(-1)?.trim() ?? ''
  }
  assert.match(await footer('2', 'enter', '/'), /^\/_ {3}ctrl-r 2 saved /)
  assert.match(await footer('ctrl-r'), /^\/node=w-1_ {3}saved 1 of 2/)
  assert.match(await footer('ctrl-r'), /^\/state=failed_ {3}saved 2 of 2/)
  assert.match(town.session.frame()[1] ?? '', /\[\/state=failed\] +1 of 4 $/)
  assert.match(await footer('ctrl-r', 'ctrl-s'), /^\/node=w-1_ {3}ctrl-s saves {2}ctrl-r 1 saved /)
  assert.deepEqual(kept, { tasks: ['state=failed'] })
  assert.match(await footer('esc', '4', '/', 'ctrl-r', 'ctrl-s'), /^\/_ {3}word /, 'nodes have none, and nothing is none')
  close()
})

test('a attaches to the running task of what is selected, and to as much as its program has; not read-only', async () => {
  const asked = async (keys: readonly string[], given: Parameters<typeof createTown>[0] = {}): Promise<readonly string[]> => {
    const handedOver: string[] = []
    const runAlone = async (words: readonly string[]) => {
      handedOver.push(words.join(' '))
      return { isGood: true, text: '' }
    }
    const town = createTown({ runAlone, ...given })
    const terminal = await openTerminal(town)
    for (const stored of [...town.store.view.list('Revision')]) {
      const template = { ...stored.spec.template, stdinOpen: true, tty: stored.spec.service === 'shop_web' }
      await town.commit([{ op: 'update', object: { ...stored, spec: { ...stored.spec, template } } }])
    }
    const local = town.store.view.get('Node', 'id-mgr-1')
    if (local?.status.description !== undefined)
      await town.commit([
        {
          op: 'update',
          object: { ...local, status: { ...local.status, description: { ...local.status.description, executor: 'process' } } },
        },
      ])
    for (const key of keys) await terminal.type(key)
    await terminal.close()
    return handedOver
  }
  assert.deepEqual(await asked(['2', 'a']), ['attach --stdin task/shop_api.1.a1'])
  assert.deepEqual(await asked(['2', 'G', 'a']), ['attach task/shop_web.1.a1'], 'a plain process has its output only')
  assert.deepEqual(await asked(['j', 'a'], { start: { screen: 'tasks', service: 'shop_web' } }), [
    'attach --stdin --tty task/shop_web.2.a1',
  ])
  assert.deepEqual(await asked(['2', 'a'], { isReadOnly: true }), [])
})

test('keys of one’s own run their command about what is selected; not where they are taken, and not read-only', async () => {
  const graphs = { key: 'ctrl-g', on: ['services', 'stacks'], help: 'its graphs', command: 'open {kind}/{name}' }
  const asked = async (keys: readonly string[], isReadOnly = false, ownKeys = [graphs]): Promise<readonly string[]> => {
    const town = createTown({ isReadOnly, file: async () => ({ themes: {}, readOnly: [], keys: ownKeys }) })
    const terminal = await openTerminal(town)
    for (const key of keys) await terminal.type(key)
    await terminal.close()
    return town.shells
  }
  assert.deepEqual(await asked(['2', 'j', '\u0007']), ["open 'Service'/'shop_bad'"])
  assert.deepEqual(await asked(['5', '\u0007']), ["open 'Stack'/'shop'"])
  assert.deepEqual(await asked(['4', '\u0007']), [])
  assert.deepEqual(await asked(['2', '\u0007'], true), [])
  assert.deepEqual(await asked(['2', 'd'], false, [{ ...graphs, key: 'd' }]), [])
  const town = createTown({ file: async () => ({ themes: {}, readOnly: [], keys: [{ ...graphs, key: 'd' }] }) })
  const { close } = await town.open()
  assert.match(town.session.frame().at(-1) ?? '', /dashboard\.yaml: d is taken: describe/)
  await town.type('?', 'G')
  assert.match(town.session.frame().join('\n'), /Keys of dashboard\.yaml\n {2}d +its graphs \(services, stacks\)/)
  close()
})

test('a context has its theme, unless another one is asked for; in the one for production what is deleted is named', async () => {
  const file = async () => ({ themes: { local: 'production', prod: 'pink' }, readOnly: [], keys: [] })
  const deleted = async (given: Parameters<typeof createTown>[0]): Promise<string> => {
    const town = createTown({ file, ...given })
    const { close } = await town.open()
    await town.type('2', 'ctrl-x')
    close()
    return town.session.frame().join('\n')
  }
  assert.match(await deleted({ theme: undefined }), /Type shop_api: _/)
  assert.doesNotMatch(await deleted({ theme: 'mono' }), /Type/)
  const client = createTown().client
  const town = createTown({ file, theme: undefined, clusters: [{ name: 'prod', context: 'prod', client }] })
  const { close } = await town.open()
  assert.match(town.session.frame().at(-1) ?? '', /there is no theme "pink": there are dark, /)
  close()
})

test('saved filters that cannot be read are said, and the dashboard goes on', async () => {
  const fail = async (): Promise<never> => {
    throw new Error('/home/ana/.kit/dashboard.yaml: it is not YAML')
  }
  const town = createTown({ filters: { read: fail, toggle: fail } })
  const { close } = await town.open()
  assert.match(town.session.frame().at(-1) ?? '', /dashboard\.yaml: it is not YAML/)
  await town.type('2')
  assert.match(town.session.frame()[1] ?? '', /^ services/)
  close()
})

test('after : names may be shortened and are completed; what is not there is said', async () => {
  const town = createTown()
  const { close } = await town.open()
  const footer = async (...keys: readonly string[]): Promise<string> => {
    await town.type(...keys)
    return town.session.frame().at(-1)?.trim() ?? ''
  }
  assert.match(await footer(':', ...'serv', 'tab'), /^:services_/)
  assert.match(await footer('ctrl-u', ...'service/', 'tab'), /^:service\/shop_/)
  assert.match(await footer('w', 'tab'), /^:service\/shop_web_/)
  assert.match(await footer('ctrl-u', ...'node/w', 'tab'), /^:node\/w-_/)
  await town.type('esc', ':', ...'svc/shop_w/tasks', 'enter')
  assert.match(town.session.frame()[1] ?? '', /services > shop_web > tasks/)
  assert.match(await footer(':', ...'service/shop', 'enter'), /could be any of: shop_api, shop_bad, shop_big, shop_web/)
  assert.match(await footer(':', ...'service/none', 'enter'), /service "none" not found/)
  close()
})

test('keys that come together are as many keys', () => {
  const nothing = { upArrow: false, downArrow: false, leftArrow: false, rightArrow: false, pageUp: false, pageDown: false, home: false, end: false, return: false, escape: false, tab: false, shift: false, ctrl: false, meta: false, backspace: false, delete: false } // biome-ignore format: one key
  assert.deepEqual(keyNames('\u0018\tab\r\u007f\0', nothing), ['ctrl-x', 'tab', 'a', 'b', 'enter', 'backspace', 'ctrl-space'])
  assert.deepEqual(keyNames('x', { ...nothing, ctrl: true }), ['ctrl-x'])
  assert.deepEqual(keyNames('', { ...nothing, tab: true, shift: true }), ['shift-tab'])
  assert.deepEqual(keyNames('3', { ...nothing, meta: true }), ['alt-3'])
})
