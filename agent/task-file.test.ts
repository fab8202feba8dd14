import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import type { TaskTemplate } from '../api/objects.ts'
import type { Content, Contents } from './payload-store.ts'
import { Redacted } from './redacted.ts'
import { taskFilesOf } from './task-file.ts'
import { assignment } from './testdata/assignment.ts'

const node = { id: 'node-1', hostname: 'one', os: 'linux', arch: 'x86_64' }

function contents(texts: Readonly<Record<string, string | Uint8Array>>, templates: readonly string[] = []): Contents {
  return new Map(
    Object.entries(texts).map(([key, text]): [string, Content] => [
      key,
      { bytes: new Redacted(typeof text === 'string' ? Buffer.from(text) : text), isTemplate: templates.includes(key) },
    ]),
  )
}

function filesOf(template: TaskTemplate, given: Contents) {
  return taskFilesOf(assignment('web.1.a', template), node, given).map(({ content, ...rest }) => ({
    ...rest,
    text: Buffer.from(content.reveal()).toString('latin1'),
  }))
}

test('secrets are below /run/secrets, configs below the root, absolute targets are what they are', () => {
  const template: TaskTemplate = {
    secrets: [{ source: 'pw' }, { source: 'pw', target: '/etc/app/key', uid: '7', gid: '8', mode: 0o400 }],
    configs: [{ source: 'c' }, { source: 'c', target: 'conf.d/c' }],
  }
  const [secret, config] = [
    { kind: 'Secret', name: 'pw', text: 'x' },
    { kind: 'Config', name: 'c', mode: 0o444, text: 'y' },
  ]
  assert.deepEqual(filesOf(template, contents({ 'Secret/pw': 'x', 'Config/c': 'y' })), [
    { ...secret, path: '/run/secrets/pw', mode: 0o444 },
    { ...secret, path: '/etc/app/key', uid: 7, gid: 8, mode: 0o400 },
    { ...config, path: '/c' },
    { ...config, path: '/conf.d/c' },
  ])
})

test('placeholders are filled in in targets, and in content only where it is a template', () => {
  const template: TaskTemplate = {
    env: { MODE: 'a {{.Task.Slot}}' },
    secrets: [{ source: 'pw', target: 'pw-{{.Task.Slot}}' }],
    configs: [{ source: 'plain' }, { source: 'filled' }],
  }
  const body = 'host={{.Node.Hostname}} pw={{secret "pw-{{.Task.Slot}}"}} same={{config "plain"}} env={{env "MODE"}} none={{env "NO"}}'
  const given = contents({ 'Secret/pw': 'x', 'Config/plain': '{{.Task.Slot}}', 'Config/filled': body }, ['Config/filled'])
  const files = filesOf(template, given)
  assert.deepEqual(
    files.map(({ path, text }) => [path, text]),
    [
      ['/run/secrets/pw-1', 'x'],
      ['/plain', '{{.Task.Slot}}'],
      ['/filled', 'host=one pw=x same={{.Task.Slot}} env=a {{.Task.Slot}} none='],
    ],
  )
})

test('bytes that are no text go through as they are', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, value) => value)
  const [file] = filesOf({ secrets: [{ source: 'pw' }] }, contents({ 'Secret/pw': bytes }))
  assert.equal(file?.text, Buffer.from(bytes).toString('latin1'))
})

const mistakes: readonly [string, TaskTemplate, RegExp][] = [
  ['a target that climbs', { secrets: [{ source: 'pw', target: '../pw' }] }, /"\.\.\/pw" cannot be the target of secret "pw"/],
  ['a target that is a directory', { secrets: [{ source: 'pw', target: 'pw/' }] }, /cannot be the target/],
  [
    'two files in one place',
    { secrets: [{ source: 'pw' }, { source: 'pw', target: '/run/secrets/pw' }] },
    /two files would be \/run\/secrets\/pw/,
  ],
  ['an owner by name', { secrets: [{ source: 'pw', uid: 'root' }] }, /uid of secret "pw" must be a number, found "root"/],
  ['a config that asks for a secret the task has not', { configs: [{ source: 'c' }] }, /config "c" asks for the secret 'pw'/],
  ['a template that is no text', { configs: [{ source: 'binary' }] }, /config "binary" is used in a template, and is not UTF-8 text/],
]
for (const [what, template, message] of mistakes) {
  test(`${what} is refused`, () => {
    const given = contents({ 'Secret/pw': 'x', 'Config/c': '{{secret "pw"}}', 'Config/binary': Uint8Array.of(0xff) }, [
      'Config/c',
      'Config/binary',
    ])
    assert.throws(() => filesOf(template, given), { name: 'FatalTaskError', message })
  })
}

test('what is wrong in a templated secret does not show what is in it', () => {
  const given = contents({ 'Secret/pw': 'hunter2 {{hunter3 "hunter4"}}' }, ['Secret/pw'])
  assert.throws(
    () => filesOf({ secrets: [{ source: 'pw' }] }, given),
    (error) => !inspect(error).includes('hunter') && /secret "pw" holds a placeholder/.test(String(error)),
  )
})

test('content shows nowhere by accident', () => {
  const files = taskFilesOf(assignment('web.1.a', { secrets: [{ source: 'pw' }] }), node, contents({ 'Secret/pw': 'hunter2' }))
  const texts = [JSON.stringify(files), inspect(files, { depth: 9, showHidden: true }), `${files[0]?.content}`]
  for (const text of texts) {
    assert.match(text, /\[redacted\]/)
    assert.doesNotMatch(text, /hunter2|aHVudGVyMg|104, 117/)
  }
})
