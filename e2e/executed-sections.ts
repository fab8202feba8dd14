// Sections of documents of which a test runs every command, and compares what it prints with what the document shows.

export const executedSections: readonly { readonly document: string; readonly heading: string }[] = [
  { document: 'README.md', heading: 'A tour of five minutes' },
  { document: 'docs/gitops.md', heading: 'From start to end' },
  { document: 'docs/walkthroughs.md', heading: 'SwarmKit, as first announced' },
  { document: 'docs/walkthroughs.md', heading: 'SwarmKit' },
  { document: 'docs/walkthroughs.md', heading: 'Swarm mode: machines, nodes, stacks' },
  { document: 'docs/walkthroughs.md', heading: 'Swarm mode: the first service' },
]

/** Guides whose commands show no output, with the tests that take the same steps: on places of their own, and looking further. */
export const triedSections: readonly { readonly document: string; readonly heading: string; readonly by: readonly string[] }[] = [
  { document: 'README.md', heading: 'Try it', by: ['e2e/tour.test.ts'] },
  { document: 'README.md', heading: 'More machines', by: ['e2e/join.test.ts', 'e2e/standby.test.ts', 'e2e/operators.test.ts'] },
  { document: 'docs/compose.md', heading: '', by: ['e2e/compose.test.ts'] },
  { document: 'docs/gitops.md', heading: '', by: ['e2e/gitops.test.ts'] },
  { document: 'docs/observability.md', heading: '', by: ['e2e/observability.test.ts'] },
  { document: 'docs/observability.md', heading: 'Let Prometheus in', by: ['e2e/observability.test.ts'] },
  { document: 'docs/operations.md', heading: 'Install, and run as a service', by: ['e2e/systemd.test.ts'] },
  { document: 'docs/operations.md', heading: 'People and programs on other machines', by: ['e2e/operators.test.ts'] },
  { document: 'docs/operations.md', heading: 'Another root', by: ['e2e/root-rotation.test.ts'] },
  { document: 'docs/operations.md', heading: 'Back up and restore', by: ['e2e/backup.test.ts', 'e2e/upgrade.test.ts'] },
  { document: 'docs/operations.md', heading: 'Lock the managers', by: ['e2e/autolock.test.ts'] },
]
