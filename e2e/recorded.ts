// Commands with what they print, recorded in a document: indented lines, `$ command`, then its output. A test runs
// them in order and compares; with KIT_REWRITE=1 (`npm run tour`) it writes down what they print now.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from './cluster.ts'

export interface Step {
  readonly command: string
  readonly recorded: string
}
/** What differs from run to run, and what stands for it when outputs are compared. */
export type Rules = readonly (readonly [RegExp, string])[]

export interface Reader {
  /** What the command prints, both streams in one. */
  readonly run: (command: string) => Promise<string>
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

/** Of the section below that heading. */
function stepsOf(text: string, heading: string): readonly Step[] {
  const [, section = ''] = text.split(`\n${heading}\n`)
  const blocks = section.split('\n## ')[0]?.matchAll(/(?:^ {4}.*\n|^\n(?= {4}(?!\$)))+/gm) ?? []
  return [...blocks].flatMap(([block]) =>
    block
      .replaceAll(/^ {4}/gm, '')
      .split(/^\$ /m)
      .slice(1)
      .map((step) => {
        const [command = '', ...output] = step.split('\n')
        return { command, recorded: output.join('\n') }
      }),
  )
}

/** Runs the commands of a section; fails at the first that prints something else. */
export async function readAlong(document: string, heading: string, { run, looks, progress, comparable }: Reader): Promise<void> {
  const steps = stepsOf(readFileSync(document, 'utf8'), heading)
  assert(steps.length > 5, `${document} no longer has "${heading}", or it is written in another form`)
  const outputs: (Step & { readonly output: string })[] = []
  for (const { command, recorded } of steps) {
    let output = ''
    const look = async (): Promise<void> => {
      output = await run(command)
      const shown = withoutLastBlanks(applyRules(progress, output))
      assert.equal(comparable(command, shown), comparable(command, recorded), `$ ${command}`)
    }
    if (!isRewriting) await (looks.test(command) ? eventually(look) : look())
    else output = looks.test(command) ? await settled(() => run(command), command, comparable) : await run(command)
    outputs.push({ command, recorded, output: withoutLastBlanks(applyRules(progress, output)) })
  }
  if (isRewriting) rewrite(document, heading, outputs)
}

async function settled(look: () => Promise<string>, command: string, comparable: Reader['comparable']): Promise<string> {
  let output = await look()
  for (let since = performance.now(); performance.now() - since < settledAfterMs; await sleep(100)) {
    const next = await look()
    if (comparable(command, next) !== comparable(command, output)) since = performance.now()
    output = next
  }
  return output
}

/** Looks for each output where the one before ended. */
function rewrite(document: string, heading: string, outputs: readonly (Step & { readonly output: string })[]): void {
  const text = readFileSync(document, 'utf8')
  let at = text.indexOf(`\n${heading}\n`)
  let rewritten = text.slice(0, at)
  for (const { command, recorded, output } of outputs) {
    const before = `    $ ${command}\n`
    const place = text.indexOf(before + indented(recorded), at)
    assert(place >= 0, `cannot find in ${document}:\n${before}${indented(recorded)}`)
    rewritten += text.slice(at, place) + before + indented(output)
    at = place + before.length + indented(recorded).length
  }
  writeFileSync(document, rewritten + text.slice(at))
}

/** In the document they cannot be told from those before the next paragraph. */
function withoutLastBlanks(output: string): string {
  return output.replace(/\n{2,}$/, '\n')
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '    ')
}
