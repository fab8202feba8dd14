// Every way in which editors, git and mounts change files, on the real file system. The test reads when it was hinted at,
// and never otherwise: so a way that gives no hint fails.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DirectoryState } from '../../effects.ts'
import { createDirectories } from './directories.ts'

const patienceMs = 20_000
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const isEntered = (path: string) => !path.startsWith('.') && !path.includes('/.')
const choice = {
  isEntered,
  isWanted: (path: string) => path.endsWith('.yml') && isEntered(path),
  namedBy: (files: ReadonlyMap<string, Uint8Array>) =>
    [...files].flatMap(([, bytes]) => [...new TextDecoder().decode(bytes).matchAll(/^file: (.+)$/gm)].map(([, path = '']) => path)),
}

function textsOf(state: DirectoryState): Readonly<Record<string, string>> | string {
  if (state.state !== 'Whole') return `${state.state}: ${state.message}`
  return Object.fromEntries(Array.from(state.files, ([path, bytes]) => [path, new TextDecoder().decode(bytes)] as const).toSorted())
}

function createWorld(context: TestContext, below = 'app') {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'kit-directories-')))
  const root = join(home, below)
  let hints = 0
  let wake = (): void => {}
  const directory = createDirectories(silent).watch(root, choice, () => {
    hints++
    wake()
  })
  const never = new AbortController().signal
  context.after(() => {
    directory.close()
    rmSync(home, { recursive: true, force: true })
  })
  /** The next hint, or one that came since `after` were counted. */
  const hinted = async (after: number): Promise<void> => {
    const late = AbortSignal.timeout(patienceMs)
    while (hints <= after) {
      await new Promise<void>((resolve, reject) => {
        wake = resolve
        late.onabort = () => reject(new Error('nobody said that anything has changed'))
      })
    }
  }
  return {
    home,
    root,
    write(path: string, text: string, base = root) {
      mkdirSync(dirname(join(base, path)), { recursive: true })
      writeFileSync(join(base, path), text)
    },
    read: () => directory.read(never),
    hints: () => hints,
    hinted,
    /** Reads after each hint, until the files are these. */
    async becomes(expected: Readonly<Record<string, string>>, since: number) {
      const untilMs = performance.now() + patienceMs
      for (let seen = since; ; ) {
        await hinted(seen)
        seen = hints
        const found = textsOf(await directory.read(never))
        if (JSON.stringify(found) === JSON.stringify(expected)) return
        if (performance.now() > untilMs) assert.deepEqual(found, expected)
      }
    },
    state: () => directory.read(never),
  }
}

type World = ReturnType<typeof createWorld>

const ways: readonly (readonly [what: string, change: (world: World) => void | Promise<void>])[] = [
  ['written in place', ({ write }) => write('a.yml', 'new')],
  [
    'renamed over',
    ({ write, root }) => {
      write('.a.yml.tmp', 'new')
      renameSync(join(root, '.a.yml.tmp'), join(root, 'a.yml'))
    },
  ],
  [
    'saved as vim does: the old one renamed, a new one written, the old one deleted',
    ({ write, root }) => {
      renameSync(join(root, 'a.yml'), join(root, 'a.yml~'))
      write('a.yml', 'new')
      unlinkSync(join(root, 'a.yml~'))
    },
  ],
  [
    'saved as Emacs does: locked for as long as somebody types by a link to nowhere, the old one copied, written in place',
    async ({ read, write, root }) => {
      symlinkSync('ann@host.42:1790000000', join(root, '.#a.yml'))
      assert.deepEqual(textsOf(await read()), { 'a.yml': 'old', 'b.yml': 'other' })
      copyFileSync(join(root, 'a.yml'), join(root, 'a.yml~'))
      write('a.yml', 'new')
      unlinkSync(join(root, '.#a.yml'))
      unlinkSync(join(root, 'a.yml~'))
    },
  ],
  [
    'written to a file beside it with another ending, and put in its place, as sed -i and JetBrains do',
    ({ write, root }) => {
      write('a.yml___jb_tmp___', 'new')
      renameSync(join(root, 'a.yml'), join(root, 'a.yml___jb_old___'))
      renameSync(join(root, 'a.yml___jb_tmp___'), join(root, 'a.yml'))
      unlinkSync(join(root, 'a.yml___jb_old___'))
    },
  ],
  [
    'written in chunks',
    async ({ write, root }) => {
      write('a.yml', 'n')
      await sleep(80)
      await appendFile(join(root, 'a.yml'), 'e')
      await sleep(80)
      await appendFile(join(root, 'a.yml'), 'w')
    },
  ],
  [
    'deleted and made again',
    ({ write, root }) => {
      unlinkSync(join(root, 'a.yml'))
      write('a.yml', 'new')
    },
  ],
]

