import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Kind } from '../api/objects.ts'
import { complete, type Names } from './completion.ts'
import { createProgram } from './program.ts'

const there: Partial<Record<Kind, readonly string[]>> = {
  Service: ['run_web', 'run_db', 'api'],
  Node: ['node-1', 'node-2'],
  Task: ['run_web.1.abc'],
  Secret: ['password'],
}

const cases: readonly (readonly [typed: string, offered: readonly string[], directive: number])[] = [
  ['rollo', ['rollout'], 4],
  ['rollout pa', ['pause'], 4],
  ['rollout pause run_', ['run_web', 'run_db'], 4],
  ['--dir /x rollout pause a', ['api'], 4],
  ['get serv', ['services'], 4],
  ['get services ', ['run_web', 'run_db', 'api'], 4],
  ['get svc run_web ap', ['api'], 4],
  ['get no/', ['no/node-1', 'no/node-2'], 4],
  ['get services --selec', ['--selector'], 4],
  ['get services -o js', ['json', 'jsonpath='], 4],
  ['get -o custom', ['custom-columns='], 6],
  ['scale run_w', ['run_web='], 6],
  ['drain ', ['node-1', 'node-2'], 4],
  ['logs task/', ['task/run_web.1.abc'], 4],
  ['exec run', ['run_web.1.abc'], 4],
  ['secret rm pa', ['password'], 4],
  ['service ps ', ['run_web', 'run_db', 'api'], 4],
  ['explain service.spec.update.ord', ['service.spec.update.order'], 4],
  ['explain service.spec.endp', ['service.spec.endpoint.'], 6],
  ['explain KIT0104', ['KIT0104'], 4],
  ['wait --for del', ['delete'], 4],
  ['apply -f ', [], 0],
  ['cp run', ['run_web.1.abc:'], 6],
  ['logs run_web --level w', ['warn'], 4],
  ['completion p', ['powershell'], 4],
  ['completion f', ['fish'], 4],
  ['ctx pr', ['prod'], 4],
  ['hel', ['hello'], 4],
  ['nonsense ', [], 4],
]

const names: Names = {
  of: async (kind) => there[kind] ?? [],
  contexts: async () => ['local', 'prod'],
  plugins: async () => ['hello'],
}

/** Of a command line in which the last word is being typed: what is offered, and for which cluster. */
async function ask(typed: string): Promise<{ readonly lines: readonly string[]; readonly globals: object }> {
  let lines: readonly string[] = []
  let globals = {}
  const noContext = () => assert.fail('completion connects by itself')
  const { run } = createProgram(noContext, undefined, async (program, words) => {
    const connect = (given: object): Names => {
      globals = given
      return names
    }
    lines = (await complete(program, connect, words)).split('\n')
  })
  await run(['__complete', ...typed.split(' ')])
  return { lines, globals }
}

for (const [typed, offered, directive] of cases) {
  test(`kit ${typed}… offers ${offered.join(', ') || 'nothing'}`, async () => {
    const { lines } = await ask(typed)
    const values = lines.slice(0, -1).map((line) => line.split('\t')[0])
    assert.deepEqual([values, lines.at(-1)], [offered, `:${directive}`])
  })
}

test('names are those of the cluster that the line means', async () => {
  assert.deepEqual((await ask('--dir /x --context=prod get services ')).globals, { dir: '/x', context: 'prod' })
})
