// What a manager that does not lead says to agents and to machines that ask for certificates: who does. They go there by
// themselves, so no session and no join passes through a manager in between.

import type { JoinAnswer } from '../api/join.ts'
import type { ManagerMessage } from '../api/session.ts'
import type { FrameStream, Transport } from '../effects/effects.ts'

const why = 'this manager does not lead'

/** Until `signal` fires. @param leaderAddress undefined while nobody is known to lead. */
export async function redirectToLeader(transport: Transport, leaderAddress: () => string | undefined, signal: AbortSignal): Promise<void> {
  const leader = (): { readonly leader?: string } => {
    const address = leaderAddress()
    return address === undefined ? {} : { leader: address }
  }
  const toAgent = (): ManagerMessage => ({ type: 'refused', reason: 'NotLeader', message: why, retry: true, ...leader() })
  const toJoiner = (): JoinAnswer => ({ type: 'refused', reason: 'Unavailable', message: `${why}: try again`, ...leader() })
  await Promise.all([
    transport.serve('dispatcher', (stream, ended) => answerOnce(stream, toAgent, ended), signal),
    transport.serve('join', (stream, ended) => answerOnce(stream, toJoiner, ended), signal),
  ])
}

/** They speak first: an answer to nothing could be taken for one to something else. */
async function answerOnce(stream: FrameStream, answer: () => ManagerMessage | JoinAnswer, signal: AbortSignal): Promise<void> {
  const close = (): void => stream.close()
  signal.addEventListener('abort', close, { once: true })
  try {
    for await (const _ of stream.frames()) return await stream.send(Buffer.from(JSON.stringify(answer())))
  } finally {
    signal.removeEventListener('abort', close)
    stream.close()
  }
}
