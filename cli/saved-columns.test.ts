import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { columnShelf } from './saved-columns.ts'

const home = await mkdtemp(join(tmpdir(), 'kit-columns-'))
after(() => rm(home, { recursive: true, force: true }))

test('columns are kept beside what else is in the file, and forgotten', async () => {
  const env = { KIT_CONFIG: join(home, 'own', 'config.yaml') }
  const path = join(home, 'own', 'dashboard.yaml')
  await mkdir(join(home, 'own'))
  await writeFile(path, '# mine\nreadOnly: [prod]\n')
  const shelf = columnShelf(env)
  assert.deepEqual(await shelf.keep('tasks', ['name', 'state']), { tasks: ['name', 'state'] })
  assert.equal(await readFile(path, 'utf8'), '# mine\nreadOnly: [ prod ]\ncolumns:\n  tasks:\n    - name\n    - state\n')
  assert.deepEqual(await columnShelf(env).read(), { tasks: ['name', 'state'] })
  assert.deepEqual(await shelf.keep('tasks', undefined), {})
  await writeFile(path, 'columns: {tasks: name}')
  await assert.rejects(
    shelf.read(),
    /columns\.tasks must be a list of text; write `columns:` with lists of text under it \(tasks: \[name, state\]\)/,
  )
})
