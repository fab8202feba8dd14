// Scripts with recorded output: `testdata/*.txt` holds commands and, below a line of dashes, what the
// members are after them. `node store/raft/script.test.ts --rewrite` records again; the diff is the review.
//
//   cluster 1 2 3 ~9        members; ~ a learner. `tight` before it: small limits
//   campaign 1   tick 1 5   propose 1 a b (_ is empty)   read 1 2 (two reads)   transfer 1 2   compact 1 2 (keep two entries)
//   change 1 +4 ~5 -2       voter, learner, stranger; joint where it must be; `explicit`, `force` behind it
//   leave 1                 a joint configuration
//   settle                  all messages arrive, all writes end
//   deliver TYPE 1 2        only these arrive; `drop` loses them, `twice` doubles them; `*` is any type or member
//   keep TYPE 1 2   again   a copy of these is under way later, when they are old
//   cut 1 2   isolate 3   heal   crash 2 (quietly: no leader notices)   restart 2   join 4 (somebody who knows nobody)
//   gone 1 2                the driver of 1 says that nobody listens any more where 2 was
//   hold 1   write 1   release 1      its writes wait; the oldest ends; they end by themselves again
//   holdapply 1   releaseapply 1      what is committed waits to be applied
//   send 1 2                the newest snapshot of 1, though nobody asked
//   delivered 1 2           the driver of 1 says that its snapshot got there
//   show   messages
//   progress 1              what leader 1 knows of each of the others, and what it has under way to them

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Change, type Configuration, type Step, simpleConfiguration } from './configuration.ts'
import { defaultSettings } from './core.ts'
import type { Message } from './message.ts'
import type { Follower } from './raft.ts'
import { Cluster, tightSettings } from './testdata/cluster.ts'

const directory = join(import.meta.dirname, 'testdata')
const isRewriting = process.argv.includes('--rewrite')
/** How a script writes a command without bytes. */
const empty = '_'
const makes = new Map<string, Step['make']>([
  ['+', 'voter'],
  ['~', 'learner'],
  ['-', 'stranger'],
])

class Script {
  readonly #shown: string[] = []
  #settings = { ...defaultSettings, electionTicks: 5 }
  #first = simpleConfiguration([])
  #cluster = new Cluster([], [], defaultSettings)

  play(commands: string): string {
    const lines = commands.split('\n').filter((line) => !line.startsWith('#'))
    for (const command of lines.flatMap((line) => line.split(';')).map((part) => part.trim())) {
      if (command === '') continue
      const [verb = '', ...args] = command.split(/\s+/)
      if (!this.#set(verb, args) && !this.#happen(verb, args)) this.#tell(verb, args)
    }
    this.#show()
    this.#cluster.observer.checkLogs(this.#cluster.members.filter(({ isUp }) => isUp))
    return this.#shown.join('\n').replace(/^-\n/, '')
  }

  #set(verb: string, args: readonly string[]): boolean {
    if (verb === 'tight') this.#settings = tightSettings
    else if (verb === 'cluster') {
      const learners = args.filter((id) => id.startsWith('~')).map((id) => id.slice(1))
      const voters = args.filter((id) => !id.startsWith('~'))
      this.#first = simpleConfiguration(voters, learners)
      this.#cluster = new Cluster(voters, learners, this.#settings)
    } else return false
    return true
  }

