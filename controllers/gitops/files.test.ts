import assert from 'node:assert/strict'
import { test } from 'node:test'
import { directoryChoice, type Files, readObjects, revisionOf } from './files.ts'

const filesOf = (texts: Readonly<Record<string, string>>): Files =>
  new Map(Object.entries(texts).map(([path, text]) => [path, new TextEncoder().encode(text)]))
const volume = (name: string) => `apiVersion: kit/v1\nkind: Volume\nmetadata: {name: ${name}}\nspec: {}\n`
const namesIn = (texts: Readonly<Record<string, string>>) => {
  const { objects, diagnostics } = readObjects(filesOf(texts), '/srv/shop')
  assert.deepEqual(diagnostics, [])
  return objects.map(({ kind, object }) => `${kind}/${String(object.metadata['name'])}`)
}

for (const [path, wanted] of [
  ['web.yml', true],
  ['apps/web.yaml', true],
  ['.kitignore', true],
  ['apps/.kitignore', false],
  ['web.json', false],
  ['README.md', false],
  ['.github/workflows/ci.yml', false],
  ['..data/web.yml', false],
  ['.hidden.yml', false],
  ['node_modules/x/a.yml', false],
] as const) {
  test(`${path} is ${wanted ? '' : 'not '}read`, () => assert.equal(directoryChoice.isWanted(path), wanted))
}

for (const [ignored, left] of [
  ['', ['Volume/a', 'Volume/b', 'Volume/c', 'Volume/d']],
  ['b.yml', ['Volume/a', 'Volume/d']],
  ['/b.yml', ['Volume/a', 'Volume/c', 'Volume/d']],
  ['x/', ['Volume/a', 'Volume/b']],
  ['x/**/*.yml', ['Volume/a', 'Volume/b', 'Volume/d']],
  ['# all\n*.yaml\n\n  a.yml  ', ['Volume/b', 'Volume/c']],
] as const) {
  test(`.kitignore of ${JSON.stringify(ignored)} leaves ${left.join(', ')}`, () => {
    const files = { 'a.yml': volume('a'), 'b.yml': volume('b'), 'x/b.yml': volume('c'), 'x/y/d.yaml': volume('d') }
    assert.deepEqual(namesIn({ ...files, '.kitignore': ignored }), left)
  })
}

test('what others refer to comes first, and equal files give one order', () => {
  const config = 'apiVersion: kit/v1\nkind: Config\nmetadata: {name: z}\nspec: {data: eA==}\n'
  const service = 'apiVersion: kit/v1\nkind: Service\nmetadata: {name: a}\nspec: {template: {image: x}}\n'
  const texts = { 'a.yml': service, 'b.yml': `${config}---\n${volume('m')}`, 'run.yml': 'services: {a: {image: x}}' }
  const order = ['Volume/m', 'Config/z', 'Service/a', 'Stack/run']
  assert.deepEqual(namesIn(texts), order)
  assert.deepEqual(namesIn(Object.fromEntries(Object.entries(texts).reverse())), order)
})

test('files that Compose files name are read from beside them, and paths stay those of the directory', () => {
  const text = 'services: {a: {image: x, env_file: ./a.env, volumes: ["./data:/d"]}}\nconfigs: {c: {file: conf/nginx.conf}}\n'
  const files = filesOf({ 'app/run.yml': text, 'app/a.env': 'A=1\n', 'app/conf/nginx.conf': 'hello' })
  assert.deepEqual(directoryChoice.namedBy(files), ['app/conf/nginx.conf', 'app/a.env'])
  const { objects, diagnostics } = readObjects(files, '/srv/shop')
  assert.deepEqual(diagnostics, [])
  const spec = JSON.stringify(objects[0]?.object['spec'])
  assert.match(spec, /aGVsbG8=/)
  assert.match(spec, /"A":"1"/)
  assert.match(spec, /\/srv\/shop\/app\/data/)
})

test('a revision is the names and the bytes, in any order', () => {
  const one = filesOf({ 'a.yml': 'x', 'b.yml': 'y' })
  assert.equal(revisionOf(one), revisionOf(new Map([...one].reverse())))
  const others = [{ 'a.yml': 'x' }, { 'a.yml': 'xb.yml', 'b.yml': 'y' }, { 'a.yml': 'y', 'b.yml': 'x' }, { 'a.yml': 'x', 'c.yml': 'y' }, {}]
  assert.equal(new Set([one, ...others.map(filesOf)].map(revisionOf)).size, 6)
})
