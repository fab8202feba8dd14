// Draws the frames of a session with Ink, and hands it keys and the mouse. Nothing is decided here. Lines are drawn one
// by one and only when they have changed; there is one element for each line of the terminal and no more.

import type { ReadStream, WriteStream } from 'node:tty'
import { Box, render, Transform, useApp, useInput } from 'ink'
import { createElement, type FunctionComponent, memo, type ReactElement, useEffect, useState, useSyncExternalStore } from 'react'
import { keyNames } from './keys.ts'
import { mouseEvents, mouseOff, mouseOn } from './mouse.ts'
import type { Session } from './session.ts'

/** Keys are drawn as fast as they come; events bring at most ten frames a second. */
const mostFramesPerSecond = 60

interface Terminal {
  readonly stdin: ReadStream
  readonly stdout: WriteStream
}

/** What is drawn: a session, or what one was. */
type Drawable = Pick<Session, 'run' | 'frame' | 'subscribe' | 'press' | 'point' | 'attach' | 'resize' | 'size'>

/**
 * A line is as wide as it is to be and has nothing in it that a terminal obeys. Ink would look for both once more, for every line of every
 * frame, if it were the text: so one sign is laid out, and what stands there is said when it is written.
 */
const Row = memo<{ readonly text: string }>(({ text }) =>
  createElement(Transform, { transform: () => text, accessibilityLabel: text }, '-'),
)

/** Lines have no other identity than their place on the screen. */
function row(text: string, at: number): ReactElement {
  return createElement(Row, { key: at, text })
}

/** Without a terminal, as in tests, there is no mouse, and nothing can be lent. */
export const App: FunctionComponent<{ readonly session: Drawable; readonly terminal?: Terminal }> = ({ session, terminal }) => {
  const lines = useSyncExternalStore(session.subscribe, session.frame)
  const { suspendTerminal } = useApp()
  useInput((input, key) => {
    for (const name of keyNames(input, key)) session.press(name)
  })
  useEffect(() => {
    if (terminal === undefined) return
    const { stdin, stdout } = terminal
    let hasMouse = false
    const setMouse = (isOn: boolean): void => {
      hasMouse = isOn
      stdout.write(isOn ? mouseOn : mouseOff)
    }
    // Whoever listens to `data` when Ink does not read takes keys away from the program that has the terminal.
    const lend = async (use: () => Promise<void>): Promise<void> => {
      const had = hasMouse
      setMouse(false)
      stdin.off('data', onData)
      try {
        await suspendTerminal(use)
      } finally {
        stdin.on('data', onData)
        setMouse(had)
      }
    }
    // Ink reads; what it read comes by here, too.
    const onData = (chunk: Buffer | string): void => {
      if (hasMouse) for (const event of mouseEvents(String(chunk))) session.point(event)
    }
    stdin.on('data', onData)
    session.attach({
      lend,
      setMouse,
      write: (text) => void stdout.write(text),
      redraw: () => void lend(async () => undefined),
    })
    return () => {
      stdin.off('data', onData)
      session.attach(undefined)
      setMouse(false)
    }
  }, [session, terminal, suspendTerminal])
  return createElement(Box, { flexDirection: 'column', width: session.size.columns, height: lines.length }, ...lines.map(row))
}

/** Each line in its place, as one change for those who look, and the cursor where it was: Ink draws the same there. */
function wholeFrame(lines: readonly string[]): string {
  return `\u001b[?2026h${lines.map((line, at) => `\u001b[${at + 1};1H${line}`).join('')}\u001b[H\u001b[?2026l`
}

/** Ink opens the other screen, and then takes a sixth of the time to the first frame to draw it. So it is written in between. */
const Opened: FunctionComponent<{ readonly session: Drawable; readonly terminal: Terminal }> = ({ session, terminal }) => {
  useState(() => terminal.stdout.write(wholeFrame(session.frame())))
  return createElement(App, { session, terminal })
}

/** Resolves when `session` has ended and the terminal is as it was. */
export async function draw(session: Drawable, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const { stdin, stdout } = terminal
  const resized = (): void => session.resize({ columns: stdout.columns, rows: stdout.rows })
  stdout.on('resize', resized)
  // Ink does so once it has drawn. From the first frame on keys are for the dashboard, and Ctrl-C must not end the shell around it.
  stdin.setRawMode(true)
  const { unmount, waitUntilExit } = render(createElement(Opened, { session, terminal }), {
    stdin,
    stdout,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
    alternateScreen: true,
    incrementalRendering: true,
    maxFps: mostFramesPerSecond,
  })
  const drawn = waitUntilExit()
  try {
    await Promise.race([session.run(signal), drawn])
  } finally {
    stdout.off('resize', resized)
    unmount()
    await drawn
  }
}