for (const [what, change] of ways) {
  test(`a file that is ${what}`, async (context) => {
    const world = createWorld(context)
    world.write('a.yml', 'old')
    world.write('b.yml', 'other')
    assert.deepEqual(textsOf(await world.read()), { 'a.yml': 'old', 'b.yml': 'other' })
    // Twice: atomic writes after the first have been lost before (chokidar#1437).
    for (const _ of ['first', 'second']) {
      const since = world.hints()
      await change(world)
      await world.becomes({ 'a.yml': 'new', 'b.yml': 'other' }, since)
      const again = world.hints()
      world.write('a.yml', 'old')
      await world.becomes({ 'a.yml': 'old', 'b.yml': 'other' }, again)
    }
  })
}

test('a new file in a new directory, and one that is gone', async (context) => {
  const world = createWorld(context)
  world.write('a.yml', 'a')
  await world.read()
  let since = world.hints()
  world.write('deep/er/b.yml', 'b')
  await world.becomes({ 'a.yml': 'a', 'deep/er/b.yml': 'b' }, since)
  since = world.hints()
  rmSync(join(world.root, 'deep'), { recursive: true })
  await world.becomes({ 'a.yml': 'a' }, since)
})

test('a mounted ConfigMap: ..data is swapped to another directory', async (context) => {
  const world = createWorld(context)
  const version = (name: string): void => {
    world.write(`${name}/a.yml`, name)
    symlinkSync(name, join(world.root, '..data_tmp'))
    renameSync(join(world.root, '..data_tmp'), join(world.root, '..data'))
  }
  version('..2026_1')
  symlinkSync('..data/a.yml', join(world.root, 'a.yml'))
  assert.deepEqual(textsOf(await world.read()), { 'a.yml': '..2026_1' })
  for (const name of ['..2026_2', '..2026_3']) {
    const since = world.hints()
    version(name)
    await world.becomes({ 'a.yml': name }, since)
  }
})

test('a root that is a link, which is pointed elsewhere', async (context) => {
  const world = createWorld(context, 'link')
  const point = (name: string): void => {
    world.write(`${name}/a.yml`, name, world.home)
    symlinkSync(name, join(world.home, 'tmp'))
    renameSync(join(world.home, 'tmp'), world.root)
  }
  point('rev-1')
  assert.deepEqual(textsOf(await world.read()), { 'a.yml': 'rev-1' })
  for (const name of ['rev-2', 'rev-3']) {
    const since = world.hints()
    point(name)
    await world.becomes({ 'a.yml': name }, since)
  }
  const since = world.hints()
  world.write('a.yml', 'in place')
  await world.becomes({ 'a.yml': 'in place' }, since)
})

test('a root that is not there yet, is removed, and made again', async (context) => {
  const world = createWorld(context)
  assert.equal(textsOf(await world.read()), `Missing: there is no directory ${world.root}`)
  let since = world.hints()
  world.write('a.yml', '1')
  await world.becomes({ 'a.yml': '1' }, since)
  since = world.hints()
  rmSync(world.root, { recursive: true })
  await world.hinted(since)
  for (let seen = since; (await world.state()).state !== 'Missing'; seen = world.hints()) await world.hinted(seen)
  since = world.hints()
  world.write('a.yml', '2')
  await world.becomes({ 'a.yml': '2' }, since)
})

