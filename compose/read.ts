// Compose files: reads a document of version 3 (or without one), compiles it to objects, and merges
// what changed in the file into what lives in the cluster. Everything here is pure; files, variables
// of the caller and the store come in as values. It does not apply anything: the stack controller
// does. From here go on with `service.ts`, then `compile.ts`, `merge.ts` and `plan.ts`.

import { boolean, isMap, list, mapOf, mapping, orNull, text, texts, word } from './fields.ts'
import { checkContent, contentBytes, contentText, type FileKind } from './file-content.ts'
import type { ByName, ComposeFile, ComposeModel, ComposeNetwork, ComposeSecret, ComposeService, ComposeVolume } from './model.ts'
import { isSamePublished } from './ports.ts'
import {
  at,
  ignore,
  type Place,
  type Problem,
  type Read,
  reportKey,
  reportUnwanted,
  reportValue,
  startPlace,
  suggestion,
} from './problem.ts'
import { service } from './service.ts'

/** `ignored`: what the document says and kit does not act on, in order of place. */
export type ReadResult = { readonly ignored: readonly Problem[] } & (
  | { readonly project?: string; readonly model: ComposeModel }
  | { readonly problems: readonly Problem[] }
)

/**
 * The meaning of a resolved document (`resolveDocument`): a plain value as YAML or JSON gives it.
 * Never throws: whatever is wrong is in `problems`, all of it.
 */
export function readCompose(document: unknown): ReadResult {
  const place = startPlace()
  const { ignored } = place
  const read = readDocument(document, place)
  if (read === undefined || !isMap(document)) return { problems: place.problems, ignored }
  const { services = {}, networks = {}, volumes = {}, secrets = {}, configs = {}, name: project } = read
  const model: ComposeModel = { services, networks, volumes, secrets, configs }
  checkReferences(model, document, place)
  checkPublishedPorts(services, place)
  if (place.problems.length > 0) return { problems: place.problems, ignored }
  return { ...(project === undefined ? {} : { project }), model, ignored }
}

const version: Read<string> = (value, place) => {
  if (typeof value === 'string' && (value === '' || /^3(\.\d{1,2})?$/.test(value))) return value
  if (typeof value === 'number' && /^3(\.\d{1,2})?$/.test(String(value))) return String(value)
  return reportUnwanted(place, 'a version from 3 to 3.13', value, ['string', 'number'], {
    help: 'remove the line: it is not needed. Files of version 2 are written for one machine: docker compose config shows them as they are today',
  })
}

const project: Read<string> = (value, place) => {
  const name = text(value, place)
  if (name === undefined || /^[a-z0-9][a-z0-9_-]{0,62}$/.test(name)) return name
  return reportValue(place, 'NameInvalid', `"${name}" is not a name for a stack`, {
    help: 'lower-case letters, digits, - and _, at most 63',
  })
}

/** `external: true`, or the old `external: { name: … }`, which also names it. */
const external: Read<true | false | { readonly name?: string }> = (value, place) =>
  isMap(value) ? mapping<{ name?: string }>({ name: text })(value, place) : boolean(value, place)

/**
 * What `external: { name }` says about the name moves to `name`. What else is said about something that exists
 * already is a mistake, or without effect, as Docker has it: of volumes the one, of networks the other.
 */
function declared<T extends object>(read: Read<Partial<Written<T>>>, beside: 'refused' | 'ignored' = 'refused'): Read<Partial<T>> {
  return (value, place) => {
    const written = read(value ?? {}, place)
    if (written === undefined) return undefined
    const { external: outside, ...rest }: Partial<Written<object>> = written
    const isOutside = outside === true || typeof outside === 'object'
    if (isOutside) {
      for (const extra of Object.keys(rest).filter((key) => key !== 'name')) {
        const message = `"${extra}" cannot be set: it is external, so it exists already`
        if (beside === 'refused') reportKey(at(place, extra), 'FieldValueForbidden', message)
        else ignore(at(place, extra), 'remove it: what is external has its settings already', message)
      }
    }
    const name = (typeof outside === 'object' ? outside.name : undefined) ?? written.name
    const result: object = { ...(isOutside ? { external: true } : rest), ...(name === undefined ? {} : { name }) }
    return result as Partial<T> // `rest` has T's own fields; only `external` was given its plain form.
  }
}

