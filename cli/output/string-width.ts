// Columns of a terminal that a text takes, as the package `string-width` says, which is loaded once there is text that needs it:
// its expression of all emoji takes V8 a tenth of the time to the first frame of the dashboard to make ready. In what
// `npm run build` makes this stands in place of that package for Ink, too.

import { createRequire } from 'node:module'
import type stringWidthOf from 'string-width'

/** One column for each sign, whatever stands beside it: ASCII, and what our lines, boxes, bars and marks are made of. */
const narrow = /^[\x20-\x7e·–—…←↑→↓─-▟▲▸▼▾○●✓✗]*$/
const require = createRequire(import.meta.url)
let whole: typeof stringWidthOf | undefined

// biome-ignore lint/style/noDefaultExport: it stands in for a package that has one.
export default function stringWidth(...[text, options]: Parameters<typeof stringWidthOf>): number {
  if (narrow.test(text)) return text.length
  whole ??= (require('string-width') as { readonly default: typeof stringWidthOf }).default
  return whole(text, options)
}
