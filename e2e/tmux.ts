// A terminal as a person sees it: what stands on the screen, not what was sent to it. tmux keeps the screen. Where it is
// missing, what needs it is not run and says so in one line; where KIT_REQUIRE names tmux that is a failure.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { eventually } from './cluster.ts'

/** Whether there is one. */
export function findTmux(): boolean {
  const { status } = spawnSync('tmux', ['-V'], { stdio: 'ignore' })
  if (status === 0) return true
  if ((process.env['KIT_REQUIRE'] ?? '').split(',').includes('tmux')) throw new Error('KIT_REQUIRE names tmux, and there is none')
  console.log('skipped: the dashboard in a terminal, because there is no tmux (package tmux)')
  return false
}

let windows = 0

export class Window {
  readonly #server: string

  /** Runs a shell script in a terminal of its own. */
  constructor(script: string, environment: Readonly<Record<string, string>>, size = { columns: 80, rows: 24 }) {
    this.#server = `kit-e2e-${process.pid}-${windows++}`
    const settings = Object.entries(environment).flatMap(([name, value]) => ['-e', `${name}=${value}`])
    const shape = ['-x', String(size.columns), '-y', String(size.rows)]
    this.#run('-f', '/dev/null', 'new-session', '-d', ...shape, ...settings, 'env', '-u', 'CI', '-u', 'KIT_SOCKET', 'sh', '-c', script)
  }

  #run(...args: readonly string[]): string {
    return execFileSync('tmux', ['-L', this.#server, ...args], { encoding: 'utf8' })
  }

  /** The lines on the screen, without spaces at their ends. */
  screen(): string {
    return this.#run('capture-pane', '-p')
  }

  /** With the escape sequences that colour it. */
  painted(): string {
    return this.#run('capture-pane', '-p', '-e')
  }

  /** Text as it is typed. */
  type(text: string): void {
    this.#run('send-keys', '-l', text)
  }

  /** Keys by the names of tmux: Enter, Escape, C-x. */
  press(...keys: readonly string[]): void {
    this.#run('send-keys', ...keys)
  }

  resize(columns: number, rows: number): void {
    this.#run('resize-window', '-x', String(columns), '-y', String(rows))
  }

  /** Waits until the screen matches. */
  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    return await eventually(() => {
      const screen = this.screen()
      const found = pattern.exec(screen)
      assert.ok(found !== null, `no ${pattern} on\n${screen}`)
      return found
    })
  }

  close(): void {
    spawnSync('tmux', ['-L', this.#server, 'kill-server'], { stdio: 'ignore' })
  }
}
