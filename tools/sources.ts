// The project's own source files and what each imports: the ground for the structure tests.

import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

export const root = join(import.meta.dirname, '..')

export interface Source {
  /** Path from the project's root. */
  readonly path: string
  readonly text: string
  /** Relative imports, type-only ones included, as paths from the root. */
  readonly imports: readonly string[]
  /** Imported packages and `node:` modules. */
  readonly packages: readonly string[]
}

const specifier =
  /(?:^|[;\n}])\s*(?:import|export)\b[^'";]*?\bfrom\s*['"]([^'"]+)['"]|(?:^|[;\n])\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

/** Blanks out comments and the contents of template and string literals that are not import specifiers. */
export function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' ')).replaceAll(/(^|[^:'"`\\])\/\/[^\n]*/g, '$1')
}

export function readSources(): readonly Source[] {
  const paths = globSync('{agent,api,ca,cli,client,compose,controllers,e2e,effects,network,node,server,sim,store,tools}/**/*.{ts,tsx}', {
    cwd: root,
  })
  return paths.toSorted().map((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    const found = [...withoutComments(text).matchAll(specifier)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
    return {
      path,
      text,
      imports: found.filter((name) => name.startsWith('.')).map((name) => relative(root, join(root, dirname(path), name))),
      packages: found.filter((name) => !name.startsWith('.')),
    }
  })
}

/** The room a file is in: its top folder. */
export function folderOf(path: string): string {
  return path.split('/')[0] ?? ''
}

export function isTest(path: string): boolean {
  return /\.(test|suite)\.tsx?$/.test(path) || path.includes('/testdata/')
}

/** Where kit touches the world (ARCHITECTURE.md). */
export function isEdge(path: string): boolean {
  return /^(effects\/real|agent\/docker|agent\/process|agent\/proxy|server\/http|client\/http|cli|e2e|tools)\//.test(path)
}
