// Help of the groups that docker and swarmctl have.

import { type Help, nodes } from './help-entry.ts'

const names = 'A name may be shortened to any beginning that only one object has; ids work too.'
const filters = '--filter repeats: values of one key are alternatives, all keys must hold.'

function inspectAndRemove(group: string, name: string): Readonly<Record<string, Help>> {
  return {
    [`${group} inspect`]: {
      notes: [names],
      examples: [`kit ${group} inspect ${name}`, `kit ${group} inspect ${name} --format json`, `kit ${group} inspect ${name} -o yaml`],
      exit: 'plain',
    },
    [`${group} rm`]: {
      notes: [names],
      examples: [`kit ${group} rm ${name}`, `kit ${group} rm ${name} --detach`, `kit ${group} rm ${name} --timeout 1m`],
      exit: 'timed',
    },
  }
}

export const swarmHelp: Readonly<Record<string, Help>> = {
  service: {
    examples: ['kit service create --name web --publish 8080:80 nginx', 'kit service update web --replicas 6', 'kit service ps web'],
    exit: 'none',
  },
  'service create': {
    notes: [
      'What follows the image is passed to it. It prints the id of the service.',
      'Without an image, --args has to be what every node can run (process executor).',
    ],
    examples: [
      'kit service create --name redis --image redis:3.0.5',
      'kit service create --name web --replicas 3 -p 8080:80 -e MODE=fast nginx:1.27',
      'kit service create --name clock --mode global alpine sh -c "while sleep 1; do date; done"',
    ],
    exit: 'converging',
  },
  'service update': {
    notes: [names, 'What no flag names stays as it is. An empty text empties a field: --hostname "".'],
    examples: [
      'kit service update redis --replicas 6',
      'kit service update redis --image redis:3.0.7 --update-parallelism 2 --update-delay 10s',
      'kit service update web --env-add MODE=slow --publish-rm 80 --secret-rm old --secret-add new',
      'kit service update web --tty=false --force',
    ],
    exit: 'converging',
  },
  'service ls': {
    notes: [filters],
    examples: ['kit service ls', 'kit service ls -q', "kit service ls -f mode=global --format '{{.Name}} {{.Replicas}}'"],
    exit: 'plain',
  },
  'service ps': {
    notes: [names, filters],
    examples: ['kit service ps redis', 'kit service ps redis web', 'kit service ps redis -f desired-state=running -q'],
    exit: 'plain',
  },
  ...inspectAndRemove('service', 'redis'),
  'service scale': {
    notes: [names],
    examples: ['kit service scale redis=6', 'kit service scale redis=6 web=3', 'kit service scale redis=6 --detach'],
    exit: 'converging',
  },
  'service logs': {
    notes: [names],
    examples: ['kit service logs redis', 'kit service logs redis --tail 20 -f', 'kit service logs redis --since 10m --timestamps'],
    exit: 'plain',
  },
  'service rollback': {
    notes: [names],
    examples: ['kit service rollback redis', 'kit service rollback redis --detach', 'kit service rollback redis --timeout 2m'],
    exit: 'converging',
  },
  'node ls': {
    notes: [filters],
    examples: ['kit node ls', 'kit node ls -f role=worker -q', "kit node ls --format '{{.Hostname}} {{.Status}}'"],
    exit: 'plain',
  },
  'node ps': {
    notes: [names, nodes, filters],
    examples: ['kit node ps', 'kit node ps node-1', 'kit node ps -f desired-state=running'],
    exit: 'plain',
  },
  ...inspectAndRemove('node', 'node-1'),
  'node update': {
    notes: [names, nodes],
    examples: [
      'kit node update node-1 --label-add disk=ssd',
      'kit node update node-1 --label-rm disk',
      'kit node update node-1 --availability drain',
    ],
    exit: 'plain',
  },
  'node drain': {
    notes: [names, 'It waits until nothing runs there any more.'],
    examples: ['kit node drain node-1', 'kit node drain node-1 --detach', 'kit node drain node-1 --timeout 5m'],
    exit: 'timed',
  },
  'node pause': {
    notes: [names],
    examples: ['kit node pause node-1', 'kit node pause node-1 node-2', 'kit node pause self'],
    exit: 'plain',
  },
  'node activate': {
    notes: [names],
    examples: ['kit node activate node-1', 'kit node activate node-1 node-2', 'kit node activate self'],
    exit: 'plain',
  },
  'node promote': {
    notes: [names, nodes],
    examples: ['kit node promote node-2', 'kit node promote node-2 node-3', 'kit --context prod node promote node-2'],
    exit: 'plain',
  },
  'node demote': {
    notes: [names, nodes],
    examples: ['kit node demote node-2', 'kit node demote node-2 node-3', 'kit node demote node-2 --force'],
    exit: 'plain',
  },
  cluster: {
    examples: ['kit cluster inspect', 'kit cluster update --taskhistory 10', 'kit cluster backup kit-$(date +%F).backup'],
    exit: 'none',
  },
  'cluster ls': { examples: ['kit cluster ls', 'kit cluster ls -q', 'kit cluster ls --format json'], exit: 'plain' },
  'cluster inspect': {
    examples: ['kit cluster inspect', 'kit cluster inspect --format json', 'kit cluster inspect -o yaml'],
    exit: 'plain',
  },
  'cluster update': {
    examples: [
      'kit cluster update --taskhistory 10 --heartbeatperiod 10s',
      'kit cluster update --certexpiry 720h',
      'kit cluster update --external-ca protocol=cfssl,url=https://ca.example.com:8888/api/v1/cfssl/sign',
      'kit cluster update --autolock --rotate-unlock-key',
    ],
    exit: 'plain',
  },
  'cluster backup': {
    notes: [
      'It holds every secret and the key of the root. With autolock it is sealed with',
      'the present unlock key; without, keep it as secret as the disk of a manager.',
    ],
    examples: [
      'kit cluster backup kit.backup',
      'kit cluster backup kit-$(date +%F).backup',
      'kit --context prod cluster backup prod.backup',
    ],
    exit: 'plain',
  },
  'cluster restore': {
    notes: [
      'Needs no cluster. A sealed backup needs the unlock key that the cluster had',
      'then; it is asked for, or read from standard input.',
    ],
    examples: [
      'kit cluster restore kit.backup --state-dir /var/lib/kit',
      'pass kit/unlock-key | kit cluster restore kit.backup --state-dir /var/lib/kit',
      'kit cluster restore kit.backup --state-dir /var/lib/kit < /run/secrets/unlock-key',
    ],
    exit: 'plain',
  },
  'cluster unlock-key': {
    examples: ['kit cluster unlock-key', 'kit cluster unlock-key default', 'kit cluster unlock-key -q'],
    exit: 'plain',
  },
  swarm: {
    examples: ['kit swarm init --advertise-addr eth0', 'kit swarm join-token worker', 'kit swarm user add ann --role viewer'],
    exit: 'none',
  },
  'swarm init': {
    notes: [
      'It speaks with the kitd of this machine, which was started with --standby.',
      'The same command again changes nothing, and prints the command to join.',
    ],
    examples: [
      'kit swarm init',
      'kit swarm init --advertise-addr 192.168.1.10',
      'kit swarm init --advertise-addr eth1:2377 --cert-expiry 720h',
    ],
    exit: 'plain',
  },
  'swarm join': {
    notes: [
      'It speaks with the kitd of this machine, which was started with --standby.',
      'Workers do not listen: both addresses are kept for when it is a manager.',
    ],
    examples: [
      'kit swarm join --token SWMTKN-1-… 192.168.1.10:4242',
      'kit swarm join --token @token.txt manager.example.org',
      'kit swarm join --token @token.txt --availability drain 192.168.1.10:4242',
    ],
    exit: 'plain',
  },
  'swarm leave': {
    notes: [
      'Tasks here are stopped, and the managers are told. The data in volumes stays.',
      'A manager is demoted first, or needs --force:',
      'the others then keep it as one that does not answer.',
    ],
    examples: ['kit swarm leave', 'kit swarm leave --force', 'kit drain node-2 && ssh node-2 kit swarm leave'],
    exit: 'plain',
  },
  'swarm update': {
    examples: ['kit swarm update --cert-expiry 720h', 'kit swarm update --autolock', 'kit swarm update --autolock=false'],
    exit: 'plain',
  },
  'swarm join-token': {
    notes: ['Anyone with the token can join. --rotate makes the old one useless; nodes stay.'],
    examples: ['kit swarm join-token worker', 'kit swarm join-token worker -q', 'kit swarm join-token worker --rotate'],
    exit: 'plain',
  },
  'swarm unlock': {
    notes: ['The key is asked for, or read from standard input. A manager that was away when', 'it was changed needs the previous one.'],
    examples: ['kit swarm unlock', 'pass kit/unlock-key | kit swarm unlock', 'kit swarm unlock < /run/secrets/unlock-key'],
    exit: 'plain',
  },
  'swarm unlock-key': {
    notes: ['Nobody can start a manager without it: keep it where the cluster is not.'],
    examples: ['kit swarm unlock-key', 'kit swarm unlock-key -q', 'kit swarm unlock-key --rotate'],
    exit: 'plain',
  },
  'swarm user': { examples: ['kit swarm user add ann --role viewer', 'kit swarm user ls', 'kit swarm user renew ann'], exit: 'none' },
  'swarm user add': {
    notes: [
      'Viewers read; operators also change what runs, and run commands in tasks;',
      'admins do all.',
      'The file holds the key of the user, which the cluster never sees.',
    ],
    examples: [
      'kit swarm user add ann --role viewer',
      'kit swarm user add bob --role admin --file bob.yaml',
      'kit swarm user add ci --role operator --expiry 30d --file - | ssh build kit ctx add -',
    ],
    exit: 'timed',
  },
  'swarm user renew': {
    examples: [
      'kit swarm user renew ann',
      'kit swarm user renew ann --server 10.0.0.1:6443',
      'kit swarm user renew ann --role operator --expiry 30d',
    ],
    exit: 'timed',
  },
  'swarm user ls': {
    notes: [filters],
    examples: ['kit swarm user ls', 'kit swarm user ls -q', 'kit swarm user ls --filter role=admin'],
    exit: 'plain',
  },
  'swarm user rm': {
    examples: ['kit swarm user rm ann', 'kit swarm user rm ann ci', 'kit --context prod swarm user rm ann'],
    exit: 'plain',
  },
  'swarm ca': {
    notes: [
      'A rotation waits for every node, and says for which: one that is gone for good',
      'has to be removed (kit node rm). What runs and what is connected is not touched',
      'by it.',
    ],
    examples: [
      'kit swarm ca',
      'kit swarm ca --rotate',
      'kit swarm ca --rotate --ca-cert root.pem --ca-key root-key.pem',
      'kit swarm ca --rotate --ca-cert root.pem --external-ca protocol=cfssl,url=https://ca.example.com:8888/api/v1/cfssl/sign',
    ],
    exit: 'timed',
  },
  task: { examples: ['kit task ls', 'kit task ls -a -f service=redis', 'kit task inspect redis.1'], exit: 'none' },
  'task ls': { notes: [filters], examples: ['kit task ls', 'kit task ls -a -f service=redis', 'kit task ls -q'], exit: 'plain' },
  'task inspect': {
    notes: [names],
    examples: ['kit task inspect redis.1', 'kit task inspect redis.1 --format json', 'kit task inspect redis.1 -o yaml'],
    exit: 'plain',
  },
  stack: { examples: ['kit stack deploy -c compose.yml shop', 'kit stack services shop', 'kit stack rm shop'], exit: 'none' },
  'stack deploy': {
    notes: [
      'As kit apply -f compose.yml --name shop: what the file no longer has is removed,',
      'and a field that somebody else has changed is a conflict.',
    ],
    examples: [
      'kit stack deploy -c compose.yml shop',
      'kit stack deploy -c compose.yml shop --detach',
      'kit stack deploy -c - shop < compose.yml',
    ],
    exit: 'converging',
  },
  'stack ls': { examples: ['kit stack ls', 'kit stack ls -q', "kit stack ls --format '{{.Name}}'"], exit: 'plain' },
  'stack ps': {
    notes: [names, filters],
    examples: ['kit stack ps shop', 'kit stack ps shop -q', 'kit stack ps shop -f desired-state=running'],
    exit: 'plain',
  },
  'stack services': {
    notes: [names, filters],
    examples: ['kit stack services shop', 'kit stack services shop -q', 'kit stack services shop -f mode=global'],
    exit: 'plain',
  },
  'stack rm': { notes: [names], examples: ['kit stack rm shop', 'kit stack rm shop blog', 'kit stack rm shop --detach'], exit: 'timed' },
  network: { examples: ['kit network create front', 'kit network ls', 'kit network inspect front'], exit: 'none' },
  'network create': {
    examples: [
      'kit network create front',
      'kit network create --internal back',
      'kit network create -d overlay --subnet 10.0.9.0/24 --attachable inner',
    ],
    exit: 'plain',
  },
  'network ls': { notes: [filters], examples: ['kit network ls', 'kit network ls -q', 'kit network ls -f driver=overlay'], exit: 'plain' },
  ...inspectAndRemove('network', 'front'),
  volume: { examples: ['kit volume create data', 'kit volume ls', 'kit volume inspect data'], exit: 'none' },
  'volume create': {
    examples: [
      'kit volume create data',
      'kit volume create data -l app=shop',
      'kit volume create -d local -o type=tmpfs -l app=shop scratch',
    ],
    exit: 'plain',
  },
  'volume ls': { notes: [filters], examples: ['kit volume ls', 'kit volume ls -q', 'kit volume ls --format json'], exit: 'plain' },
  ...inspectAndRemove('volume', 'data'),
}