  /** What happens around the members. */
  #happen(verb: string, args: readonly string[]): boolean {
    const cluster = this.#cluster
    const [id = '', other = '', ...rest] = args
    if (verb === 'settle') cluster.settle()
    else if (verb === 'show') this.#show()
    else if (verb === 'messages') this.#shown.push('-', ...cluster.network.map(describe))
    else if (verb === 'isolate') for (const each of args) cluster.isolate(each)
    else if (verb === 'cut') cluster.cut.add(`${id}>${other}`)
    else if (verb === 'heal') cluster.cut.clear()
    else if (verb === 'join') cluster.join(id)
    else if (verb === 'again') cluster.again()
    else if (verb === 'drop' || verb === 'deliver' || verb === 'twice' || verb === 'keep') cluster.take(verb, id, other, rest[0] ?? '*')
    else if (verb === 'crash') cluster.crash(cluster.get(id), other === 'quietly')
    else if (verb === 'restart') cluster.restart(cluster.get(id))
    else if (verb === 'compact') cluster.compact(cluster.get(id), Number(other))
    else if (verb === 'send') cluster.sendSnapshot(cluster.get(id), other)
    else return false
    return true
  }

  /** What a member is told. */
  #tell(verb: string, [id = '', ...rest]: readonly string[]): void {
    const cluster = this.#cluster
    const member = cluster.get(id)
    const { raft } = member
    const note = (answer: object | undefined) => {
      if (answer !== undefined && 'refused' in answer) this.#shown.push(`${id} refuses: ${Object.values(answer).join(': ')}`)
    }
    if (verb === 'campaign') raft.campaign()
    else if (verb === 'tick') for (let count = 0; count < Number(rest[0]); count += 1) raft.tick()
    else if (verb === 'propose') note(raft.propose(rest.map((text) => Buffer.from(text === empty ? '' : text))))
    else if (verb === 'change') note(raft.proposeChange(changeOf(rest), rest.includes('force')))
    else if (verb === 'leave') note(raft.proposeChange('leaveJoint'))
    else if (verb === 'transfer') note(raft.transfer(rest[0] ?? ''))
    else if (verb === 'read') for (let count = 0; count < Number(rest[0] ?? 1); count += 1) note(cluster.read(member))
    else if (verb === 'progress') this.#shown.push('-', ...raft.followers.map((follower) => progressText(id, follower)))
    else if (verb === 'gone') raft.gone(rest[0] ?? '')
    else if (verb === 'delivered') raft.delivered(rest[0] ?? '')
    else if (verb === 'hold') member.isDiskSlow = true
    else if (verb === 'release') member.isDiskSlow = false
    else if (verb === 'write') cluster.complete(member)
    else if (verb === 'holdapply') member.isApplySlow = true
    else if (verb === 'releaseapply') member.isApplySlow = false
    else assert.fail(`unknown command: ${verb}`)
    cluster.drain(member)
  }

  #show(): void {
    const { members, reads } = this.#cluster
    const lines = members.map(({ id, isUp, raft }) => {
      const { role, term, leader, firstIndex, lastIndex, commit, applied, transferee } = raft.status
      if (!isUp) return `${id} down`
      const more = [
        applied === commit ? '' : ` applied=${applied}`,
        transferee === null ? '' : ` to=${transferee}`,
        JSON.stringify(raft.configuration) === JSON.stringify(this.#first) ? '' : ` ${membersText(raft.configuration)}`,
      ]
      return `${id} ${role.padEnd(12)} term=${term} leader=${leader ?? '-'} log=${firstIndex}..${lastIndex} commit=${commit}${more.join('')}`
    })
    const answers = reads.splice(0).map(({ member, index }) => `read at ${member}: ${index ?? 'given up'}`)
    this.#shown.push('-', ...lines, ...answers)
  }
}

function changeOf(args: readonly string[]): Change {
  const steps = args.flatMap((arg) => {
    const make = makes.get(arg.charAt(0))
    return make === undefined ? [] : [{ make, id: arg.slice(1) }]
  })
  return { steps, leave: args.includes('explicit') ? 'explicit' : 'auto' }
}

function membersText({ voters, outgoing, learners, learnersNext }: Configuration): string {
  const joint = outgoing.length > 0 ? ` leaving ${outgoing.join(',')}` : ''
  return `members=${[...voters, ...learners.map((id) => `~${id}`)].join(',')}${joint}${learnersNext.map((id) => ` then ~${id}`).join('')}`
}

/** An append that a probe has under way is not counted in its window: `messages` shows it. */
function progressText(leader: string, { id, state, match, needsAfter, messagesInFlight, bytesInFlight, isReachable }: Follower): string {
  const more = [
    needsAfter === match ? '' : ` needsAfter=${needsAfter}`,
    messagesInFlight === 0 ? '' : ` inFlight=${messagesInFlight}/${bytesInFlight}`,
    isReachable ? '' : ' unreachable',
  ]
  return `${leader}→${id} ${state} match=${match}${more.join('')}`
}

function describe({ from, to, term, ...body }: Message): string {
  const fields = Object.entries(body).map(([name, value]) =>
    name === 'type' ? String(value) : `${name}=${Array.isArray(value) ? `${value.length}` : JSON.stringify(value)}`,
  )
  return `${from}→${to} term=${term} ${fields.join(' ')}`
}

for (const file of readdirSync(directory).filter((name) => name.endsWith('.txt'))) {
  const path = join(directory, file)
  const recorded: string[] = []
  const scripts = readFileSync(path, 'utf8')
    .trim()
    .split(/\n\n(?=#)/)
  for (const script of scripts) {
    const [commands = '', expected = ''] = script.split(/\n----\n?/)
    const title = commands.split('\n')[0]?.replace(/^# /, '') ?? ''
    test(`${file}: ${title}`, () => {
      const output = new Script().play(commands)
      recorded.push(`${commands}\n----\n${output}`)
      if (!isRewriting) assert.equal(output, expected.trim())
    })
  }
  if (isRewriting)
    test(`${file} is written`, () => {
      assert.equal(recorded.length, scripts.length, 'a script failed: nothing is written')
      writeFileSync(path, `${recorded.join('\n\n')}\n`)
    })
}
