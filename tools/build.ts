// Bundles the programs into `dist/`: one small entry each, shared code in chunks that load on demand.
// The number of files read is what start-up costs, so everything that can be bundled is.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const outdir = join(root, 'dist')

rmSync(outdir, { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: {
    kit: 'cli/start.ts',
    kitd: 'cli/kitd.ts',
    'kit-shim': 'agent/process/shim.ts',
    'kit-terminal': 'agent/process/terminal.ts',
  },
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
  // React's production build; no devtools in Ink. Nothing of ours fetches: what lays out Ink's lines would, to read a constant of
  // its own, and that loads all of undici, a tenth of the time to the first frame. It decodes the constant where there is no fetch.
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"', fetch: 'undefined' },
  // CommonJS packages inside an ES module still call require for Node's own modules.
  banner: {
    js: "import { createRequire as createRequireForBundle } from 'node:module';const require = createRequireForBundle(import.meta.url);",
  },
  logLevel: 'warning',
})
