// The dashboard for Grafana, against what Grafana documents of the model of dashboards ("Dashboard JSON model", and its kinds
// Dashboard, StatPanel, TablePanel, TimeSeriesPanel). Grafana itself ignores what it does not know, and shows half of it. That
// its queries mean something, e2e/observability.test.ts sees.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string; readonly format?: string }[]
}

const text = readFileSync(join(import.meta.dirname, '../manifests/observability/kit-dashboard.json'), 'utf8')
const dashboard: { readonly panels: readonly Panel[]; readonly templating: { readonly list: readonly { readonly name: string }[] } } =
  JSON.parse(text)

/** All that is there is known, and what Grafana needs is there. */
function object(properties: Readonly<Record<string, object>>, required: readonly string[] = Object.keys(properties)): object {
  return { type: 'object', properties, required, additionalProperties: false }
}
const oneOf = (...values: readonly (string | number)[]): object => ({ enum: values })
const listOf = (items: object): object => ({ type: 'array', items })
const string = { type: 'string' }
const integer = { type: 'integer' }
const boolean = { type: 'boolean' }
const shortText = { type: 'string', minLength: 1, maxLength: 200 }
const datasource = object({ type: oneOf('prometheus'), uid: { type: 'string', pattern: '^\\$\\{datasource\\}$' } })

const variable = object(
  {
    ...{ name: { type: 'string', pattern: '^\\w+$' }, label: shortText, type: oneOf('datasource', 'query'), query: shortText },
    current: object({ text: string, value: string }, []),
    ...{ datasource, definition: shortText, includeAll: boolean, multi: boolean },
    /** On load of the dashboard, or when the time changes. */
    refresh: oneOf(1, 2),
  },
  ['name', 'type', 'query'],
)
const gridPos = object({
  x: { type: 'integer', minimum: 0, maximum: 23 },
  y: { type: 'integer', minimum: 0 },
  w: { type: 'integer', minimum: 1, maximum: 24 },
  h: { type: 'integer', minimum: 1 },
})
const target = object(
  {
    refId: { type: 'string', pattern: '^[A-Z]$' },
    expr: { type: 'string', minLength: 1 },
    legendFormat: string,
    instant: boolean,
    format: oneOf('table'),
  },
  ['refId', 'expr', 'legendFormat'],
)
const color = object({ mode: oneOf('thresholds', 'palette-classic') })
const thresholds = object({
  mode: oneOf('absolute', 'percentage'),
  steps: listOf(object({ color: oneOf('green', 'orange', 'red'), value: { type: ['number', 'null'] } })),
})
const unit = oneOf('s', 'ops', 'reqps', 'Bps', 'bytes', 'percentunit')

function panel(type: string, defaults: object, options: object, more: Readonly<Record<string, object>> = {}): object {
  const common = { id: { type: 'integer', minimum: 1 }, title: shortText, datasource, gridPos, targets: { ...listOf(target), minItems: 1 } }
  const required = { type: { const: type }, ...common, fieldConfig: object({ defaults, overrides: listOf(object({})) }), options }
  return object({ ...required, ...more, description: shortText }, [...Object.keys(required), ...Object.keys(more)])
}

