// Text that did not come from kit, such as a task's last words or why its program could not be started, must
// not rule the terminal of the one who reads it: what a terminal would obey is taken out.

import { stripVTControlCharacters } from 'node:util'

/** Without escape sequences; other control characters are shown as `�`. Line ends and tabs stay. */
export function harmless(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[^\P{Cc}\n\t]/gu, '�')
}
