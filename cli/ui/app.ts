// Draws the frames of a session with Ink, and hands it the keys. Nothing is decided here. Lines are drawn one
// by one and only when they have changed; there is one element for each line of the terminal and no more.

import type { ReadStream, WriteStream } from 'node:tty'
import { Box, render, Text, useInput } from 'ink'
import { createElement, type FunctionComponent, memo, type ReactElement, useSyncExternalStore } from 'react'
import { keyNames } from './keys.ts'
import type { Session } from './session.ts'

/** Keys are drawn as fast as they come; events bring at most ten frames a second. */
const mostFramesPerSecond = 30

const Row = memo<{ readonly text: string }>(({ text }) => createElement(Text, { wrap: 'truncate' }, text === '' ? ' ' : text))

/** Lines have no other identity than their place on the screen. */
function row(text: string, at: number): ReactElement {
  return createElement(Row, { key: at, text })
}

export const App: FunctionComponent<{ readonly session: Session }> = ({ session }) => {
  const lines = useSyncExternalStore(session.subscribe, session.frame)
  useInput((input, key) => {
    for (const name of keyNames(input, key)) session.press(name)
  })
  return createElement(Box, { flexDirection: 'column', width: session.size.columns, height: lines.length }, ...lines.map(row))
}

/** Resolves when `session` has ended and the terminal is as it was. */
export async function draw(
  session: Session,
  terminal: { readonly stdin: ReadStream; readonly stdout: WriteStream },
  signal: AbortSignal,
): Promise<void> {
  const { stdin, stdout } = terminal
  const resized = (): void => session.resize({ columns: stdout.columns, rows: stdout.rows })
  stdout.on('resize', resized)
  const { unmount, waitUntilExit } = render(createElement(App, { session }), {
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
