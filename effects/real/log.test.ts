import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { createLog } from './log.ts'

test('a log that cannot be written fails nobody', { skip: existsSync('/dev/full') ? false : 'there is no /dev/full' }, () => {
  const log = createLog({ file: '/dev/full' })
  for (let line = 0; line < 5_000; line++) log.info('Something happened', { text: 'x'.repeat(1_000) })
})
