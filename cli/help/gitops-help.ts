// Help of `kit gitops`.

import type { Help } from './help-entry.ts'

const sources = 'docs/gitops.md says what is applied, pruned and undone, and when.'

export const gitopsHelp: Readonly<Record<string, Help>> = {
  gitops: { notes: [sources], examples: ['kit gitops add shop --dir ./deploy', 'kit gitops ls', 'kit gitops diff shop'], exit: 'none' },
  'gitops add': {
    notes: [
      sources,
      'Options of kit itself, such as --context or its own --dir, stand before',
      '`gitops`.',
      'It ends when the directory was looked at; what runs then, `kit get all` says.',
    ],
    examples: [
      'kit gitops add shop --dir ./deploy',
      'kit gitops add shop --dir /srv/shop --leave spec.replicas --interval 30s',
      'kit gitops add shop --dir /srv/shop --no-prune --suspend',
    ],
    exit: 'timed',
  },
  'gitops ls': { examples: ['kit gitops ls', 'kit gitops ls -o yaml', 'kit gitops ls -o columns=NAME,AGE'], exit: 'plain' },
  'gitops suspend': {
    examples: ['kit gitops suspend shop', 'kit gitops suspend shop --reason "sale until Monday"', 'kit gitops suspend shop --for 2h'],
    exit: 'plain',
  },
  'gitops resume': {
    examples: ['kit gitops resume shop', 'kit gitops resume shop --no-wait', 'kit gitops resume shop --timeout 5m'],
    exit: 'timed',
  },
  'gitops diff': {
    notes: ['It prints what the manager has found when it looked last.', 'Of files that are not there yet, `kit diff -f DIR -R` says it.'],
    examples: ['kit gitops diff shop', 'kit gitops diff shop > drift.txt', 'kit --context prod gitops diff shop'],
    exit: 'diff',
  },
  'gitops sync': { examples: ['kit gitops sync shop', 'kit gitops sync shop --prune', 'kit gitops sync shop --timeout 5m'], exit: 'timed' },
  'gitops history': {
    examples: ['kit gitops history shop', 'kit gitops history shop | head -3', 'kit --context prod gitops history shop'],
    exit: 'plain',
  },
  'gitops rollback': {
    examples: ['kit gitops rollback shop', 'kit gitops rollback shop --to 3f2a', 'kit gitops rollback shop --no-wait'],
    exit: 'timed',
  },
  'gitops rm': { examples: ['kit gitops rm shop', 'kit gitops rm shop --prune', 'kit gitops rm shop --prune --timeout 5m'], exit: 'timed' },
}
