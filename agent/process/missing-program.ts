// Why the system answered ENOENT when a program was to start: it says the same of a program and of the directory it should start in.

import { statSync } from 'node:fs'

export function whatIsMissing(program: string, workingDir: string): string {
  if (statSync(workingDir, { throwIfNoEntry: false })?.isDirectory() !== true) return `working directory ${workingDir} is not a directory`
  const where = program.includes('/') ? '' : ' on PATH'
  return `program "${program}" was not found${where}: without Docker, a task runs a program of its node, and not one of its image`
}
