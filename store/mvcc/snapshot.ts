// The state as text and back. Capturing takes references only and is quick; turning them into text is
// done piece by piece, so that its caller can let others run in between. What is written: one JSON value
// a line, first a header, then every object, then what slots and services remember beyond their tasks, then the requests
// that must not be carried out again.

import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { KitObject } from '../../api/objects.ts'
import type { AppliedRequest } from '../../api/store.ts'
import type { Forgotten } from './applied-requests.ts'
import { State, type StateOptions } from './state.ts'
import { StateHash, stateHashRules } from './state-hash.ts'

/** Version of this form. Raised when a reader of the old one would be misled. */
const snapshotFormat = 1
/** Objects serialised per piece: some 100 to 200 µs of work, so that a caller can keep to its time slice. */
const objectsPerPiece = 64
const newline = 10

type Line =
  | {
      readonly type: 'header'
      readonly format: number
      readonly index: number
      readonly objects: number
      /** Of all objects (state-hash.ts). Absent where another program made the snapshot, or somebody changed it on purpose. */
      readonly hash?: string
      /** By which it was made: under others it says nothing. */
      readonly rules?: number
    }
  | { readonly type: 'object'; readonly object: KitObject }
  /** A slot whose last change is not the last change of one of its tasks: something was deleted there. */
  | { readonly type: 'slot'; readonly uid: string; readonly service: string; readonly slot: string; readonly index: number }
  | { readonly type: 'claims'; readonly uid: string; readonly service: string; readonly index: number }
  | { readonly type: 'request'; readonly request: AppliedRequest }
  /** Before all requests. The program of before wrote one of everybody. */
  | ({ readonly type: 'forgotten requests' } & Forgotten)

/** The state at one index. Stays as it is while the state moves on. */
export interface Capture {
  readonly index: number
  readonly hash: string
  readonly objects: readonly KitObject[]
  readonly rest: readonly Line[]
  readonly requests: readonly AppliedRequest[]
}

export function capture(state: State): Capture {
  const services = [...state.services()].sort(([a], [b]) => (a < b ? -1 : 1))
  const rest = services.flatMap(([uid, service]): Line[] => [
    ...[...service.deletedIn]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([slot, { index }]): Line => ({ type: 'slot', uid, service: service.name, slot, index })),
    { type: 'claims', uid, service: service.name, index: service.claimsIndex },
  ])
  for (const forgotten of state.forgottenRequests()) rest.push({ type: 'forgotten requests', ...forgotten })
  return { index: state.resourceVersion, hash: state.hash, objects: state.objects(), rest, requests: state.requests() }
}

/**
 * The captured state in pieces, each made when it is asked for and each ending with a whole line. Throws DamagedState before it
 * is whole where an object is not what was written: such a state is never given on.
 */
export function* serialise(captured: Capture): Generator<string, void, void> {
  const { index, hash, objects, rest, requests } = captured
  yield asLines([JSON.stringify({ type: 'header', format: snapshotFormat, index, objects: objects.length, hash, rules: stateHashRules })])
  const found = new StateHash()
  for (let at = 0; at < objects.length; at += objectsPerPiece) {
    const texts = objects.slice(at, at + objectsPerPiece).map((object) => JSON.stringify(object))
    for (const text of texts) found.addText(text)
    yield asLines(texts.map((text) => `{"type":"object","object":${text}}`))
  }
  if (found.text !== hash) throw new DamagedState(`${inMemory} at index ${index}`, hash, found.text)
  for (let at = 0; at < rest.length; at += objectsPerPiece)
    yield asLines(rest.slice(at, at + objectsPerPiece).map((line) => JSON.stringify(line)))
  for (let at = 0; at < requests.length; at += objectsPerPiece)
    yield asLines(requests.slice(at, at + objectsPerPiece).map((request) => JSON.stringify({ type: 'request', request })))
}

/** Goes through captured objects piece by piece. Throws DamagedState at the end where one of them is not what was written. */
export function* verify({ index, hash, objects }: Pick<Capture, 'index' | 'hash' | 'objects'>): Generator<void, void, void> {
  const found = new StateHash()
  for (let at = 0; at < objects.length; at += objectsPerPiece) {
    for (const object of objects.slice(at, at + objectsPerPiece)) found.add(object)
    yield
  }
  if (found.text !== hash) throw new DamagedState(`${inMemory} at index ${index}`, hash, found.text)
}

const inMemory =
  'what this manager has in memory is not what was written (its log on disk is as it was: start it again, and test the memory of the machine if this comes back); the state'

/** Objects are not those that were written. */
export class DamagedState extends Error {
  constructor(what: string, wanted: string, found: string) {
    super(`${what} should have hash ${wanted}, and has ${found}`)
    this.name = 'DamagedState'
  }
}

function asLines(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}

/** Builds a state from the bytes of a snapshot, cut anywhere. `finish` when there are no more; it throws DamagedState where they are not those that were written. */
export class Restorer {
  readonly #options: StateOptions
  #state: State | undefined
  #expected = 0
  #seen = 0
  #hash: string | undefined
  #tail: Uint8Array = new Uint8Array()

  constructor(options: StateOptions = {}) {
    this.#options = options
  }

  add(chunk: Uint8Array): void {
    const end = chunk.lastIndexOf(newline) + 1
    if (end === 0) {
      this.#tail = Buffer.concat([this.#tail, chunk])
      return
    }
    const text = Buffer.concat([this.#tail, chunk.subarray(0, end)]).toString('utf8')
    this.#tail = chunk.slice(end)
    for (const line of text.split('\n')) if (line !== '') this.#line(JSON.parse(line))
  }

  finish(): State {
    assert(this.#state !== undefined, 'a snapshot has a header')
    assert.equal(this.#tail.length, 0, 'a snapshot ends with a whole line')
    assert.equal(this.#seen, this.#expected, 'a snapshot is complete')
    const { resourceVersion, hash } = this.#state
    if (this.#hash !== undefined && this.#hash !== hash)
      throw new DamagedState(`the snapshot of index ${resourceVersion}`, this.#hash, hash)
    return this.#state
  }

  #line(line: Line): void {
    if (line.type === 'header') {
      assert.equal(line.format, snapshotFormat, 'the form of the snapshot is known to this version')
      assert(this.#state === undefined, 'a snapshot has one header')
      this.#state = new State(line.index, this.#options)
      this.#expected = line.objects
      this.#hash = line.rules === stateHashRules ? line.hash : undefined
      return
    }
    const state = this.#state
    assert(state !== undefined, 'the header comes first')
    switch (line.type) {
      case 'object':
        this.#seen += 1
        state.restore(line.object)
        break
      case 'slot':
        state.restoreSlot(line.uid, line.service, line.slot, line.index)
        break
      case 'claims':
        state.restoreClaims(line.uid, line.service, line.index)
        break
      case 'request':
        state.restoreRequest(line.request)
        break
      case 'forgotten requests':
        state.restoreForgottenRequests(line)
        break
    }
  }
}

/** Equal for states that are equal in everything, also in their order: for tests. SHA-256 in hex. */
export function stateHash(state: State): string {
  const hash = createHash('sha256')
  for (const piece of serialise(capture(state))) hash.update(piece)
  return hash.digest('hex')
}
