// Who runs the commands that README.md and the guides of docs/ show: all of them e2e/guides.test.ts, but for those below.

import type { DocumentedCommand } from './documented-commands.ts'

export interface Runner {
  readonly document: string
  readonly heading: string
  /** Of the commands below that heading; all of them without. */
  readonly only?: RegExp
  /** Takes them from the document, too. */
  readonly by: string
}

export const runners: readonly Runner[] = [
  { document: 'README.md', heading: 'Try it', by: 'e2e/tour.test.ts' },
  { document: 'README.md', heading: 'A tour of five minutes', by: 'e2e/tour.test.ts' },
  { document: 'docs/gitops.md', heading: 'From start to end', by: 'e2e/gitops.test.ts' },
  { document: 'docs/walkthroughs.md', heading: 'SwarmKit, as first announced', by: 'e2e/walkthroughs.test.ts' },
  { document: 'docs/walkthroughs.md', heading: 'SwarmKit', by: 'e2e/walkthroughs.test.ts' },
  { document: 'docs/walkthroughs.md', heading: 'Swarm mode: machines, nodes, stacks', by: 'e2e/walkthroughs.test.ts' },
  { document: 'docs/walkthroughs.md', heading: 'Swarm mode: the first service', by: 'e2e/walkthroughs.test.ts' },
  { document: 'docs/operations.md', heading: 'Install, and run as a service', by: 'e2e/systemd.test.ts' },
  { document: 'docs/operations.md', heading: 'Back up and restore', only: /^systemctl /, by: 'e2e/systemd.test.ts' },
]

/** What no test runs: it is how one comes to the tests. `.ci/run` takes its command from README.md. */
const beforehand = ['npm ci', 'npm test']

/** What is left to run of a line; empty where nothing is. */
export function withoutBeforehand(text: string): string {
  return text
    .split(' && ')
    .filter((part) => !beforehand.includes(part))
    .join(' && ')
}

export function runnerOf({ document, heading, text }: DocumentedCommand): Runner | undefined {
  return runners.find((each) => each.document === document && each.heading === heading && (each.only?.test(text) ?? true))
}
