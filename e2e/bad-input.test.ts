// Input that is wrong: each is refused with its place and what was wanted, and nothing is applied.

import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster } from './cluster.ts'

const cluster = new Cluster()
before(() => cluster.kit('up'))
after(() => cluster.remove())

const good = 'apiVersion: kit/v1\nkind: Config\nmetadata: {name: good}\nspec: {data: YQ==}\n'
const aliasBomb = [
  'a: &a [x, x, x, x, x, x, x, x, x]',
  ...[...'bcdefghi'].map((name, at) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefgh'[at]}`).join(', ')}]`),
].join('\n')

const cases: readonly { readonly name: string; readonly text: string; readonly says: RegExp }[] = [
  { name: 'malformed YAML', text: 'services:\n  web: [unclosed\n', says: /bad\.yml:\d+:\d+/ },
  { name: 'tabs', text: 'services:\n\tweb:\n\t\timage: x\n', says: /bad\.yml:2:1[\s\S]*[Tt]ab/ },
  { name: 'an alias bomb', text: `services:\n  web: {image: x}\nx-bomb:\n${aliasBomb.replace(/^/gm, '  ')}\n`, says: /alias/i },
  { name: 'a key twice', text: 'services:\n  web: {image: x}\n  web: {image: y}\n', says: /bad\.yml:3:3[\s\S]*web/ },
  {
    name: 'an unknown kind',
    text: 'apiVersion: kit/v1\nkind: Servise\nmetadata: {name: x}\nspec: {}\n',
    says: /bad\.yml:2:7[\s\S]*Service/,
  },
  { name: 'an unknown key', text: 'services:\n  web:\n    image: x\n    replica: 3\n', says: /bad\.yml:4:5[\s\S]*replica/ },
  { name: 'a wrong type', text: 'services:\n  web:\n    image: x\n    deploy: {replicas: many}\n', says: /bad\.yml:4:24[\s\S]*\^/ },
  { name: 'a reference to nothing', text: 'services:\n  web:\n    image: x\n    networks: [nowhere]\n', says: /bad\.yml:4[\s\S]*nowhere/ },
  {
    name: 'a key that would pollute a prototype',
    text: 'services:\n  web:\n    image: x\n    __proto__: {polluted: true}\n',
    says: /bad\.yml:4:5[\s\S]*__proto__/,
  },
  { name: 'no services', text: 'services: {}\nvolumes: 7\n', says: /bad\.yml:2:10/ },
  { name: 'not text', text: '\u0000\u0001\u0002 %$§', says: /bad\.yml/ },
  {
    name: 'a wrong document in the middle',
    text: `${good.replace('good', 'first')}---\nkind: Config\napiVersion: kit/v1\nmetadata: {name: -bad-}\nspec: {data: YQ==}\n---\n${good.replace('good', 'last')}`,
    says: /bad\.yml:8:18[\s\S]*-bad-/,
  },
]

for (const { name, text, says } of cases) {
  test(name, async () => {
    const said = await cluster.fails(2, 'apply', '-f', cluster.file('bad.yml', text), '-f', cluster.file('good.yml', good))
    assert.match(said, says)
    assert.match(said, /Nothing was applied/)
    assert.equal(await cluster.kit('get', 'configs,services,stacks', '-o', 'name'), '')
  })
}

test('an empty file is named; files with nothing in them are an error', async () => {
  const empty = cluster.file('empty.yml', '# nothing yet\n')
  assert.match(await cluster.fails(2, 'apply', '-f', empty), /there is no object in .*empty\.yml/)
  assert.equal((await cluster.run(['apply', '-f', '-'], '')).code, 2)
  const { code, err } = await cluster.run(['apply', '--dry-run', '-f', empty, '-f', cluster.file('good.yml', good)])
  assert.equal(code, 0)
  assert.match(err, /warning: .*empty\.yml is empty/)
})

test('one object in two files is refused, with both places', async () => {
  const [one, two] = [cluster.file('one.yml', good), cluster.file('two.yml', good)]
  const said = await cluster.fails(2, 'apply', '-f', one, '-f', two)
  assert.match(said, /KIT0121[\s\S]*one\.yml:3:\d+[\s\S]*two\.yml:3:\d+|KIT0121[\s\S]*two\.yml:3:\d+[\s\S]*one\.yml:3:\d+/)
  const stacks = ['a', 'b'].map((file) => cluster.file(`${file}.yml`, 'name: app\nservices: {web: {image: x}}\n'))
  assert.match(await cluster.fails(2, 'apply', ...stacks.flatMap((file) => ['-f', file])), /two documents define Stack `app`.*a\.yml:1:7/)
  const service = cluster.file(
    'service.yml',
    'apiVersion: kit/v1\nkind: Service\nmetadata: {name: app_web}\nspec: {template: {image: x}}\n',
  )
  assert.match(await cluster.fails(2, 'apply', '-f', service, '-f', stacks[0] ?? ''), /two documents define Service `app_web`/)
})

test('all mistakes of all files come out in one run', async () => {
  const one = cluster.file('one.yml', 'services:\n  web: {image: x, imagee: y}\n  db: {image: x, prots: []}\n')
  const two = cluster.file('two.yml', 'kind: Servise\napiVersion: kit/v1\nmetadata: {name: x}\n')
  const said = await cluster.fails(2, 'apply', '-f', one, '-f', two)
  for (const part of [/one\.yml:2:\d+[\s\S]*imagee/, /one\.yml:3:\d+[\s\S]*prots/, /did you mean "ports"/, /two\.yml:1:7/])
    assert.match(said, part)
})

test('a file of 50 MB is refused at once', async () => {
  const said = await cluster.fails(2, 'apply', '-f', cluster.file('huge.yml', `x: "${'a'.repeat(50 * 1024 * 1024)}"\n`))
  assert.match(said, /huge\.yml/)
  assert.ok(said.length < 2000)
})

test('what never ends is not read to its end', async () => {
  for (const args of [
    ['apply', '-f', '/dev/zero'],
    ['secret', 'create', 'endless', '/dev/zero'],
  ])
    assert.match(
      await cluster.fails(2, ...args),
      /\/dev\/zero is too large: a (manifest may be 8 MiB at most|secret holds less than \d+ bytes)/,
    )
  const stack = cluster.file('endless.yml', 'services:\n  web: {image: x, secrets: [s]}\nsecrets:\n  s: {file: /dev/zero}\n')
  assert.match(await cluster.fails(2, 'apply', '-f', stack), /\/dev\/zero is too large[\s\S]*endless\.yml:4:\d+/)
  const { code, err } = await cluster.run(['apply', '-f', '-'], `x: "${'a'.repeat(9 * 1024 * 1024)}"\n`)
  assert.equal(code, 2)
  assert.match(err, /standard input is too large/)
})

test('links in a directory count as what they lead to; one that leads nowhere is named', async () => {
  const manifest = (name: string): string => good.replace('good', name)
  cluster.file('linked/here.yml', manifest('here'))
  const there = cluster.file('elsewhere/there.yml', manifest('there'))
  symlinkSync(there, join(cluster.home, 'linked/there.yml'))
  symlinkSync(dirname(there), join(cluster.home, 'linked/directory.yml'))
  const said = await cluster.kit('apply', '--dry-run', '-f', join(cluster.home, 'linked'))
  assert.match(said, /config\/here[\s\S]*config\/there/)
  symlinkSync('nowhere', join(cluster.home, 'linked/dangling.yml'))
  assert.match(await cluster.fails(2, 'apply', '-f', join(cluster.home, 'linked')), /there is no file .*dangling\.yml/)
})

test('an empty file alone holds nothing to apply', async () => {
  assert.match(await cluster.fails(2, 'apply', '-f', cluster.file('empty.yml', '# nothing\n')), /empty\.yml|nothing to apply/)
})

test('a file that is not there, and a directory without manifests', async () => {
  assert.match(await cluster.fails(2, 'apply', '-f', 'absent.yml'), /absent\.yml/)
  cluster.file('empty/readme.txt', 'x')
  assert.match(await cluster.fails(2, 'apply', '-f', 'empty'), /empty/)
})

test('a stale update is a Conflict that says what changed', async () => {
  await cluster.kit('apply', '-f', cluster.file('good.yml', good))
  const { metadata } = await cluster.json<{ metadata: { resourceVersion: string } }>('config', 'good')
  await cluster.kit('label', 'config', 'good', 'a=b')
  const stale = good.replace('name: good', `name: good, labels: {a: c}, resourceVersion: "${metadata.resourceVersion}"`)
  const said = await cluster.fails(1, 'apply', '-f', cluster.file('stale.yml', stale))
  assert.match(said, /conflict|changed/i)
  assert.equal(await cluster.kit('get', 'config', 'good', '-o', 'jsonpath={.metadata.labels.a}'), 'b\n')
})

test('each complaint begins with error, names the way on, and comes before anything is changed', async () => {
  for (const [words, told] of [
    [['get', 'servces'], /^error: there is no kind "servces"; did you mean "services"\?\n$/],
    [['get', 'services', '-o', 'columns=FOO'], /^error: there is no column "FOO"\. There are NAME, /],
    [['scale'], /^error: missing required argument 'target'\n\n?\(`kit scale --help` has examples\)\n$/],
    [['rollout', 'undo'], /\(`kit rollout undo --help` has examples\)/],
    [['scale', 'nobody=3', '--timeout', '5'], /^error: --timeout: "5" is not a duration such as 30s or 10m\n$/],
  ] as const)
    assert.match(await cluster.fails(2, ...words), told)
  assert.match(await cluster.kit('explain'), /^NAME +SHORT +KIND\n[\s\S]*^services +svc +Service$/m)
})
