// What holds for the metadata of every object, and for names by kind. Label values may hold any text,
// because the labels of Swarm and of Compose files do.

import { duplicate, forbidden, invalid, type Mistake, quote, required } from '../mistake.ts'
import { unknown } from '../schema/unknown-fields.ts'
import type { Path } from '../yaml/yaml-place.ts'

const fields = [
  'name',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'createdAt',
  'deletionTimestamp',
  'deletedAt',
  'labels',
  'annotations',
  'finalizers',
  'ownerReferences',
  'managedFields',
]
/** Those that a person may write. */
const shownFields = ['name', 'labels', 'annotations', 'finalizers', 'ownerReferences']
/** Sent by clients of other systems; without a meaning here. */
const ignoredFields: ReadonlySet<string> = new Set(['namespace', 'generateName', 'selfLink', 'deletionGracePeriodSeconds'])

const dnsName = /^[A-Za-z0-9](?:[-_]*[A-Za-z0-9])*$/
const fileName = /^[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?$/
const labelKey = /^[A-Za-z0-9](?:[-_./A-Za-z0-9]*[A-Za-z0-9])?$/
const maxAnnotationsLength = 256 * 1024
const maxLabelValueLength = 4096

interface NameRule {
  readonly form: RegExp
  readonly maxLength: number
  readonly words: string
}

const dnsRule: NameRule = {
  form: dnsName,
  maxLength: 63,
  words: "letters and digits, with '-' and '_' between them",
}
const fileRule: NameRule = { form: fileName, maxLength: 64, words: "letters and digits, with '-', '_' and '.' between them" }
const looseRule: NameRule = { form: fileName, maxLength: 253, words: fileRule.words }
const nameRules: ReadonlyMap<string, NameRule> = new Map([
  ['Service', dnsRule],
  ['Network', dnsRule],
  ['Stack', dnsRule],
  ['Source', dnsRule],
  ['Secret', fileRule],
  ['Config', fileRule],
  ['User', fileRule],
])

export function metadataMistakes(kind: string, metadata: unknown): readonly Mistake[] {
  if (!isMap(metadata)) return [required(['metadata'], 'must be given, with a name')]
  const known = Object.keys(metadata)
    .filter((key) => !fields.includes(key) && !ignoredFields.has(key))
    .map((key) => unknown(['metadata', key], key, shownFields, 'metadata'))
  return [
    ...known,
    ...nameMistakes(kind, metadata['name']),
    ...textMapMistakes(metadata['labels'], ['metadata', 'labels'], maxLabelValueLength),
    ...textMapMistakes(metadata['annotations'], ['metadata', 'annotations'], maxAnnotationsLength),
    ...annotationSize(metadata['annotations']),
    ...finalizerMistakes(metadata['finalizers']),
  ]
}

export function nameMistakes(kind: string, name: unknown): readonly Mistake[] {
  const path = ['metadata', 'name']
  const mistake = (message: string): readonly Mistake[] => [{ ...invalid(path, message), code: 'KIT0117' }]
  if (name === undefined || name === null || name === '') return [{ ...required(path, 'must be given'), code: 'KIT0117' }]
  if (typeof name !== 'string') {
    return [
      {
        ...invalid(path, `must be text, found ${quote(name)}`),
        reason: 'FieldValueTypeInvalid',
        hint: `write "${String(name)}"`,
        wantsText: true,
      },
    ]
  }
  if (kind === 'Cluster') return name === 'default' ? [] : mistake(`must be 'default': there is one Cluster, found ${quote(name)}`)
  const { form, maxLength, words } = nameRules.get(kind) ?? looseRule
  if (!form.test(name)) return mistake(`must be made of ${words}, found ${quote(name)}`)
  return name.length <= maxLength ? [] : mistake(`must have at most ${maxLength} characters, found ${name.length}`)
}

function textMapMistakes(map: unknown, path: Path, maxLength: number): readonly Mistake[] {
  if (map === undefined) return []
  if (!isMap(map)) return [{ ...invalid(path, 'must be a map of text'), reason: 'FieldValueTypeInvalid' }]
  return Object.entries(map).flatMap(([key, value]): readonly Mistake[] => {
    const here = [...path, key]
    if (!labelKey.test(key) || key.length > 316) {
      return [{ ...invalid(here, `has a key that must be made of ${fileRule.words}, after an optional prefix and '/'`), target: 'key' }]
    }
    if (typeof value !== 'string') {
      const hint = `write "${String(value)}"`
      return [{ ...invalid(here, `must be text, found ${quote(value)}`), reason: 'FieldValueTypeInvalid', hint, wantsText: true }]
    }
    return value.length <= maxLength ? [] : [{ ...invalid(here, `must have at most ${maxLength} characters`), reason: 'FieldValueTooLong' }]
  })
}

function annotationSize(annotations: unknown): readonly Mistake[] {
  if (!isMap(annotations)) return []
  const length = Object.entries(annotations).reduce((total, [key, value]) => total + key.length + String(value).length, 0)
  const message = `must have at most ${maxAnnotationsLength} characters together, found ${length}`
  return length <= maxAnnotationsLength ? [] : [{ ...invalid(['metadata', 'annotations'], message), reason: 'FieldValueTooLong' }]
}

function finalizerMistakes(finalizers: unknown): readonly Mistake[] {
  const path = ['metadata', 'finalizers']
  if (finalizers === undefined) return []
  if (!Array.isArray(finalizers)) return [{ ...invalid(path, 'must be a list of text'), reason: 'FieldValueTypeInvalid' }]
  return finalizers.flatMap((name: unknown, index): readonly Mistake[] => {
    if (typeof name !== 'string' || !labelKey.test(name))
      return [invalid([...path, index], `must be a name such as 'kit/tasks', found ${quote(name)}`)]
    return finalizers.indexOf(name) < index ? [duplicate([...path, index], `is given twice: ${quote(name)}`)] : []
  })
}

/** A name cannot change: an object of another name is another object. */
export function renameMistakes(name: unknown, oldName: unknown): readonly Mistake[] {
  return name === oldName ? [] : [{ ...forbidden(['metadata', 'name'], 'cannot be changed'), code: 'KIT0142' }]
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
