// Shows a recording as if it happened now, with a slider of its time below. Draws as a session does (`app.ts`), asks no cluster
// and changes nothing.

import type { Clock } from '../../effects/effects.ts'
import type { Size } from './panes.ts'
import type { Moment, Recording } from './recording.ts'
import { bar, drawn, ends, type Line } from './text.ts'
import { themeNamed } from './themes.ts'

const tickMs = 100
const stepMs = 5_000
const speeds = [0.5, 1, 2, 4, 8, 16, 32]

export interface ReplayDeps {
  readonly recording: Recording
  readonly clock: Clock
  readonly theme: string
  readonly hasColour: boolean
  readonly size: Size
}

export class Replay {
  readonly #deps: ReplayDeps
  readonly #stop = new AbortController()
  readonly #listeners = new Set<() => void>()
  readonly #lastMs: number
  #atMs = 0
  #speed = 1
  #isPlaying = true
  #size: Size
  #drawn: readonly string[] = []

  constructor(deps: ReplayDeps) {
    this.#deps = deps
    this.#size = deps.size
    this.#lastMs = deps.recording.moments.at(-1)?.atMs ?? 0
    this.#publish()
  }

  /** Resolves when somebody quits or `signal` fires. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps
    const either = AbortSignal.any([signal, this.#stop.signal])
    let before = clock.monotonicMs()
    while (!either.aborted) {
      await clock.sleep(tickMs, either).catch(() => undefined)
      const now = clock.monotonicMs()
      if (this.#isPlaying) this.#goTo(this.#atMs + (now - before) * this.#speed)
      before = now
    }
  }

  readonly frame = (): readonly string[] => this.#drawn

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  readonly attach = (): void => undefined

  readonly point = (): void => undefined

  readonly resize = (size: Size): void => {
    this.#size = size
    this.#publish()
  }

  get size(): Size {
    return this.#size
  }

  readonly press = (key: string): void => {
    switch (key) {
      case 'q':
      case 'esc':
      case 'ctrl-c':
        this.#stop.abort()
        break
      case ' ':
        // At its end it begins again.
        if (!this.#isPlaying && this.#atMs >= this.#lastMs) this.#atMs = 0
        this.#isPlaying = !this.#isPlaying
        this.#publish()
        break
      case 'left':
      case 'h':
        this.#goTo(this.#atMs - stepMs)
        break
      case 'right':
      case 'l':
        this.#goTo(this.#atMs + stepMs)
        break
      case 'n':
        this.#goToMoment(this.#deps.recording.moments.find(({ atMs }) => atMs > this.#atMs))
        break
      case 'N':
        this.#goToMoment(this.#deps.recording.moments.findLast(({ atMs }) => atMs < this.#atMs))
        break
      case 'g':
      case 'home':
        this.#goTo(0)
        break
      case 'G':
      case 'end':
        this.#goTo(this.#lastMs)
        break
      case '<':
      case '>':
        this.#speed = speeds[speeds.indexOf(this.#speed) + (key === '>' ? 1 : -1)] ?? this.#speed
        this.#publish()
        break
    }
  }

  /** One by one: it stands still there. */
  #goToMoment(moment: Moment | undefined): void {
    this.#isPlaying = false
    this.#goTo(moment?.atMs ?? this.#atMs)
  }

  #goTo(ms: number): void {
    this.#atMs = Math.max(0, Math.min(this.#lastMs, ms))
    if (this.#atMs >= this.#lastMs) this.#isPlaying = false
    this.#publish()
  }

  #publish(): void {
    const { recording, theme, hasColour } = this.#deps
    const { rows } = this.#size
    const { lines = [] } = recording.moments.findLast(({ atMs }) => atMs <= this.#atMs) ?? recording.moments[0] ?? {}
    const shown = lines.slice(0, rows - 1)
    const empty = Array<string>(Math.max(0, rows - 1 - shown.length)).fill('')
    const next = [...shown, ...empty, drawn(this.#slider(), hasColour ? themeNamed(theme) : undefined)]
    if (next.length === this.#drawn.length && next.every((line, at) => line === this.#drawn[at])) return
    this.#drawn = next
    for (const listener of this.#listeners) listener()
  }

  #slider(): Line {
    const { columns } = this.#size
    const time = new Date(this.#deps.recording.startedAt + this.#atMs).toISOString().slice(11, 19)
    const keys = columns < 80 ? 'q ' : 'space  n N  left right  < >  q '
    const whole = Math.max(1, this.#lastMs)
    const slide = bar([['#', this.#atMs]], whole, Math.max(4, columns - keys.length - 41))
    const sign = this.#isPlaying ? '>' : '='
    const left = ` ${sign} ${clockOf(this.#atMs)} of ${clockOf(this.#lastMs)} ${slide} ${time} UTC x${this.#speed}`
    return ends([{ text: left, style: 'bold' }], [{ text: keys, style: 'dim' }], columns)
  }
}

/** `03:40`; of hours `1:03:40`. */
function clockOf(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const two = (amount: number): string => String(amount).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  return `${hours === 0 ? '' : `${hours}:`}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}
