import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { filterShelf, parseSavedFilters, toggled } from './saved-filters.ts'

const home = await mkdtemp(join(tmpdir(), 'kit-filters-'))
after(() => rm(home, { recursive: true, force: true }))

test('a filter is kept beside the file of contexts, for its owner alone, and forgotten when it is kept again', async () => {
  const env = { KIT_CONFIG: join(home, 'deep', 'config.yaml') }
  const path = join(home, 'deep', 'dashboard.yaml')
  const [one, other] = [filterShelf(env), filterShelf(env)]
  assert.deepEqual(await one.read(), {})
  await one.toggle('tasks', 'state=failed')
  await other.toggle('services', '~^shop_ !web')
  assert.deepEqual(await one.toggle('tasks', 'node=w-1'), { services: ['~^shop_ !web'], tasks: ['state=failed', 'node=w-1'] })
  assert.deepEqual(await other.read(), await one.read())
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  await one.toggle('tasks', 'state=failed')
  assert.deepEqual(await one.toggle('tasks', 'node=w-1'), { services: ['~^shop_ !web'] })
  await writeFile(path, 'filters: [1]')
  await assert.rejects(one.toggle('tasks', 'x'), /dashboard\.yaml: it must be a map with `filters`; write/)
  assert.equal(await readFile(path, 'utf8'), 'filters: [1]')
})

test('what a person wrote into the file stays there when a filter is kept', async () => {
  const env = { KIT_CONFIG: join(home, 'own', 'config.yaml') }
  const path = join(home, 'own', 'dashboard.yaml')
  await filterShelf(env).toggle('tasks', 'a')
  await writeFile(path, `# mine\nthemes:\n  prod: production # red\n${await readFile(path, 'utf8')}`)
  await filterShelf(env).toggle('tasks', 'b')
  assert.equal(await readFile(path, 'utf8'), '# mine\nthemes:\n  prod: production # red\nfilters:\n  tasks:\n    - a\n    - b\n')
})

test('of one list the newest are kept', () => {
  let saved = toggled({}, 'nodes', 'oldest')
  for (let number = 0; number < 20; number++) saved = toggled(saved, 'nodes', `n${number}`)
  assert.equal(saved['nodes']?.length, 20)
  assert.deepEqual([saved['nodes']?.[0], saved['nodes']?.at(-1)], ['n0', 'n19'])
})

test('a file that says something else is refused with what it should say', () => {
  assert.deepEqual(parseSavedFilters('f', ''), {})
  assert.throws(() => parseSavedFilters('f', 'a: ]'), /^Error: f: it is not YAML; write `filters:`/)
  assert.throws(() => parseSavedFilters('f', 'filters: {tasks: [1]}'), /filters\.tasks must be a list of text/)
})
