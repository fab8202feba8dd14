// A terminal for a dashboard in this process: what is typed goes in, and every byte that is painted is kept.

import { PassThrough, Writable } from 'node:stream'
import type { ReadStream, WriteStream } from 'node:tty'
import { draw } from '../app.ts'
import type { createTown } from './town.ts'

const patienceMs = 10_000
/** Ink draws thirty frames a second, by the clock of this machine. */
const frameMs = 1_000 / 30

export async function openTerminal(town: ReturnType<typeof createTown>, size = town.session.size) {
  const painted: string[] = []
  const paper = new Writable({
    write(chunk, _, done) {
      painted.push(String(chunk))
      done()
    },
  })
  const keyboard = new PassThrough()
  const setSize = ({ columns, rows }: typeof size): void => void Object.assign(paper, { columns, rows })
  setSize(size)
  // What Ink asks of a terminal, and no more.
  Object.assign(paper, { isTTY: true })
  let shownInVain: string | undefined
  const setRawMode = (): PassThrough => {
    shownInVain ??= painted.join('')
    return keyboard
  }
  Object.assign(keyboard, { isTTY: true, setRawMode, ref: () => keyboard, unref: () => keyboard })
  const terminal = { stdin: keyboard as unknown as ReadStream, stdout: paper as unknown as WriteStream }
  await town.fill()
  const stop = new AbortController()
  const ended = draw(town.session, terminal, stop.signal)
  await town.clock.advance(2_500)
  const all = (): string => painted.join('')
  /** Resolves once that has been painted; what is on the screen by then may be something else. */
  const shows = async (what: RegExp): Promise<void> => {
    const deadline = performance.now() + patienceMs
    while (!what.test(all())) {
      if (performance.now() > deadline) throw new Error(`not painted within ${patienceMs} ms: ${what}\n${JSON.stringify(all().slice(-4_000))}`)
      await new Promise((resolve) => setTimeout(resolve, frameMs))
    }
  }
  return {
    all,
    /** What was painted before keys were taken one by one. */
    shownInVain: (): string | undefined => shownInVain,
    shows,
    /** As the terminal sends it. */
    async type(bytes: string): Promise<void> {
      keyboard.write(bytes)
      await town.clock.advance(200)
    },
    async resize(to: typeof size): Promise<void> {
      setSize(to)
      paper.emit('resize')
      await town.clock.advance(200)
    },
    /** All that was painted, once the terminal was given back. */
    async close(): Promise<string> {
      stop.abort()
      await ended
      return all()
    },
  }
}
