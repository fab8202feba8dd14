// Clients of published ports.

import { once } from 'node:events'
import { get } from 'node:http'

/** The body of one answer, on a connection of its own. Rejects when it was not answered. */
export async function ask(port: number, host = '127.0.0.1'): Promise<string> {
  const [response] = await once(get({ host, port, agent: false }), 'response')
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  return text.trim()
}

export interface Requests {
  readonly answers: readonly string[]
  readonly failures: readonly unknown[]
  /** Resolves when the last requests are over. */
  stop(): Promise<void>
}

/** So many clients that ask again and again. */
export function askConstantly(port: number, clients: number, host?: string): Requests {
  const answers: string[] = []
  const failures: unknown[] = []
  let stopped = false
  const client = async (): Promise<void> => {
    while (!stopped)
      await ask(port, host).then(
        (answer) => answers.push(answer),
        (error: unknown) => failures.push(error),
      )
  }
  const running = Promise.all(Array.from({ length: clients }, client))
  return {
    answers,
    failures,
    async stop() {
      stopped = true
      await running
    },
  }
}
