// Bundles the programs into `dist/`: one small entry each, shared code in chunks that load on demand. What start-up costs is the
// number of files that are read and what they import, so everything that can be bundled is, and `kit`, which people wait
// for, is treated further (`buildCommand`).

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'
import * as yaml from 'yaml'

const root = join(import.meta.dirname, '..')
const outdir = join(root, 'dist')
const command = 'cli/start.ts'
const options = {
  absWorkingDir: root,
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  // Names stay: people send stack traces, and giving functions their names back at run time costs each request.
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'linked',
  platform: 'node',
  format: 'esm',
  target: 'node24',
  // Native parts are looked up at run time, and few nodes load them. Devtools are not there, and nothing asks for them.
  external: ['dockerode', '@lydell/node-pty', 'react-devtools-core'],
  alias: { 'string-width': './cli/output/string-width.ts' },
  // React's production build; no devtools in Ink. Nothing of ours fetches: what lays out Ink's lines would, to read a constant of
  // its own, and that loads all of undici, a tenth of the time to the first frame. It decodes the constant where there is no fetch.
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"', fetch: 'undefined' },
  // CommonJS packages inside an ES module still call require for Node's own modules.
  banner: {
    js: "import { createRequire as createRequireForBundle } from 'node:module';const require = createRequireForBundle(import.meta.url);",
  },
  logLevel: 'warning',
} as const satisfies BuildOptions

/** Of a chunk that may be read without need. */
const mostBytes = 8_000

rmSync(outdir, { recursive: true, force: true })
mkdirSync(outdir)
await Promise.all([
  build({
    ...options,
    entryPoints: { kitd: 'cli/kitd.ts', 'kit-shim': 'agent/process/shim.ts', 'kit-terminal': 'agent/process/terminal.ts' },
  }),
  buildCommand({ ...options, entryPoints: { kit: command } }),
])

/**
 * Bundles what loads its parts on demand. A part reads one chunk for each set of parts that share something: sixty small files for
 * the dashboard. So what is small, and needs nothing that is large, becomes one chunk that all of them read.
 */
async function buildCommand(options: BuildOptions): Promise<void> {
  const { metafile } = await build({ ...options, write: false, metafile: true })
  const { outputFiles = [] } = await build({
    ...options,
    write: false,
    plugins: [lazily('yaml', Object.keys(yaml)), sharing(smallModules(metafile), partsOf(metafile))],
  })
  for (const { path, text } of outputFiles) writeFileSync(path, path.endsWith('.mjs') ? withoutFacades(text) : text)
}

/** Those of ours in shared chunks that are small themselves, as all chunks are of modules that they import. */
function smallModules({ inputs, outputs }: Metafile): readonly string[] {
  const chunkBytes = new Map(Object.values(outputs).flatMap((chunk) => Object.keys(chunk.inputs).map((path) => [path, chunk.bytes])))
  const isSmall = (path: string, above: readonly string[]): boolean =>
    (chunkBytes.get(path) ?? 0) <= mostBytes &&
    (inputs[path]?.imports ?? []).every(
      ({ kind, external, path: imported }) =>
        kind !== 'import-statement' || external === true || above.includes(imported) || isSmall(imported, [...above, path]),
    )
  return Object.values(outputs).flatMap(({ entryPoint, inputs: within }) =>
    entryPoint === undefined ? Object.keys(within).filter((path) => path.endsWith('.ts') && isSmall(path, [])) : [],
  )
}

/** Modules that are loaded on demand. `kit` itself is none: it first says where to keep what V8 makes of the others. */
function partsOf({ outputs }: Metafile): ReadonlySet<string> {
  const entries = Object.values(outputs).flatMap(({ entryPoint }) => (entryPoint === undefined ? [] : [entryPoint]))
  return new Set(entries.filter((entry) => entry !== command).map((entry) => join(root, entry)))
}

/** A package that many commands import and few use: it is set up when one of `names` is first used. */
function lazily(name: string, names: readonly string[]): Plugin {
  const namespace = 'lazily'
  const contents = `let whole
for (const name of ${JSON.stringify(names)}) Object.defineProperty(exports, name, { enumerable: true, get: () => (whole ??= require('${name}'))[name] })`
  return {
    name: namespace,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^${name}$`) }, ({ namespace: of }) => (of === namespace ? undefined : { path: name, namespace }))
      onLoad({ filter: /./, namespace }, () => ({ contents, resolveDir: root }))
    },
  }
}

/** Each of the parts imports all of these modules. */
function sharing(modules: readonly string[], parts: ReadonlySet<string>): Plugin {
  const name = 'shared-modules'
  return {
    name,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: name }))
      onLoad({ filter: /./, namespace: name }, () => ({
        contents: modules.map((path) => `import ${JSON.stringify(join(root, path))}`).join('\n'),
        resolveDir: root,
      }))
      onLoad({ filter: /\.ts$/ }, ({ path }) =>
        parts.has(path) ? { contents: `import '${name}'\n${readFileSync(path, 'utf8')}`, loader: 'ts' } : undefined,
      )
    },
  }
}

/**
 * An `import` of one of Node's own modules reads all that it exports, and some of that loads other modules on first sight: of
 * `node:assert`, `node:util`, `node:fs` and `node:process` together, a twentieth of the time to the first frame.
 */
function withoutFacades(text: string): string {
  return text.replaceAll(
    /(?<=^|;)import(?:\s*([\w$]+))?,?\s*(?:\{([^}]*)\})?\s*from\s*"((?:node:)?(?:assert(?:\/strict)?|buffer|child_process|crypto|events|fs(?:\/promises)?|net|os|path|perf_hooks|process|readline|stream|timers\/promises|tty|url|util|v8))";/gm,
    (_, whole: string | undefined, names: string | undefined, module: string) =>
      [whole, names && `{${names.replaceAll(' as ', ':')}}`]
        .filter((target) => target !== undefined)
        .map((target) => `const ${target}=globalThis.process.getBuiltinModule(${JSON.stringify(module)});`)
        .join(''),
  )
}
