// The files of `kit init`: each runs as it is, under Docker and as plain processes.

import type { Starter } from './options.ts'

const web = `# A web server, twice, behind one port. Start it with \`kit up run.yml\`, change it, and \`kit apply -f run.yml\`.
# It is an ordinary Compose file; docs/compose.md of kit says what each key does.
services:
  web:
    image: node:24-alpine # What Docker runs. Without Docker, \`command\` runs as a process of this machine.
    command: [node, -e, "require('node:http').createServer((_, reply) => reply.end('hello\\\\n')).listen(process.env.PORT || 8080)"]
    ports:
      - "8080:8080" # Port of every node : port of the task.
    healthcheck: # A task counts as running once this has ended with 0.
      test: [CMD, node, -e, "fetch('http://localhost:' + (process.env.PORT || 8080)).then(() => process.exit(0), () => process.exit(1))"]
      interval: 10s
      start_period: 10s
      start_interval: 500ms
    deploy:
      replicas: 2
      update_config: # When something here changes, tasks are replaced
        parallelism: 1 # one at a time,
        order: start-first # the new one before the old one stops,
        failure_action: rollback # and if it fails, back to what ran before.
`

const worker = `# A program that works on its own, with a setting and limits.
# Start it with \`kit up run.yml\`, change it, and \`kit apply -f run.yml\`.
services:
  worker:
    image: busybox # What Docker runs. Without Docker, \`command\` runs as a process of this machine.
    command: [sh, -c, "while :; do echo \\"$$GREETING, $$(date)\\"; sleep 5; done"]
    environment:
      GREETING: Hello # \${NAME:-else} takes it from your environment or a file called .env.
    stop_grace_period: 5s # Between the signal to stop and the one that kills.
    deploy:
      replicas: 1
      restart_policy:
        condition: any # Or on-failure, or none for what is to run once.
        delay: 2s
      resources:
        reservations: { cpus: "0.1", memory: 32M } # A node without that much room is not taken.
        limits: { memory: 128M }
`

const global = `# A program that runs once on every node of the cluster, also on those that join later.
# Start it with \`kit up run.yml\`, change it, and \`kit apply -f run.yml\`.
services:
  agent:
    image: busybox # What Docker runs. Without Docker, \`command\` runs as a process of each machine.
    command: [sh, -c, "while :; do uptime; sleep 30; done"]
    deploy:
      mode: global
      placement:
        constraints: [] # Such as node.labels.disk == ssd; \`kit label node NAME disk=ssd\` sets one.
`

export const starterStacks: Readonly<Record<Starter, string>> = { web, worker, global }
