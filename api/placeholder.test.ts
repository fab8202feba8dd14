import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { reasonOf } from './errors.ts'
import { checkPlaceholders, expandPlaceholders, type PlaceholderContext } from './placeholder.ts'

const context: PlaceholderContext = {
  Service: { ID: 's1', Name: 'web', Labels: { tier: 'front', 'com.x/y': 'z' } },
  Node: { ID: 'n1', Hostname: 'alpha', Platform: { Architecture: 'x86_64', OS: 'linux' } },
  Task: { ID: 't1', Name: 'web.1.t1', Slot: '1' },
}

const valid: readonly (readonly [text: string, expanded: string])[] = [
  ['plain', 'plain'],
  ['{{.Task.Slot}}', '1'],
  ['a-{{ .Node.Hostname }}-{{.Service.Name}}', 'a-alpha-web'],
  ['{{.Node.Platform.OS}}/{{.Node.Platform.Architecture}}', 'linux/x86_64'],
  ['{{.Service.Labels.tier}}', 'front'],
  ['{{index .Service.Labels "com.x/y"}}', 'z'],
  ['{{join "-" .Service.Name .Task.Slot "x"}}', 'web-1-x'],
  ['{{join "." (index .Service.Labels "tier") `b`}}', 'front.b'],
  ['a {{- .Task.Slot -}} b', 'a1b'],
  ['{{"}}"}}', '}}'],
  ['{ not {one}', '{ not {one}'],
]
for (const [text, expanded] of valid) {
  test(`'${text}' is filled in`, () => {
    assert.equal(expandPlaceholders(text, context), expanded)
    assert.equal(checkPlaceholders(text), undefined)
  })
}

const invalid: readonly (readonly [text: string, why: RegExp])[] = [
  ['{{.Task.Slot', /without a '}}'/],
  ['{{.Task.Nope}}', /'.Task.Nope', which does not exist/],
  ['{{.constructor}}', /does not exist/],
  ['{{.Task.Slot | upper}}', /cannot be read at '\| upper/],
  ['{{upper .Task.Slot}}', /'upper', which is no function/],
  ['{{.Task}}', /a group of values/],
  ['{{index .Service.Name "x"}}', /must use index/],
  ['{{join "-" (index .Service.Labels "tier"}}', /without a '\)'/],
  ['{{.Task.Slot .Task.ID}}', /too many words/],
  ['{{"a\\q"}}', /cannot be read/],
]
for (const [text, why] of invalid) {
  test(`'${text}' is refused`, () => assert.match(checkPlaceholders(text) ?? '', why))
}

test('a label that the service does not have is found only when it is filled in', () => {
  const text = '{{index .Service.Labels "other"}}'
  assert.equal(checkPlaceholders(text), undefined)
  assert.throws(
    () => expandPlaceholders(text, context),
    (error) => reasonOf(error) === 'Invalid',
  )
})

test('payload functions resolve by name and refuse what is not there', () => {
  const functions = { secret: (name: string) => (name === 'key' ? 'k' : undefined) }
  assert.equal(expandPlaceholders('{{secret "key"}}', context, functions), 'k')
  assert.throws(() => expandPlaceholders('{{secret "other"}}', context, functions), /the secret 'other'/)
})

test('whatever the text, checking it gives an answer', () => {
  const scrap = fc.constantFrom('{{', '}}', '-', ' ', '.Task', '.Slot', '"', '`', '(', ')', 'join', 'index', 'x', '\\', '\n')
  fc.assert(fc.property(fc.array(scrap, { maxLength: 20 }), (scraps) => void checkPlaceholders(scraps.join(''))))
})
