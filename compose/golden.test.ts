// What files compile to, recorded. `KIT_REWRITE=1 node --test compose/golden.test.ts` records again;
// the difference is then a change in behaviour to be reviewed.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { formatDiagnostic } from '../api/format-diagnostic.ts'
import { readYaml } from '../api/yaml/yaml-document.ts'
import { absoluteBinds } from './bind-paths.ts'
import { compileStack } from './compile.ts'
import { toDiagnostics } from './diagnostics.ts'
import { envFilesOf, inlineEnvFiles } from './env-file.ts'
import { describeIgnored } from './ignored.ts'
import { type FileBytes, filesOf, inlineFiles } from './inline.ts'
import { resolveDocument } from './interpolate.ts'
import { selectProfiles } from './profiles.ts'
import { readCompose } from './read.ts'

const root = join(import.meta.dirname, '..')
const testdata = join(import.meta.dirname, 'testdata')
const reference = [process.env['KIT_REFERENCE'], join(root, '..', 'shared')].find((path) => path !== undefined && existsSync(path))
if (reference === undefined) console.log('corpus not found: set KIT_REFERENCE to the reference directory to compile its stack files')

/** As the CLI reads a file that lies in `/stacks`. Files of secrets and configs that are not there have made-up content. */
function check(path: string) {
  const source = { name: path, text: readFileSync(path, 'utf8') }
  const { documents, diagnostics } = readYaml(source)
  const [document] = documents
  if (document === undefined) return { diagnostics, text: diagnostics.map((each) => formatDiagnostic(each, source.text)).join('\n') }
  const environment = { HOME: '/home/user' }
  const resolved = resolveDocument(document.value, environment)
  const selected = selectProfiles(resolved.document, [])
  const files = new Map([
    ...filesOf(selected.document).map((request) => [request.path, { bytes: Uint8Array.of(120) }] as const),
    ...envFilesOf(selected.document).map((request) => [request.path, readBeside(path, request.path)] as const),
  ])
  const withFiles = inlineFiles(selected.document, files, environment)
  const withVariables = inlineEnvFiles(withFiles.document, files, environment)
  const whole = absoluteBinds(withVariables.document, { directory: '/stacks', home: environment.HOME })
  const read = readCompose(whole.document)
  const problems = [resolved, selected, withFiles, withVariables, whole, 'problems' in read ? read : { problems: [] }].flatMap(
    (step) => step.problems,
  )
  const all = [...diagnostics, ...toDiagnostics(document, problems)]
  const drafts = 'model' in read && all.length === 0 ? compileStack(read.project ?? 'demo', read.model) : undefined
  return {
    diagnostics: all,
    drafts,
    ignored: describeIgnored(read.ignored),
    text: all.map((each) => formatDiagnostic(each, source.text)).join('\n'),
  }
}

function readBeside(file: string, name: string): FileBytes {
  const path = join(dirname(file), name)
  return existsSync(path) ? { bytes: readFileSync(path) } : { missing: `there is no file ${name}` }
}

function assertGolden(name: string, text: string) {
  const path = join(testdata, name)
  if (process.env['KIT_REWRITE'] === '1') writeFileSync(path, text)
  assert.equal(text, readFileSync(path, 'utf8'))
}

const compiled: readonly (readonly [golden: string, path: string | undefined])[] = [
  ['run.json', join(root, 'manifests', 'run.yml')],
  ['every-key.json', join(testdata, 'every-key.yml')],
  ['example-run.json', reference && join(reference, 'examples', 'run.yml')],
  ['voting-app.json', reference && join(reference, 'corpus', 'stacks', 'voting-app.yml')],
]
for (const [golden, path] of compiled.filter((entry): entry is readonly [string, string] => entry[1] !== undefined)) {
  test(`${golden.replace('.json', '')} compiles to the recorded objects, every time`, () => {
    const { drafts, text } = check(path)
    assert.equal(text, '')
    assertGolden(golden, `${JSON.stringify(drafts, undefined, 1)}\n`)
    assert.deepEqual(check(path).drafts, drafts)
  })
}

test('all mistakes of a file are reported at once, each with its place', () => {
  const path = join(testdata, 'mistakes.yml')
  assertGolden('mistakes.txt', `${check(path).text.replaceAll(path, 'mistakes.yml')}\n`)
})

if (reference !== undefined) {
  const directory = join(reference, 'corpus', 'stacks')
  const names = readdirSync(directory).filter((name) => name.endsWith('.yml'))
  const results = names.map((name) => ({ name, ...check(join(directory, name)), sent: sentByDocker(directory, name) }))

  test('which real-world stack files compile, without which keys, and why the others do not', () => {
    const lines = results.map(({ name, drafts, diagnostics, ignored = [], sent }) => {
      if (drafts === undefined)
        return `${name}: ${[...new Set(diagnostics.map(({ code }) => code))].toSorted().join(' ')}; docker ${sent.verdict}`
      const without = ignored.map((line) => line.slice(0, line.indexOf(':'))).join(', ')
      return `${name}: compiles${without === '' ? '' : ` without ${without}`}${sent.verdict === 'deploys it' ? '' : `; docker ${sent.verdict}`}`
    })
    const compiling = results.filter(({ drafts }) => drafts !== undefined).length
    assertGolden('corpus.txt', `${compiling} of ${names.length} files compile\n${lines.map((line) => `${line}\n`).join('')}`)
  })

  test('variables and binds of real-world stack files are those that docker sends', () => {
    const compared = results.flatMap(({ drafts = [], sent }) =>
      sent.services.map((service) => {
        const draft = drafts.find(({ kind, path }) => kind === 'Service' && path[1] === service.Name.replace('st_', ''))
        if (draft?.kind !== 'Service') return 0
        const { env = {}, mounts = [] } = draft.spec.template
        const { Env = [], Mounts = [] } = service.TaskTemplate.ContainerSpec
        // A key that has no value anywhere is sent by docker, and dropped by its engine.
        assert.deepEqual(
          Object.entries(env)
            .map((pair) => pair.join('='))
            .toSorted(),
          Env.filter((pair) => pair.includes('=')).toSorted(),
        )
        const sources = mounts.filter(({ type }) => type === 'Bind').map(({ source, target }) => `${source}:${target}`)
        assert.deepEqual(
          sources,
          Mounts.filter(({ Type }) => Type === 'bind').map(({ Source, Target }) => `${Source}:${Target}`),
        )
        return 1
      }),
    )
    assert.ok(compared.filter((count) => count === 1).length > 150)
  })
}

interface SentService {
  readonly Name: string
  readonly TaskTemplate: {
    readonly ContainerSpec: {
      readonly Env?: readonly string[]
      readonly Mounts?: readonly { readonly Type: string; readonly Source?: string; readonly Target: string }[]
    }
  }
}

/** What `docker stack config` said of a file of the corpus, and what `docker stack deploy` sent to the engine. */
function sentByDocker(directory: string, name: string): { readonly verdict: string; readonly services: readonly SentService[] } {
  const expected = join(directory, 'expected', name.replace('.yml', ''))
  if (!existsSync(`${expected}.config.yml`)) return { verdict: 'refuses it', services: [] }
  const { exitCode, services = [] } = JSON.parse(readFileSync(`${expected}.deploy.json`, 'utf8')) as {
    readonly exitCode: number
    readonly services?: readonly SentService[]
  }
  return exitCode === 0 ? { verdict: 'deploys it', services } : { verdict: 'reads it, and fails to deploy it', services: [] }
}
