// What the tests say of a bug that is planted: that one of them fails, or that the bug is none, because the program with it
// does not even run. Read from what the runner of tests printed (TAP).

/** How a run of tests ended. */
export interface Ended {
  readonly output: string
  readonly isPassed: boolean
  /** It took too long. */
  readonly wasStopped: boolean
}

/** `found`: by what, in words. `broken`: why the program cannot run; that says nothing of the tests. `stopped`: nothing was said in time. */
export type Failure = { readonly found: string } | { readonly broken: string } | { readonly stopped: true }

/** What no bug does that somebody would commit: types would not allow it. Messages of simulations do not name the sort of error. */
const unknownName =
  /(?:error: ['"]|failed: |Error: )((?:[\w$.]+ is not defined|Cannot access '[\w$]+' before initialization|Assignment to constant variable)\b)/
/** Of a file that cannot be loaded. The texts of JSON are data, which bugs may well spoil. */
const notLoaded = /^[# ]*((?:SyntaxError|Error \[ERR_MODULE_NOT_FOUND\])(?!.*JSON).*)$/m
const seedThatFailed = /seed (\d+) failed: (?:\w*Error(?: \[\w+\])?: )?([^\n]*)/
/** A promise of simulated clusters is a file. */
const promise = /sim\/checkers\/([\w-]+)\.ts/
const testThatFailed = /^ *not ok \d+ - (?!.*\.test\.ts$)(.*)$/m
const fileThatFailed = /^not ok \d+ - (.*\.test\.ts)$/m
const errorOfFile = /^# (?:\w*Error(?: \[\w+\])?: .*)$/m

/** Undefined where all tests passed. */
export function failureOf({ output, isPassed, wasStopped }: Ended): Failure | undefined {
  if (isPassed) return undefined
  const [, name] = unknownName.exec(output) ?? []
  if (name !== undefined) return { broken: name }
  const [, syntax] = notLoaded.exec(output) ?? []
  if (syntax !== undefined) return { broken: syntax }
  const run = seedThatFailed.exec(output)
  if (run !== null) return { found: runOf(run, output) }
  const [, test] = testThatFailed.exec(output) ?? []
  if (test !== undefined) return { found: test }
  if (wasStopped) return { stopped: true }
  const [, file] = fileThatFailed.exec(output) ?? []
  if (file === undefined) return { broken: 'the tests were not run' }
  const [error = '# it ends early'] = errorOfFile.exec(output) ?? []
  return { found: `${file}: ${error.slice(2)}` }
}

function runOf({ index, 1: seed = '', 2: why = '' }: RegExpExecArray, output: string): string {
  const [trace = ''] = output.slice(index).split('again: ')
  const [, checker] = promise.exec(trace) ?? []
  return `run ${seed}: ${checker === undefined ? '' : `${checker}: `}${why}`
}