test('a root that is removed and made again before anybody looks', async (context) => {
  const world = createWorld(context)
  world.write('a.yml', '1')
  await world.read()
  let since = world.hints()
  rmSync(world.root, { recursive: true })
  world.write('a.yml', '2')
  await world.becomes({ 'a.yml': '2' }, since)
  since = world.hints()
  world.write('a.yml', '3')
  await world.becomes({ 'a.yml': '3' }, since)
})

test('two directories that change places', async (context) => {
  const world = createWorld(context)
  world.write('a.yml', '1')
  world.write('a.yml', '2', join(world.home, 'next'))
  await world.read()
  let since = world.hints()
  renameSync(world.root, join(world.home, 'last'))
  renameSync(join(world.home, 'next'), world.root)
  await world.becomes({ 'a.yml': '2' }, since)
  since = world.hints()
  world.write('a.yml', '3')
  await world.becomes({ 'a.yml': '3' }, since)
})

// Git.

const hasGit = spawnSync('git', ['--version']).status === 0
if (!hasGit) console.log('skipped: checkouts, because there is no git (package git)')
const git = (root: string, ...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=kit', '-c', 'user.email=kit@localhost', '-c', 'init.defaultBranch=main', ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()

test('whatever git does to the work tree is seen', { skip: !hasGit }, async (context) => {
  const world = createWorld(context)
  const commit = (text: string): void => {
    world.write('a.yml', text)
    git(world.root, 'add', '-A')
    git(world.root, 'commit', '-qm', text)
  }
  mkdirSync(world.root)
  git(world.root, 'init', '-q')
  commit('one')
  git(world.root, 'clone', '-q', world.root, join(world.home, 'upstream'))
  git(world.root, 'remote', 'add', 'origin', join(world.home, 'upstream'))
  for (const [at, text] of ['two', 'three'].entries()) {
    world.write('a.yml', text, join(world.home, 'upstream'))
    world.write(`new${at}.yml`, text, join(world.home, 'upstream'))
    git(join(world.home, 'upstream'), 'add', '-A')
    git(join(world.home, 'upstream'), 'commit', '-qm', text)
  }
  await world.read()
  const seen = async (args: readonly string[], expected: Readonly<Record<string, string>>): Promise<void> => {
    const since = world.hints()
    git(world.root, ...args)
    await world.becomes(expected, since)
  }
  const pulled = { 'a.yml': 'three', 'new0.yml': 'two', 'new1.yml': 'three' }
  await seen(['pull', '-q', '--ff-only', 'origin', 'main'], pulled)
  await seen(['reset', '-q', '--hard', 'HEAD~2'], { 'a.yml': 'one' })
  await seen(['merge', '-q', 'origin/main'], pulled)
  await seen(['revert', '--no-edit', 'HEAD'], { 'a.yml': 'two', 'new0.yml': 'two' })
  world.write('a.yml', 'mine')
  await seen(['stash', '-q'], { 'a.yml': 'two', 'new0.yml': 'two' })
  await seen(['stash', 'pop', '-q'], { 'a.yml': 'mine', 'new0.yml': 'two' })
})

test('a checkout of 200 changed files is seen whole or not at all, with its commit', { skip: !hasGit }, async (context) => {
  const world = createWorld(context)
  const files = (text: string) => Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`f${String(at).padStart(3, '0')}.yml`, text]))
  const commit = (text: string): string => {
    for (const [path, content] of Object.entries(files(text))) world.write(path, content)
    git(world.root, 'add', '-A')
    git(world.root, 'commit', '-qm', text)
    return git(world.root, 'rev-parse', 'HEAD')
  }
  mkdirSync(world.root)
  git(world.root, 'init', '-q')
  const first = commit('one')
  git(world.root, 'checkout', '-qb', 'two')
  const second = commit('two')
  git(world.root, 'checkout', '-q', 'main')
  assert.deepEqual(textsOf(await world.read()), files('one'))
  const since = world.hints()
  const checkedOut = new Promise((resolve) => setImmediate(() => resolve(git(world.root, 'checkout', '-q', 'two'))))
  // Reading all the while.
  const seen = new Set<string>()
  for (let looks = 0; looks < 5; looks++) {
    const state = await world.read()
    if (state.state !== 'Whole') continue
    const texts = new Set(Object.values(textsOf(state)))
    assert.equal(texts.size, 1, 'half of a checkout')
    seen.add(`${[...texts][0]} ${state.commit}`)
  }
  await checkedOut
  await world.becomes(files('two'), since)
  assert.deepEqual(
    [...seen].filter((each) => each !== `one ${first}` && each !== `two ${second}`),
    [],
  )
  git(world.root, 'pack-refs', '--all')
  git(world.root, 'worktree', 'add', '-q', join(world.home, 'tree'), first)
  for (const [root, expected] of [
    [world.root, second],
    [join(world.home, 'tree'), first],
  ] as const) {
    const other = createDirectories(silent).watch(root, choice, () => {})
    context.after(() => other.close())
    const state = await other.read(new AbortController().signal)
    assert.equal(state.state === 'Whole' ? state.commit : state.message, expected)
  }
})

