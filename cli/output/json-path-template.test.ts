import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CommandError } from '../exit.ts'
import { evaluateTemplate, parseTemplate } from './json-path-template.ts'

const list = {
  kind: 'List',
  items: [
    { metadata: { name: 'web' }, spec: { replicas: 3, ports: [80, 443] } },
    { metadata: { name: 'db' }, spec: { replicas: 1, ports: [] } },
  ],
}

const cases: readonly (readonly [template: string, text: string])[] = [
  ['.items[*].metadata.name', 'web db'],
  ['{.items[*].metadata.name}', 'web db'],
  ['{.items[0].metadata.name}={.items[0].spec.replicas}', 'web=3'],
  ['{range .items[*]}{.metadata.name}{"\\t"}{.spec.replicas}{"\\n"}{end}', 'web\t3\ndb\t1\n'],
  ["{range .items[*]}{.metadata.name}{'\\n'}{end}", 'web\ndb\n'],
  ['{range .items[*]}{range .spec.ports[*]}{@},{end};{end}', '80,443,;;'],
  ['{range .items[*]}{$.kind}/{.metadata.name} {end}', 'List/web List/db '],
  ['{.items[?(@.spec.replicas>1)].metadata.name}', 'web'],
  ['{.items[0].spec.ports}', '[80,443]'],
  ['{.kind}: {"{"}braces{"}"}', 'List: {braces}'],
  ['{.nothing}', ''],
]
for (const [template, text] of cases) {
  test(`jsonpath=${template}`, () => assert.equal(evaluateTemplate(parseTemplate(template), list), text))
}

test('braces that do not pair are said', () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ['{.a', /never closed/],
    ['{.a}{end}', /\{end\} without/],
    ['{range .a}x', /no \{end\}/],
  ]
  for (const [template, why] of refused)
    assert.throws(
      () => parseTemplate(template),
      (error) => error instanceof CommandError && why.test(error.message),
    )
})
