import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatPath } from './problem.ts'
import { selectProfiles } from './profiles.ts'

const document = {
  services: {
    web: { image: 'x' },
    none: { image: 'x', profiles: [] },
    debug: { image: 'x', profiles: ['debug', 'dev'] },
    job: { image: 'x', profiles: ['job'] },
  },
}
const table: readonly (readonly [enabled: readonly string[], services: readonly string[]])[] = [
  [[], ['web', 'none']],
  [['dev'], ['web', 'none', 'debug']],
  [
    ['debug', 'job'],
    ['web', 'none', 'debug', 'job'],
  ],
  [['*'], ['web', 'none', 'debug', 'job']],
  [
    ['', 'Dev'],
    ['web', 'none'],
  ],
]
for (const [enabled, services] of table) {
  test(`with the profiles <${enabled.join(',')}> there are ${services.join(', ')}`, () => {
    const { document: selected, problems, profiles } = selectProfiles(document, enabled)
    assert.deepEqual(selected, { services: Object.fromEntries(services.map((name) => [name, { image: 'x' }])) })
    assert.deepEqual([problems, profiles], [[], ['debug', 'dev', 'job']])
  })
}

test('profiles that are none are refused with their places', () => {
  const { problems } = selectProfiles({ services: { a: { profiles: 'dev' }, b: { profiles: [1, 'a b'] } } }, [])
  assert.deepEqual(
    problems.map(({ path }) => formatPath(path)),
    ['services.a.profiles', 'services.b.profiles[0]', 'services.b.profiles[1]'],
  )
})
