// For `node --import`: the delay of the event loop of a program that is measured from outside. Each message from whoever
// started it is answered with the delay since the one before. The program itself is not touched.

import { LoopDelay } from './loop-delay.ts'

const delay = new LoopDelay()
process.on('message', () => {
  process.send?.(delay.read())
  delay.reset()
})
process.channel?.unref()