test('what differs from the commit is marked, and only of files that are read', { skip: !hasGit }, async (context) => {
  const world = createWorld(context)
  world.write('deploy/a.yml', 'file: named\n')
  world.write('deploy/b.yml', 'b')
  world.write('deploy/named', '1')
  world.write('readme', 'x')
  git(world.root, 'init', '-q')
  git(world.root, 'add', '-A')
  git(world.root, 'commit', '-qm', 'one')
  const first = git(world.root, 'rev-parse', 'HEAD')
  const directory = createDirectories(silent).watch(join(world.root, 'deploy'), choice, () => {})
  context.after(() => directory.close())
  const commit = async (): Promise<string | undefined> => {
    const state = await directory.read(new AbortController().signal)
    return state.state === 'Whole' ? state.commit : state.message
  }
  assert.equal(await commit(), first)
  for (const [what, change, back] of [
    ['a manifest', () => world.write('deploy/b.yml', 'c'), () => world.write('deploy/b.yml', 'b')],
    ['a file that one names', () => world.write('deploy/named', '2'), () => world.write('deploy/named', '1')],
    ['a new manifest', () => world.write('deploy/new.yml', 'n'), () => unlinkSync(join(world.root, 'deploy/new.yml'))],
    ['one that is gone', () => unlinkSync(join(world.root, 'deploy/b.yml')), () => world.write('deploy/b.yml', 'b')],
  ] as const) {
    change()
    assert.equal(await commit(), `${first}-dirty`, what)
    back()
    assert.equal(await commit(), first, what)
  }
  world.write('readme', 'changed')
  world.write('deploy/notes', 'new')
  assert.equal(await commit(), first, 'none of these is read')
  world.write('deploy/b.yml', 'staged')
  git(world.root, 'add', '-A')
  assert.equal(await commit(), `${first}-dirty`)
  git(world.root, 'commit', '-qm', 'two')
  assert.equal(await commit(), git(world.root, 'rev-parse', 'HEAD'))
})

test('while a git command holds the index, nothing is read', async (context) => {
  const world = createWorld(context)
  world.write('a.yml', 'a')
  world.write('.git/index.lock', '')
  const state = await world.read()
  assert.equal(state.state, 'Changing')
  assert.match(state.state === 'Changing' ? state.message : '', /\.git\/index\.lock is there: a git command is at work, or has died/)
  unlinkSync(join(world.root, '.git/index.lock'))
  assert.deepEqual(textsOf(await world.read()), { 'a.yml': 'a' })
})

// Bounds.

test('a file that a manifest names is read, too, and hinted at; one outside never', async (context) => {
  const world = createWorld(context)
  world.write('run.yml', 'file: nginx.conf\nfile: ../secret\nfile: gone\n')
  world.write('nginx.conf', '1')
  world.write('secret', 'x', world.home)
  const { 'run.yml': run = '', ...rest } = Object(textsOf(await world.read())) as Record<string, string>
  assert.deepEqual(rest, { 'nginx.conf': '1' })
  const since = world.hints()
  world.write('nginx.conf', '2')
  await world.becomes({ 'nginx.conf': '2', 'run.yml': run }, since)
})

