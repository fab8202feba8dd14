// README.md and the guides of docs/, as a reader follows them: every command that they show is run, on machines that are made for
// the document (guide-machines.ts), but for those that other tests take from it (executed-sections.ts). What shows output has
// to print that; what shows none has to succeed. `npm run tour` records again.

import { globSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { projectRoot } from './cluster.ts'
import type { DocumentedCommand } from './documented-commands.ts'
import { runnerOf, withoutBeforehand } from './executed-sections.ts'
import { GuideMachines } from './guide-machines.ts'
import { readAlong, stepsOf } from './recorded.ts'
import { isHere } from './required.ts'
import { reader } from './walkthrough.ts'
import { whyNoWire } from './wire.ts'

/** What a reader of the document has already, on the machine whose prompt has no name. */
const given: Readonly<Record<string, readonly string[]>> = {
  'docs/compose.md': ['kit up'],
  'docs/gitops.md': ['kit up'],
  'docs/observability.md': ['kitd -d /var/lib/kit --listen-api 0.0.0.0:6443', 'export KIT_SOCKET=/var/lib/kit/kit.sock'],
  'docs/operations.md': ['kitd -d /var/lib/kit', 'export KIT_SOCKET=/var/lib/kit/kit.sock'],
}
const unnamed = 'manager'

const { progress, ...rest } = reader([[/(?<!\w)\d+[smhd](?:\d+[sm])?(?!\w)/g, 'AGE']])
const how = { ...rest, progress: [...progress, [/\bSWMKEY-1-\S+/g, 'SWMKEY-1-…'] as const] }

function ours(document: string): readonly DocumentedCommand[] {
  return stepsOf(document).flatMap((step) => {
    const text = withoutBeforehand(step.text)
    return text === '' || runnerOf(step) !== undefined ? [] : [{ ...step, text, machine: step.machine || unnamed }]
  })
}

if (isHere('netns', await whyNoWire(), 'what README.md and docs/ show'))
  for (const document of globSync(['README.md', 'docs/*.md'], { cwd: projectRoot })) {
    const steps = ours(document)
    if (steps.length === 0) continue
    describe(document, () => {
      const machines = new GuideMachines([...new Set([unnamed, ...steps.map(({ machine }) => machine)])])
      const run = (command: string, machine: string): ReturnType<GuideMachines['run']> => machines.run(command, machine)
      before(async () => {
        await machines.create()
        for (const command of given[document] ?? []) await machines.run(command, unnamed)
      })
      after(() => machines.remove())
      for (const [heading, own] of Map.groupBy(steps, (step) => step.heading))
        test(heading === '' ? document : heading, () => readAlong(own, { run, ...how }))
    })
  }
