// Scripts with recorded output: `testdata/*.txt` holds commands and, below a line of dashes, what the
// members are after them. `node store/raft/script.test.ts --rewrite` records again; the diff is the review.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Cluster } from './testdata/cluster.ts'

const file = join(import.meta.dirname, 'testdata', 'faults.txt')
const isRewriting = process.argv.includes('--rewrite')

function show(cluster: Cluster): string {
  const lines = cluster.members.map(({ id, isUp, raft }) => {
    const { role, term, leader, firstIndex, lastIndex, commit } = raft.status
    return isUp
      ? `${id} ${role.padEnd(12)} term=${term} leader=${leader ?? '-'} log=${firstIndex}..${lastIndex} commit=${commit}`
      : `${id} down`
  })
  const reads = cluster.reads.splice(0).map(({ member, index }) => `read at ${member}: ${index ?? 'given up'}`)
  return [...lines, ...reads].join('\n')
}

function play(commands: string): string {
  let cluster = new Cluster([], () => 0)
  let learners: readonly string[] = []
  const shown: string[] = []
  for (const command of commands.split(/[;\n]/).map((part) => part.trim())) {
    if (command === '' || command.startsWith('#')) continue
    const [verb, ...args] = command.split(/\s+/)
    const [id = '', ...rest] = args
    if (verb === 'learner') learners = args
    else if (verb === 'cluster') cluster = new Cluster(args, () => 0, undefined, learners)
    else if (verb === 'campaign') cluster.get(id).raft.campaign()
    else if (verb === 'settle') cluster.settle()
    else if (verb === 'show') shown.push(show(cluster))
    else if (verb === 'isolate') for (const each of args) cluster.isolated.add(each)
    else if (verb === 'heal') cluster.isolated.clear()
    else if (verb === 'crash') cluster.crash(cluster.get(id))
    else if (verb === 'restart') cluster.restart(cluster.get(id))
    else if (verb === 'compact') cluster.compact(cluster.get(id), Number(rest[0]))
    else if (verb === 'read') assert.notEqual(cluster.get(id).raft.readIndex(), undefined)
    else if (verb === 'tick') for (let count = 0; count < Number(rest[0]); count += 1) cluster.get(id).raft.tick()
    else if (verb === 'propose') assert('index' in cluster.get(id).raft.propose(rest.map((text) => Buffer.from(text))))
    else assert.fail(`unknown command: ${command}`)
  }
  cluster.checkLogs()
  return [...shown, show(cluster)].join('\n-\n')
}

const scripts = readFileSync(file, 'utf8')
  .trim()
  .split(/\n\n(?=#)/)
const recorded: string[] = []
for (const script of scripts) {
  const [commands = '', expected = ''] = script.split(/\n----\n?/)
  const title = commands.split('\n')[0]?.replace(/^# /, '') ?? ''
  test(title, () => {
    const output = play(commands)
    recorded.push(`${commands}\n----\n${output}`)
    if (!isRewriting) assert.equal(output, expected.trim())
  })
}
if (isRewriting) test('the recorded output is written', () => writeFileSync(file, `${recorded.join('\n\n')}\n`))