type Written<T> = Omit<T, 'external' | 'name'> & { readonly external?: boolean | { readonly name?: string }; readonly name?: string }
const common = { external, name: text, labels: texts('') }
const ipam = mapping<NonNullable<ComposeNetwork['ipam']>>(
  {
    driver: text,
    config: list(
      orNull(
        mapping<{ subnet?: string; ip_range?: string; gateway?: string }>(
          { subnet: text, ip_range: text, gateway: text },
          { ignored: { aux_addresses: 'leave addresses that others have out of "ip_range"' } },
        ),
      ),
    ),
  },
  { ignored: { options: 'remove it' } },
)
const network = declared<ComposeNetwork>(
  mapping<Written<ComposeNetwork>>(
    {
      ...common,
      driver: text,
      driver_opts: texts(''),
      attachable: boolean,
      internal: boolean,
      enable_ipv6: boolean,
      ipam: orNull(ipam),
    },
    { ignored: { enable_ipv4: 'remove it: a network has IPv4' } },
  ),
  'ignored',
)
const volume = declared<ComposeVolume>(mapping<Written<ComposeVolume>>({ ...common, driver: text, driver_opts: texts('') }))
const file = { ...common, content: contentText, data: contentBytes, template_driver: word({ golang: 'golang' as const }) }
const notHere = {
  file: 'the document is stored without your files: kit apply puts them in when it reads a Compose file, here write "content"',
  environment: 'the document is stored without your variables: kit apply puts them in when it reads a Compose file, here write "content"',
}
const config = withSource('config', declared<ComposeFile>(mapping<Written<ComposeFile>>(file, { unsupported: notHere })))
const secret = withSource(
  'secret',
  declared<ComposeSecret>(mapping<Written<ComposeSecret>>({ ...file, driver: text, driver_opts: texts('') }, { unsupported: notHere })),
)

/** A secret or config of the stack's own needs something to be made of. */
function withSource<T extends ComposeSecret>(kind: FileKind, read: Read<T>): Read<T> {
  return (value, place) => {
    const before = place.problems.length
    const entry = read(value, place)
    if (entry === undefined || place.problems.length > before || entry.external === true || entry.driver !== undefined) return entry
    return checkContent(kind, entry, place) ? entry : undefined
  }
}

function named<T>(read: Read<T>): Read<ByName<T>> {
  const each = mapOf(read)
  return (value, place) => {
    for (const name of isMap(value) ? Object.keys(value) : []) {
      if (!/^[a-zA-Z0-9._-]+$/.test(name))
        reportKey(at(place, name), 'NameInvalid', `"${name}" is not a name`, { help: 'letters, digits, ., _ and -' })
    }
    return each(value, place)
  }
}

interface Document extends Partial<ComposeModel> {
  readonly version?: string
  readonly name?: string
}
const readDocument = mapping<Document>(
  {
    version,
    name: project,
    services: orNull(named(service)),
    networks: orNull(named(network)),
    volumes: orNull(named(volume)),
    secrets: orNull(named(secret)),
    configs: orNull(named(config)),
  },
  {
    unsupported: {
      include: 'put the services in one file, or let docker compose config write one',
      models: 'run the model as a service of its own, and name its address in "environment"',
    },
  },
)

/** Against the names in the document: an entry that could not be read is declared all the same. */
function checkReferences(model: ComposeModel, document: Readonly<Record<string, unknown>>, place: Place): void {
  const namesIn = (section: string): readonly string[] => Object.keys(document[section] ?? {})
  for (const [name, { networks = {}, volumes = [], secrets = [], configs = [] }] of Object.entries(model.services)) {
    const here = at(place, 'services', name)
    for (const used of Object.keys(networks)) if (used !== 'default') isDeclared('network', used, namesIn('networks'), at(here, 'networks'))
    for (const [index, { type, source }] of volumes.entries()) {
      if (type === 'Volume' && source !== undefined) isDeclared('volume', source, namesIn('volumes'), at(here, 'volumes', index))
    }
    for (const [index, { source }] of secrets.entries()) isDeclared('secret', source, namesIn('secrets'), at(here, 'secrets', index))
    for (const [index, { source }] of configs.entries()) isDeclared('config', source, namesIn('configs'), at(here, 'configs', index))
  }
}

function isDeclared(what: string, name: string, all: readonly string[], place: Place): void {
  if (all.includes(name)) return
  const near = suggestion(name, all)
  reportValue(place, 'ReferenceMissing', `${what} "${name}" is not declared`, {
    ...near,
    help: `declare it at top level: ${what}s: { ${name}: … }`,
  })
}

/** Every node answers for an ingress port, so that two services of a file cannot both have it. */
function checkPublishedPorts(services: ByName<ComposeService>, place: Place): void {
  const taken: { readonly name: string; readonly port: NonNullable<ComposeService['ports']>[number] }[] = []
  for (const [name, { ports = [] }] of Object.entries(services)) {
    for (const port of ports) {
      if (port.publishedPort === undefined) continue
      const other = taken.find(
        (each) => isSamePublished(each.port, port) && !(each.port.publishMode === 'Host' && port.publishMode === 'Host'),
      )
      if (other !== undefined && other.name !== name) {
        reportValue(
          at(place, 'services', name, 'ports'),
          'FieldValueDuplicate',
          `port ${port.publishedPort} is published by service "${other.name}" already`,
        )
      }
      taken.push({ name, port })
    }
  }
}
