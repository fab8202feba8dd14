// The files of `kit init`: each runs as it is, under Docker and as plain processes. They are read in terminals: no line is longer
// than 80 columns.

import type { Starter } from './options.ts'

const web = `# A web server, twice, behind one port. Start it with \`kit up run.yml\`, change
# it, and \`kit apply -f run.yml\`.
# It is an ordinary Compose file; docs/compose.md of kit has each key.
services:
  web:
    # What Docker runs. Without Docker, \`command\` runs as a process of this
    # machine.
    image: node:24-alpine
    command:
      - node
      - -e
      - |
        const answer = (request, response) => response.end('hello\\n')
        const server = require('node:http').createServer(answer)
        server.listen(process.env.PORT || 8080)
    ports:
      - "8080:8080" # Port of every node : port of the task.
    healthcheck: # A task counts as running once this has ended with 0.
      test:
        - CMD
        - node
        - -e
        - |
          const url = 'http://localhost:' + (process.env.PORT || 8080)
          fetch(url).then(() => process.exit(0), () => process.exit(1))
      interval: 10s
      timeout: 30s # A busy machine needs long to start a program.
      start_period: 60s # So long a failure does not count.
      start_interval: 500ms # And so often it is tried, until it is good once.
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
    # What Docker runs. Without Docker, \`command\` runs as a process of this
    # machine.
    image: busybox
    command:
      - sh
      - -c
      - |
        while :; do echo "$$GREETING, $$(date)"; sleep 5; done
    environment:
      # \${NAME:-else} takes it from your environment or a file called .env.
      GREETING: Hello
    stop_grace_period: 5s # Between the signal to stop and the one that kills.
    deploy:
      replicas: 1
      restart_policy:
        condition: any # Or on-failure, or none for what is to run once.
        delay: 2s
      resources:
        # A node without that much room is not taken.
        reservations: { cpus: "0.1", memory: 32M }
        limits: { memory: 128M }
`

const global = `# A program that runs once on every node of the cluster, also on those that join
# later. Start it with \`kit up run.yml\`, change it, and \`kit apply -f run.yml\`.
services:
  agent:
    # What Docker runs. Without Docker, \`command\` runs as a process of each
    # machine.
    image: busybox
    command: [sh, -c, "while :; do uptime; sleep 30; done"]
    deploy:
      mode: global
      placement:
        # Such as node.labels.disk == ssd, after \`kit label node NAME disk=ssd\`.
        constraints: []
`

export const starterStacks: Readonly<Record<Starter, string>> = { web, worker, global }
