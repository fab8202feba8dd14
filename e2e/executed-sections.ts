// Sections of documents of which a test runs every command, and compares what it prints with what the document shows.

export const executedSections: readonly { readonly document: string; readonly heading: string }[] = [
  { document: 'README.md', heading: 'A tour of five minutes' },
  { document: 'docs/gitops.md', heading: 'From start to end' },
  { document: 'docs/walkthroughs.md', heading: 'SwarmKit, as first announced' },
  { document: 'docs/walkthroughs.md', heading: 'SwarmKit' },
  { document: 'docs/walkthroughs.md', heading: 'Swarm mode: machines, nodes, stacks' },
  { document: 'docs/walkthroughs.md', heading: 'Swarm mode: the first service' },
]
