// Where `kit` begins. What V8 makes of the program is kept beside it, because compiling it anew each time is a tenth of what
// the dashboard takes to its first frame. Where nothing can be written there, nothing is kept, and that is all.

import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

enableCompileCache(join(import.meta.dirname, '.compiled'))
await import('./main.ts')
