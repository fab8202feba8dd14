// Help of `kit gitops`; `help.ts` says what an entry is.

const sources = 'docs/gitops.md says what is applied, pruned and undone, and when.'

export const gitopsHelp = {
  gitops: { notes: [sources], examples: ['kit gitops add shop --dir ./deploy', 'kit gitops ls'], exit: 'none' },
  'gitops add': {
    notes: [
      sources,
      'Options of kit itself, such as --context or its own --dir, stand before `gitops`.',
      'It ends when the directory was looked at; what runs then, `kit get all` says.',
    ],
    examples: ['kit gitops add shop --dir ./deploy', 'kit gitops add shop --dir /srv/shop --leave spec.replicas --interval 30s'],
    exit: 'timed',
  },
  'gitops ls': { examples: ['kit gitops ls', 'kit gitops ls -o yaml'], exit: 'plain' },
  'gitops suspend': { examples: ['kit gitops suspend shop --reason "sale until Monday"'], exit: 'plain' },
  'gitops resume': { examples: ['kit gitops resume shop'], exit: 'timed' },
  'gitops diff': {
    notes: ['It prints what the manager has found when it looked last.', 'Of files that are not there yet, `kit diff -f DIR -R` says it.'],
    examples: ['kit gitops diff shop'],
    exit: 'diff',
  },
  'gitops sync': { examples: ['kit gitops sync shop', 'kit gitops sync shop --prune'], exit: 'timed' },
  'gitops history': { examples: ['kit gitops history shop'], exit: 'plain' },
  'gitops rollback': { examples: ['kit gitops rollback shop', 'kit gitops rollback shop --to 3f2a'], exit: 'timed' },
  'gitops rm': { examples: ['kit gitops rm shop', 'kit gitops rm shop --prune'], exit: 'timed' },
} as const