const panels = [
  object({
    id: { type: 'integer', minimum: 1 },
    type: { const: 'row' },
    title: shortText,
    collapsed: boolean,
    gridPos,
    panels: { type: 'array', maxItems: 0 },
  }),
  panel(
    'stat',
    object({ unit, thresholds, color }, ['thresholds', 'color']),
    object({
      reduceOptions: object({ calcs: listOf(oneOf('lastNotNull')) }),
      colorMode: oneOf('none', 'value', 'background', 'background_solid'),
      graphMode: oneOf('none', 'area', 'line'),
    }),
  ),
  panel('table', object({}), object({}), {
    transformations: listOf({
      oneOf: [
        object({ id: { const: 'joinByField' }, options: object({ byField: shortText, mode: oneOf('outer', 'inner') }) }),
        object({
          id: { const: 'organize' },
          options: object({
            excludeByName: { type: 'object', additionalProperties: boolean },
            renameByName: { type: 'object', additionalProperties: shortText },
          }),
        }),
      ],
    }),
  }),
  panel(
    'timeseries',
    object(
      {
        unit,
        min: { type: 'number' },
        custom: object({ fillOpacity: { type: 'integer', minimum: 0, maximum: 100 }, showPoints: oneOf('auto', 'never', 'always') }),
      },
      ['custom'],
    ),
    object({
      legend: object({
        displayMode: oneOf('list', 'table', 'hidden'),
        placement: oneOf('bottom', 'right'),
        showLegend: boolean,
        calcs: listOf(string),
      }),
      tooltip: object({ mode: oneOf('single', 'multi', 'none'), sort: oneOf('none', 'asc', 'desc') }),
    }),
  ),
]

const schema = object({
  ...{ title: shortText, uid: { type: 'string', pattern: '^[\\w-]{8,40}$' }, tags: listOf(shortText), description: shortText },
  // From 37 on the legend has `showLegend`, as here; Grafana migrates older ones when they are opened.
  schemaVersion: { type: 'integer', minimum: 37 },
  ...{ version: integer, editable: boolean, timezone: oneOf('browser', 'utc') },
  refresh: { type: 'string', pattern: '^\\d+[smh]$' },
  time: object({ from: { type: 'string', pattern: '^now-\\d+[smhd]$' }, to: oneOf('now') }),
  templating: object({ list: listOf(variable) }),
  panels: listOf({ type: 'object', discriminator: { propertyName: 'type' }, required: ['type'], oneOf: panels }),
})
const isDashboard = new Ajv2020({ allErrors: true, discriminator: true, allowUnionTypes: true }).compile(schema)

test('the dashboard is one that Grafana documents', () => {
  assert.ok(
    isDashboard(dashboard),
    isDashboard.errors?.map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`).join('\n'),
  )
})

test('a field that Grafana does not know, and a value that it has not, are noticed', () => {
  for (const [what, found] of [
    ['"gridPos"', '"gridpos"'],
    ['"graphMode": "none"', '"graphMode": "line chart"'],
    ['"unit": "Bps"', '"unit": "bytes per second"'],
    ['"schemaVersion": 38', '"schemaVersion": "38"'],
    ['"legendFormat"', '"legend"'],
  ] as const) {
    assert.ok(text.includes(what), what)
    assert.equal(isDashboard(JSON.parse(text.replace(what, found))), false, found)
  }
})

test('panels have a place, an id and letters of their own', () => {
  const taken = new Map<string, string>()
  for (const {
    title,
    gridPos: { x, y, w, h },
    targets = [],
  } of dashboard.panels) {
    assert.ok(x + w <= 24, `${title} is wider than the screen`)
    for (let column = x; column < x + w; column++)
      for (let row = y; row < y + h; row++) {
        const place = `${column} ${row}`
        assert.equal(taken.get(place), undefined, `${title} and ${taken.get(place)} are in one place`)
        taken.set(place, title)
      }
    assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, title)
  }
  const ids = dashboard.panels.map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
})

test('queries name variables that there are, and legends labels that their queries leave', () => {
  const variables = new Set([...dashboard.templating.list.map(({ name }) => name), '__rate_interval'])
  for (const { title, targets = [] } of dashboard.panels)
    for (const { expr, legendFormat } of targets) {
      for (const [, name = ''] of expr.matchAll(/\$\{?(\w+)/g)) assert.ok(variables.has(name), `$${name} in ${title}`)
      assert.match(expr, /job=~"\$job"/, title)
      const left = [...expr.matchAll(/\b(?:sum|min|max) by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/))
      const isWhole = !/\b(?:sum|min|max|count)\b/.test(expr)
      for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
        assert.ok(isWhole || left.includes(label), `{{${label}}} in ${title}`)
    }
})
