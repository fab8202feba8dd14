import assert from 'node:assert/strict'
import { test } from 'node:test'
import { absoluteBinds } from './bind-paths.ts'

function bound(mount: unknown, home: string | undefined = '/home/user', directory = '/srv/shop') {
  const { document, problems } = absoluteBinds({ services: { web: { volumes: [mount] } } }, { directory, home })
  assert.ok(problems.length > 0 || typeof document === 'object')
  return problems.length > 0 ? problems.map(({ message }) => message) : document
}
const volumes = (...list: readonly unknown[]) => ({ services: { web: { volumes: list } } })

const table: readonly (readonly [written: unknown, stored: unknown])[] = [
  ['./conf:/etc/conf', '/srv/shop/conf:/etc/conf'],
  ['./conf/:/etc/conf:ro', '/srv/shop/conf:/etc/conf:ro'],
  ['.:/code', '/srv/shop:/code'],
  ['../other:/etc/conf', '/srv/other:/etc/conf'],
  ['.env:/env', '/srv/shop/.env:/env'],
  ['~/conf:/etc/conf', '/home/user/conf:/etc/conf'],
  ['~:/home', '/home/user:/home'],
  ['/abs:/etc/conf', '/abs:/etc/conf'],
  ['data:/data', 'data:/data'],
  ['/data', '/data'],
  ['./data', './data'],
  [7, 7],
  [
    { type: 'bind', source: './conf', target: '/a' },
    { type: 'bind', source: '/srv/shop/conf', target: '/a' },
  ],
  [
    { type: 'bind', source: 'conf', target: '/a' },
    { type: 'bind', source: '/srv/shop/conf', target: '/a' },
  ],
  [
    { type: 'bind', source: '~/conf', target: '/a' },
    { type: 'bind', source: '/home/user/conf', target: '/a' },
  ],
  [
    { type: 'volume', source: 'conf', target: '/a' },
    { type: 'volume', source: 'conf', target: '/a' },
  ],
  [
    { type: 'bind', source: '', target: '/a' },
    { type: 'bind', source: '', target: '/a' },
  ],
]
for (const [written, stored] of table)
  test(`${JSON.stringify(written)} is stored as ${JSON.stringify(stored)}`, () => assert.deepEqual(bound(written), volumes(stored)))

test('what cannot be found, or written, is refused', () => {
  assert.deepEqual(bound('~ann/conf:/a'), ['"~ann/conf" cannot be found: only one\'s own home directory is known'])
  const { problems } = absoluteBinds(volumes('~/conf:/a'), { directory: '/srv', home: undefined })
  assert.deepEqual(
    problems.map(({ message }) => message),
    ['"~/conf" cannot be found: HOME is not set'],
  )
  assert.deepEqual(bound('./conf:/a', '/home/user', '/srv/a:b'), ['a colon is in the path /srv/a:b/conf, and ends the source here'])
})