test('a link out of the directory is refused, and so is one that leads nowhere; a circle of links ends', async (context) => {
  const world = createWorld(context)
  world.write('a.yml', 'a')
  symlinkSync('..', join(world.root, 'up'))
  symlinkSync('.', join(world.root, 'self'))
  assert.deepEqual(textsOf(await world.read()), { 'a.yml': 'a' })
  world.write('secret.yml', 'x', world.home)
  symlinkSync('../secret.yml', join(world.root, 'b.yml'))
  assert.match(String(textsOf(await world.read())), /^Unreadable: b\.yml is a link that leads nowhere, or out of the directory/)
  unlinkSync(join(world.root, 'b.yml'))
  symlinkSync('none', join(world.root, 'b.yml'))
  assert.match(String(textsOf(await world.read())), /^Unreadable: b\.yml/)
})

test('a file is no directory, and a manifest has a limit', async (context) => {
  const world = createWorld(context)
  writeFileSync(world.root, '')
  assert.match(String(textsOf(await world.read())), /^Unreadable: .*app is not a directory/)
  unlinkSync(world.root)
  world.write('a.yml', 'x'.repeat(8 * 1024 * 1024 + 1))
  assert.match(String(textsOf(await world.read())), /^Unreadable: a\.yml has 8388609 bytes: 8388608 at most/)
})

test('ten thousand files in 500 directories', async (context) => {
  const world = createWorld(context)
  for (let at = 0; at < 10_000; at++) world.write(`d${at % 500}/f${at}.yml`, String(at))
  const state = await world.read()
  assert.ok(state.state === 'Whole')
  assert.equal(state.files.size, 10_000)
  const since = world.hints()
  world.write('d7/f7.yml', 'new')
  await world.hinted(since)
  const changed = await world.read()
  assert.ok(changed.state === 'Whole')
  assert.equal(new TextDecoder().decode(changed.files.get('d7/f7.yml')), 'new')
  // What was read before and cannot have changed is not read again.
  assert.equal([...changed.files].filter(([path, bytes]) => state.files.get(path) !== bytes).length < 10_000, true)
})

const isolated = spawnSync('unshare', ['-Ur', 'sh', '-c', 'echo 3 > /proc/sys/user/max_inotify_watches']).status === 0
if (!isolated) console.log('skipped: running out of inotify, because its limits cannot be set for one process here (unshare -Ur)')

for (const [limit, code] of [
  ['max_inotify_watches', 'ENOSPC'],
  ['max_inotify_instances', 'EMFILE'],
] as const) {
  test(`without more of ${limit} it looks from time to time, and says so`, { skip: !isolated }, () => {
    const root = mkdtempSync(join(tmpdir(), 'kit-directories-'))
    for (let at = 0; at < 20; at++) {
      mkdirSync(join(root, `d${at}`))
      writeFileSync(join(root, `d${at}/a.yml`), 'old')
    }
    const script = join(import.meta.dirname, 'testdata/exhausted.ts')
    const value = code === 'EMFILE' ? 0 : 3
    const command = `echo ${value} > /proc/sys/user/${limit}; exec "$0" "$@"`
    const { stdout, stderr } = spawnSync('unshare', ['-Ur', 'sh', '-c', command, process.execPath, script, root], {
      encoding: 'utf8',
      timeout: 60_000,
    })
    rmSync(root, { recursive: true })
    assert.match(stdout, new RegExp(`^by looking every 0\\.3 s: the system gives no more watches \\(${code}; raise .*\nnew\n$`), stderr)
  })
}

test('the limits of inotify are those that the documentation names', { skip: process.platform !== 'linux' }, () => {
  for (const name of ['max_user_watches', 'max_user_instances']) assert.ok(Number(readFileSync(`/proc/sys/fs/inotify/${name}`, 'utf8')) > 0)
})
