// Commands of a document, with what they print where it shows that: indented lines, `$ command`, then its output. A test runs
// them in order and compares; with KIT_REWRITE=1 (`npm run tour`) it writes down what they print now. What shows no output has to succeed.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually, projectRoot } from './cluster.ts'
import { commandsIn, type DocumentedCommand } from './documented-commands.ts'

/** What differs from run to run, and what stands for it when outputs are compared. */
export type Rules = readonly (readonly [RegExp, string])[]

export interface Ran {
  /** Both streams in one. */
  readonly output: string
  readonly code: number | null
}

export interface Reader {
  readonly run: (command: string, machine: string) => Promise<Ran>
  /** What only looks is repeated until it shows the recorded state: a reader, too, looks again. */
  readonly looks: RegExp
  /** Never recorded. */
  readonly progress: Rules
  /** Two outputs that come to the same are equal in this form. */
  readonly comparable: (command: string, output: string) => string
}

const isRewriting = process.env['KIT_REWRITE'] === '1'
/** While rewriting, what looks the same for so long is what will be seen. */
const settledAfterMs = 2_000

export const applyRules = (rules: Rules, text: string): string => rules.reduce((rest, [pattern, name]) => rest.replace(pattern, name), text)

/** Those of the section below that heading; all of the document without. */
export function stepsOf(document: string, heading?: string): readonly DocumentedCommand[] {
  const commands = commandsIn(document, readFileSync(join(projectRoot, document), 'utf8'))
  const found = commands.filter((each) => !each.isInText && (heading === undefined || each.heading === heading))
  assert(found.length > 0 || heading === undefined, `${document} has no commands below "${heading}"`)
  return found
}

/** Runs commands of one document in order; fails at the first that prints something else, or fails where none is shown to. */
export async function readAlong(steps: readonly DocumentedCommand[], { run, looks, progress, comparable }: Reader): Promise<void> {
  const outputs: Recorded[] = []
  for (const step of steps) {
    const { text: command, machine, shown, document, line } = step
    const place = `${document}:${line}: $ ${command}`
    let ran: Ran = { output: '', code: null }
    const look = async (): Promise<void> => {
      ran = await run(command, machine)
      if (shown === undefined) return assert.equal(ran.code, 0, `${place}\n${ran.output}`)
      const printed = withoutLastBlanks(applyRules(progress, ran.output))
      assert.equal(comparable(command, printed), comparable(command, shown), place)
    }
    if (!isRewriting || shown === undefined) await (looks.test(command) ? eventually(look) : look())
    else ran = looks.test(command) ? await settled(() => run(command, machine), command, comparable) : await run(command, machine)
    if (shown !== undefined) outputs.push({ step, shown, output: withoutLastBlanks(applyRules(progress, ran.output)) })
  }
  if (isRewriting) rewrite(outputs)
}

interface Recorded {
  readonly step: DocumentedCommand
  readonly shown: string
  readonly output: string
}

async function settled(look: () => Promise<Ran>, command: string, comparable: Reader['comparable']): Promise<Ran> {
  let ran = await look()
  for (let since = performance.now(); performance.now() - since < settledAfterMs; await sleep(100)) {
    const next = await look()
    if (comparable(command, next.output) !== comparable(command, ran.output)) since = performance.now()
    ran = next
  }
  return ran
}

/** In the place of the lines that show what each has printed. */
function rewrite(outputs: readonly Recorded[]): void {
  const [document] = new Set(outputs.map(({ step }) => step.document))
  if (document === undefined) return
  const path = join(projectRoot, document)
  const lines = readFileSync(path, 'utf8').split('\n')
  for (const { step, shown, output } of outputs.toReversed())
    lines.splice(step.line, linesOf(shown).length, ...linesOf(output).map((line) => (line === '' ? '' : `    ${line}`)))
  writeFileSync(path, lines.join('\n'))
}

const linesOf = (text: string): readonly string[] => text.split('\n').slice(0, -1)

/** In the document they cannot be told from those before the next paragraph. */
function withoutLastBlanks(output: string): string {
  return output.replace(/\n{2,}$/, '\n')
}
