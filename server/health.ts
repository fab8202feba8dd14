// `/livez` and `/readyz`, in the form of Kubernetes: `ok`, or what is missing; with `?verbose` every check by name.

import { StatusError } from '../api/errors.ts'
import type { ApiAnswer, ApiRequest } from '../api/request.ts'
import { answer } from './answer.ts'

export interface Check {
  readonly name: string
  /** What is the matter, for anybody to read; undefined while all is well. */
  readonly problem: () => string | undefined
}

export interface Health {
  /** Whether the daemon works at all: one that does not is best started again. */
  readonly livez: readonly Check[]
  /** Whether it serves. */
  readonly readyz: readonly Check[]
}

const plainText = { 'content-type': 'text/plain; charset=utf-8' }
/** Answering is the first check. */
const ping: Check = { name: 'ping', problem: () => undefined }

export function answerHealth(endpoint: keyof Health, checks: readonly Check[], { query }: Pick<ApiRequest, 'query'>): ApiAnswer {
  const results = [ping, ...checks].map(({ name, problem }) => ({ name, problem: problem() }))
  const failed = results.find(({ problem }) => problem !== undefined)
  // As Kubernetes has it, `?verbose` needs no value.
  if (query['verbose'] === undefined) {
    if (failed?.problem !== undefined) throw new StatusError('Unavailable', failed.problem)
    return answer(200, 'ok', plainText)
  }
  const lines = results.map(({ name, problem }) => (problem === undefined ? `[+]${name} ok` : `[-]${name} failed: ${problem}`))
  const verdict = `${endpoint} check ${failed === undefined ? 'passed' : 'failed'}`
  return answer(failed === undefined ? 200 : 503, `${[...lines, verdict].join('\n')}\n`, plainText)
}
