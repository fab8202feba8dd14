// Reads the log back: which segments there are, whether each verifies, what they say, and which
// snapshot they go with. Nothing on disk is changed here; wal.ts repairs and goes on.
//
// Only the end of the last segment may be damaged, and only where no acknowledged batch can lie.
// Everything else that is not as it was written is refused, with file, offset and reason.

import type { Disk } from '../../effects/effects.ts'
import type { Entry, HardState } from '../raft/entry.ts'
import { corrupt, WalError } from './errors.ts'
import { type ChainState, classifyTail, decodeFrame, type Frame, flags, frameTypes, type Tail } from './frame.ts'
import type { KeyFile } from './keys.ts'
import { LogShape } from './log-shape.ts'
import { decodeBatch, decodeMarker, type Marker } from './records.ts'
import type { Sealer } from './seal.ts'
import type { Owner } from './sector.ts'
import { chainOf, parseSegmentName, readSegmentHeader, type SegmentHeader, sealerOf, segmentHeaderBytes } from './segment.ts'
import { readBuffer } from './snapshot-file.ts'

/** A segment whose frames are all accounted for. */
export interface StoredSegment {
  readonly name: string
  /** Of the data key that it is sealed with. */
  readonly keyId: string
  readonly sequence: number
  readonly firstIndex: number
  /** The highest index of any entry ever written into it or before it; 0 when there was none. */
  readonly highest: number
}

export interface Replay {
  readonly segments: readonly StoredSegment[]
  readonly last: {
    readonly name: string
    readonly header: SegmentHeader
    readonly end: number
    readonly sizeBytes: number
    readonly tail: Tail
    readonly isSealed: boolean
  }
  readonly chain: ChainState
  readonly hardState: HardState
  readonly shape: LogShape
  /** All that lie on the disk, contiguous; older ones than the snapshot needs may be among them. */
  readonly entries: readonly Entry[]
  /** Oldest first. */
  readonly markers: readonly Marker[]
  /** The highest index ever written. */
  readonly highest: number
  readonly bytesSinceMarker: number
}

interface Loaded {
  readonly name: string
  readonly path: string
  readonly header: SegmentHeader
  readonly bytes: Buffer
}

/** `undefined` when the directory holds no log. */
export async function replay(
  disk: Disk,
  directory: string,
  names: readonly string[],
  owner: Owner,
  keys: KeyFile,
): Promise<Replay | undefined> {
  const listed = names.filter((name) => parseSegmentName(name) !== undefined)
  const state = new ReplayState()
  let loaded: Loaded | undefined
  for (const name of listed) {
    const next = await load(disk, directory, name, owner)
    if (loaded !== undefined) finishSealed(loaded, next.header, state, keys, owner)
    else state.begin(next.header)
    loaded = next
  }
  if (loaded === undefined) return undefined
  return finishLast(loaded, state, keys, owner)
}

async function load(disk: Disk, directory: string, name: string, owner: Owner): Promise<Loaded> {
  const path = `${directory}/${name}`
  const file = await disk.open(path)
  try {
    const bytes = await readBuffer(file, 0, await file.size())
    const header = readSegmentHeader(path, bytes.subarray(0, segmentHeaderBytes), owner)
    const named = parseSegmentName(name)
    if (named?.sequence !== header.sequence || named.firstIndex !== header.firstIndex)
      throw corrupt(path, 0, `the header is that of segment ${header.sequence}`)
    return { name, path, header, bytes }
  } catch (error) {
    if (error instanceof WalError) throw error
    throw new WalError('Failed', `${path}: the disk cannot read this file; nothing was changed. Check the disk, then start again`, {
      cause: error,
    })
  } finally {
    await file.close()
  }
}

/** A segment that has a successor: every frame up to the end that the successor names must be there. */
function finishSealed(segment: Loaded, next: SegmentHeader, state: ReplayState, keys: KeyFile, owner: Owner): void {
  const { path, header, bytes } = segment
  if (next.sequence !== header.sequence + 1)
    throw corrupt(path, bytes.length, `segment ${next.sequence} follows segment ${header.sequence}: a file is missing`)
  const { end, chain, bad } = walk(segment, next.previousEnd, state, keys, owner)
  if (bad !== undefined) throw corrupt(path, end, bad)
  if (chain.number !== next.previousNumber || chain.chain !== next.previousChain)
    throw corrupt(path, end, 'the next segment does not continue this one')
  state.segmentDone(segment)
}

