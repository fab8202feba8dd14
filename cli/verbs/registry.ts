// What `program.ts` registers the verbs with.

import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { Body } from '../groups/group.ts'
import type { GlobalOptions } from '../options.ts'
import type { Configure } from './common-options.ts'

export interface VerbRegistry {
  /** A command of `parent`, or of kit itself. Its body gets the context, its options and its words. */
  readonly add: (usage: string, description: string, configure: Configure, body: Body, parent?: Command) => Command
  readonly program: Command
  readonly group: (name: string, description: string) => Command
  /** Other commands, for those that offer them. */
  readonly runWords: (context: Context, words: readonly string[]) => Promise<number>
  readonly globals: () => GlobalOptions
}
