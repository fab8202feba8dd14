import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { pointAt, readYaml } from './yaml-document.ts'
import { pathText } from './yaml-place.ts'

function read(text: string) {
  const { documents, diagnostics } = readYaml({ name: 'f.yml', text })
  return {
    values: documents.map(({ value }) => value),
    errors: diagnostics.map(({ code, line, column, endColumn }) => `${code} ${line}:${column}-${endColumn}`),
  }
}

const values: readonly (readonly [behaviour: string, text: string, values: readonly unknown[]])[] = [
  ['an empty file has no documents', '', []],
  ['empty documents are ignored', '---\n---\na: 1\n---\n# nothing\n', [{ a: 1 }]],
  ['several documents are kept apart', 'a: 1\n---\nb: 2\n', [{ a: 1 }, { b: 2 }]],
  ['a leading zero means octal', 'mode: 0444\nport: 80\n', [{ mode: 0o444, port: 80 }]],
  ['yes and on are text, true is not', 'a: yes\nb: on\nc: true\n', [{ a: 'yes', b: 'on', c: true }]],
  ['a date is text', 'a: 2026-01-01\n', [{ a: '2026-01-01' }]],
  ['keys that look like numbers are text', '8080: x\n', [{ '8080': 'x' }]],
  ['an alias is a copy of what it stands for', 'a: &a [1]\nb: *a\n', [{ a: [1], b: [1] }]],
  ['own members win over merged ones', 'a: &a {x: 1, y: 1}\nb:\n  <<: *a\n  x: 2\n', [{ a: { x: 1, y: 1 }, b: { x: 2, y: 1 } }]],
  ['the first of several merged maps wins', 'a: &a {x: 1}\nb: &b {x: 2}\nc: {<<: [*a, *b]}\n', [{ a: { x: 1 }, b: { x: 2 }, c: { x: 1 } }]],
  ['a byte order mark and CRLF are no content', '\ufeffa: 1\r\nb: 2\r\n', [{ a: 1, b: 2 }]],
]
for (const [behaviour, text, expected] of values) {
  test(behaviour, () => assert.deepEqual(read(text), { values: expected, errors: [] }))
}

const errors: readonly (readonly [behaviour: string, text: string, errors: readonly string[]])[] = [
  ['a tab is the only error that is shown of those it causes', 'a: 1\n\tb: "x\n', ['KIT0101 2:1-2']],
  ['a duplicate key is reported where it comes again', 'a: 1\nb: 2\na: 3\n', ['KIT0103 3:1-2']],
  ['every document with an error reports its first', 'a: [\n---\nb: 1\n---\nc: ]\n', ['KIT0102 2:1-2', 'KIT0102 5:4-5']],
  ['a quote that is never closed is shown where it opens', 'a: 1\nb: "x\nc: 1\n', ['KIT0102 2:4-6']],
  ['so is one that closes where another should open', 'a:\n  b: "x\n  c: ["y"]\n', ['KIT0102 2:6-8']],
  ['and one in a list', "a: ['x, y]\nb: 1\n---\nc: 'x\n", ['KIT0102 1:5-11', 'KIT0102 4:4-6']],
  ['an unknown tag is refused', 'a: !reset []\n', ['KIT0109 1:4-10']],
  ['keys that reach the prototype are refused', '__proto__: {}\na: {constructor: 1}\n', ['KIT0111 1:1-10', 'KIT0111 2:5-16']],
  ['a number that would be rounded is refused', 'a: 9007199254740993\nb: .nan\n', ['KIT0109 1:4-20', 'KIT0109 2:4-8']],
  ['an alias to itself is refused', 'a: &a [*a]\n', ['KIT0109 1:8-10']],
  ['an alias to nothing is refused', 'a: *b\n', ['KIT0109 1:4-6']],
  ['a list as a key is refused', '? [a]\n: 1\n', ['KIT0109 1:3-6']],
]
for (const [behaviour, text, expected] of errors) {
  test(behaviour, () => assert.deepEqual(read(text).errors, expected))
}

test('an alias bomb is refused', () => {
  const levels = [...'bcdefghi'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`)}]`)
  assert.deepEqual(
    read(`a: &a [x,x,x,x,x,x,x,x,x]\n${levels.join('\n')}`).errors.map((error) => error.slice(0, 7)),
    ['KIT0108'],
  )
})

test('thousands of levels are refused before the parser recurses', () => {
  for (const text of ['['.repeat(20_000), '- '.repeat(20_000), '{a: '.repeat(20_000), '? '.repeat(20_000)]) {
    assert.equal(read(text).errors[0]?.slice(0, 7), 'KIT0108')
  }
})

test('a file of 50 MB is refused without being parsed', () => {
  const { errors: found, values: kept } = read('a: 1\n'.repeat(10_000_000))
  assert.deepEqual([found, kept], [['KIT0108 1:1-2'], []])
})

test('places are those of the key, the value, or the nearest parent that is there', () => {
  const text = 'base: &base {x: 1}\nspec:\n  ports:\n    - port: 80\n    - {port: "81" }\n  more:\n    <<: *base\n'
  const [document] = readYaml({ name: 'f.yml', text }).documents
  assert(document !== undefined)
  const at = (path: readonly (string | number)[], part: 'key' | 'value') => {
    const { line, column, endColumn } = document.locate(path, part)
    return `${line}:${column}-${endColumn}`
  }
  assert.equal(at(['spec', 'ports', 0, 'port'], 'value'), '4:13-15')
  assert.equal(at(['spec', 'ports', 1, 'port'], 'key'), '5:8-12')
  assert.equal(at(['spec', 'ports', 1, 'missing'], 'value'), '5:7-20')
  assert.equal(at(['spec', 'missing', 'deep'], 'value'), '2:1-5')
  assert.equal(at(['spec', 'more', 'x'], 'value'), '1:17-18')
  assert.equal(document.sourceOf(['spec', 'ports', 1, 'port']), '81')
  assert.equal(document.sourceOf(['spec', 'ports']), undefined)
  const diagnostic = pointAt(document, { code: 'KIT0107', path: ['spec', 'ports', 0, 'port'], target: 'value', message: 'no' })
  assert.deepEqual(diagnostic, {
    code: 'KIT0107',
    file: 'f.yml',
    line: 4,
    column: 13,
    endColumn: 15,
    path: 'spec.ports[0].port',
    message: 'no',
  })
})

test('paths are written as people write them', () => {
  assert.equal(pathText(['metadata', 'labels', 'kit/x']), 'metadata.labels[kit/x]')
  assert.equal(pathText(['spec', 'ports', 0, 'port']), 'spec.ports[0].port')
})

test('whatever the text, reading it gives values or diagnostics and never throws', () => {
  const scrap = fc.constantFrom(
    'a',
    ': ',
    '- ',
    '\n',
    '  ',
    '\t',
    '{',
    '}',
    '[',
    ']',
    '&a ',
    '*a',
    '<<',
    '"',
    "'",
    '|',
    '>',
    '#',
    '!x ',
    '---\n',
    '? ',
    '0',
  )
  fc.assert(
    fc.property(fc.array(scrap, { maxLength: 60 }), (scraps) => {
      for (const { line, column, endColumn } of readYaml({ name: 'f', text: scraps.join('') }).diagnostics) {
        assert(line >= 1 && column >= 1 && endColumn > column)
      }
    }),
    { numRuns: 2000 },
  )
})