function finishLast(segment: Loaded, state: ReplayState, keys: KeyFile, owner: Owner): Replay {
  const { name, path, header, bytes } = segment
  const { end, chain, bad, isSealed } = walk(segment, bytes.length, state, keys, owner)
  const tail = classifyTail(bytes, end, chain)
  if (tail.state === 'damaged')
    throw corrupt(
      path,
      end,
      `${bad ?? 'a frame is damaged'}, and a later frame at offset ${tail.laterFrameAt} proves that it had been stored`,
    )
  state.checkEnd(path, end)
  return { ...state.result(), last: { name, header, end, sizeBytes: bytes.length, tail, isSealed }, chain }
}

function walk(segment: Loaded, limit: number, state: ReplayState, keys: KeyFile, owner: Owner) {
  const { path, header, bytes } = segment
  const sealer = sealerOf(header, keys.dataKey(header.keyId, path), owner)
  let chain = chainOf(header)
  let end = segmentHeaderBytes
  let isSealed = false
  while (end < limit) {
    const frame = decodeFrame(bytes, end, Math.min(limit, bytes.length), chain)
    if ('bad' in frame) return { end, chain, isSealed, bad: frame.bad }
    isSealed = frame.type === frameTypes.seal
    state.frame(path, end, frame, sealer)
    chain = frame.next
    end += frame.bytes
  }
  return { end, chain, isSealed, bad: undefined }
}

class ReplayState {
  #hardState: HardState = { term: 0, vote: null, commit: 0 }
  #shape = new LogShape(1)
  #entries: Entry[] = []
  #markers: Marker[] = []
  #segments: StoredSegment[] = []
  #highest = 0
  #bytesSinceMarker = 0

  begin(header: SegmentHeader): void {
    this.#shape = new LogShape(header.firstIndex)
  }

  segmentDone({ name, header }: Loaded): void {
    const { sequence, firstIndex, keyId } = header
    this.#segments.push({ name, keyId, sequence, firstIndex, highest: this.#highest })
  }

  frame(path: string, offset: number, frame: Frame, sealer: Sealer): void {
    if (frame.type === frameTypes.seal || frame.type === frameTypes.open) return
    if (frame.flags !== flags.encrypted) throw corrupt(path, offset, 'the frame is not sealed')
    const plaintext = sealer.open(frame.next.number, frame.type, frame.body)
    if (plaintext === undefined) throw corrupt(path, offset, 'the frame does not open with its key, so it was changed or moved here')
    this.#bytesSinceMarker += frame.bytes
    if (frame.type === frameTypes.batch) this.#batch(path, offset, plaintext)
    else if (frame.type === frameTypes.snapshot) this.#marker(plaintext)
    else throw corrupt(path, offset, `frame type ${frame.type} is not known`)
  }

  #batch(path: string, offset: number, plaintext: Buffer): void {
    const { hardState, truncateFrom, entries } = decodeBatch(plaintext)
    if (hardState !== undefined) {
      if (hardState.term < this.#hardState.term)
        throw corrupt(path, offset, `the term falls from ${this.#hardState.term} to ${hardState.term}`)
      this.#hardState = hardState
    }
    const misfit = this.#shape.misfit(truncateFrom, entries)
    if (misfit !== undefined) throw corrupt(path, offset, misfit)
    if (truncateFrom !== undefined) this.#entries.length = Math.max(0, Math.min(this.#entries.length, truncateFrom - this.#shape.first))
    this.#shape.change(truncateFrom, entries)
    for (const entry of entries) this.#entries.push(entry)
    this.#highest = Math.max(this.#highest, entries.at(-1)?.index ?? 0)
  }

  #marker(plaintext: Buffer): void {
    const marker = decodeMarker(plaintext)
    this.#hardState = marker.hardState
    this.#markers.push(marker)
    this.#bytesSinceMarker = 0
    if (!marker.resets) return
    this.#shape.reset(marker.index, marker.term)
    this.#entries = []
  }

  checkEnd(path: string, end: number): void {
    const { term, commit } = this.#hardState
    if (term < this.#shape.lastTerm && this.#entries.length > 0)
      throw corrupt(path, end, `the log has entries of term ${this.#shape.lastTerm}, and the stored term is ${term}`)
    if (commit >= this.#shape.next) throw corrupt(path, end, `entry ${commit} was committed, and the log ends before ${this.#shape.next}`)
  }

  result() {
    return {
      segments: this.#segments,
      hardState: this.#hardState,
      shape: this.#shape,
      entries: this.#entries,
      markers: this.#markers,
      highest: this.#highest,
      bytesSinceMarker: this.#bytesSinceMarker,
    }
  }
}
