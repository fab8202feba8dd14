// Help of the groups that docker and swarmctl have.

import type { Help } from './help-entry.ts'

const names = 'A name may be shortened to any beginning that only one object has; ids work too.'
const nodes = 'A node may be named by its host name.'
const filters = '--filter repeats: values of one key are alternatives, all keys must hold.'

function entry(exit: Help['exit'], examples: Help['examples'], ...notes: readonly string[]): Help {
  return { examples, exit, ...(notes.length === 0 ? {} : { notes }) }
}

function simple(group: string, name: string): Readonly<Record<string, Help>> {
  return {
    [`${group} inspect`]: entry(
      'plain',
      [`kit ${group} inspect ${name}`, `kit ${group} inspect ${name} --format json`, `kit ${group} inspect ${name} -o yaml`],
      names,
    ),
    [`${group} rm`]: entry(
      'timed',
      [`kit ${group} rm ${name}`, `kit ${group} rm ${name} --detach`, `kit ${group} rm ${name} --timeout 1m`],
      names,
    ),
  }
}

export const swarmHelp: Readonly<Record<string, Help>> = {
  service: entry('none', [
    'kit service create --name web --publish 8080:80 nginx',
    'kit service update web --replicas 6',
    'kit service ps web',
  ]),
  'service create': entry(
    'converging',
    [
      'kit service create --name redis --image redis:3.0.5',
      'kit service create --name web --replicas 3 -p 8080:80 -e MODE=fast nginx:1.27',
      'kit service create --name clock --mode global alpine sh -c "while sleep 1; do date; done"',
    ],
    'What follows the image is passed to it. It prints the id of the service.',
    'Without an image, --args has to be what every node can run (process executor).',
  ),
  'service update': entry(
    'converging',
    [
      'kit service update redis --replicas 6',
      'kit service update redis --image redis:3.0.7 --update-parallelism 2 --update-delay 10s',
      'kit service update web --env-add MODE=slow --publish-rm 80 --secret-rm old --secret-add new',
      'kit service update web --tty=false --force',
    ],
    names,
    'What no flag names stays as it is. An empty text empties a field: --hostname "".',
  ),
  'service ls': entry(
    'plain',
    ['kit service ls', 'kit service ls -q', "kit service ls -f mode=global --format '{{.Name}} {{.Replicas}}'"],
    filters,
  ),
  'service ps': entry(
    'plain',
    ['kit service ps redis', 'kit service ps redis web', 'kit service ps redis -f desired-state=running -q'],
    names,
    filters,
  ),
  ...simple('service', 'redis'),
  'service scale': entry(
    'converging',
    ['kit service scale redis=6', 'kit service scale redis=6 web=3', 'kit service scale redis=6 --detach'],
    names,
  ),
  'service logs': entry(
    'plain',
    ['kit service logs redis', 'kit service logs redis --tail 20 -f', 'kit service logs redis --since 10m --timestamps'],
    names,
  ),
  'service rollback': entry(
    'converging',
    ['kit service rollback redis', 'kit service rollback redis --detach', 'kit service rollback redis --timeout 2m'],
    names,
  ),
  'node ls': entry('plain', ['kit node ls', 'kit node ls -f role=worker -q', "kit node ls --format '{{.Hostname}} {{.Status}}'"], filters),
  'node ps': entry('plain', ['kit node ps', 'kit node ps node-1', 'kit node ps -f desired-state=running'], names, nodes, filters),
  ...simple('node', 'node-1'),
  'node update': entry(
    'plain',
    [
      'kit node update node-1 --label-add disk=ssd',
      'kit node update node-1 --label-rm disk',
      'kit node update node-1 --availability drain',
    ],
    names,
    nodes,
  ),
  'node drain': entry(
    'timed',
    ['kit node drain node-1', 'kit node drain node-1 --detach', 'kit node drain node-1 --timeout 5m'],
    names,
    'It waits until nothing runs there any more.',
  ),
  'node pause': entry('plain', ['kit node pause node-1', 'kit node pause node-1 node-2', 'kit node pause self'], names),
  'node activate': entry('plain', ['kit node activate node-1', 'kit node activate node-1 node-2', 'kit node activate self'], names),
  'node promote': entry(
    'plain',
    ['kit node promote node-2', 'kit node promote node-2 node-3', 'kit --context prod node promote node-2'],
    names,
    nodes,
  ),
  'node demote': entry(
    'plain',
    ['kit node demote node-2', 'kit node demote node-2 node-3', 'kit node demote node-2 --force'],
    names,
    nodes,
  ),
  cluster: entry('none', [
    'kit cluster inspect default',
    'kit cluster update default --taskhistory 10',
    'kit cluster backup kit-$(date +%F).backup',
  ]),
  'cluster ls': entry('plain', ['kit cluster ls', 'kit cluster ls -q', 'kit cluster ls --format json']),
  'cluster inspect': entry('plain', [
    'kit cluster inspect default',
    'kit cluster inspect default --format json',
    'kit cluster inspect default -o yaml',
  ]),
  'cluster update': entry('plain', [
    'kit cluster update default --taskhistory 10 --heartbeatperiod 10s',
    'kit cluster update default --certexpiry 720h',
    'kit cluster update default --external-ca protocol=cfssl,url=https://ca.example.com:8888/api/v1/cfssl/sign',
    'kit cluster update default --autolock --rotate-unlock-key',
  ]),
  'cluster backup': entry(
    'plain',
    ['kit cluster backup kit.backup', 'kit cluster backup kit-$(date +%F).backup', 'kit --context prod cluster backup prod.backup'],
    'It holds every secret and the key of the root. With autolock it is sealed with',
    'the unlock key of now; without, keep it as secret as the disk of a manager.',
  ),
  'cluster restore': entry(
    'plain',
    [
      'kit cluster restore kit.backup --state-dir /var/lib/kit',
      'pass kit/unlock-key | kit cluster restore kit.backup --state-dir /var/lib/kit',
      'kit cluster restore kit.backup --state-dir /var/lib/kit < /run/secrets/unlock-key',
    ],
    'Needs no cluster. A sealed backup needs the unlock key that the cluster had',
    'then; it is asked for, or read from standard input.',
  ),
  'cluster unlock-key': entry('plain', ['kit cluster unlock-key', 'kit cluster unlock-key default', 'kit cluster unlock-key -q']),
  swarm: entry('none', ['kit swarm init --advertise-addr eth0', 'kit swarm join-token worker', 'kit swarm user add ann --role viewer']),
  'swarm init': entry(
    'plain',
    ['kit swarm init', 'kit swarm init --advertise-addr 192.168.1.10', 'kit swarm init --advertise-addr eth1:2377 --cert-expiry 720h'],
    'It speaks with the kitd of this machine, which was started with --standby.',
    'The same command again changes nothing, and prints the command to join.',
  ),
  'swarm join': entry(
    'plain',
    [
      'kit swarm join --token SWMTKN-1-… 192.168.1.10:4242',
      'kit swarm join --token @token.txt manager.example.org',
      'kit swarm join --token @token.txt --availability drain 192.168.1.10:4242',
    ],
    'It speaks with the kitd of this machine, which was started with --standby.',
    'Workers do not listen: both addresses are kept for when it is a manager.',
  ),
  'swarm leave': entry(
    'plain',
    ['kit swarm leave', 'kit swarm leave --force', 'kit drain node-2 && ssh node-2 kit swarm leave'],
    'Tasks here are stopped, and the managers are told. The data in volumes stays.',
    'A manager is demoted first, or needs --force:',
    'the others then keep it as one that does not answer.',
  ),
  'swarm update': entry('plain', [
    'kit swarm update --cert-expiry 720h',
    'kit swarm update --autolock',
    'kit swarm update --autolock=false',
  ]),
  'swarm join-token': entry(
    'plain',
    ['kit swarm join-token worker', 'kit swarm join-token worker -q', 'kit swarm join-token worker --rotate'],
    'Whoever has the token can join. A new one keeps out who has the old; nodes stay.',
  ),
  'swarm unlock': entry(
    'plain',
    ['kit swarm unlock', 'pass kit/unlock-key | kit swarm unlock', 'kit swarm unlock < /run/secrets/unlock-key'],
    'The key is asked for, or read from standard input. One of a manager that was',
    'away when it was changed is the one from before.',
  ),
  'swarm unlock-key': entry(
    'plain',
    ['kit swarm unlock-key', 'kit swarm unlock-key -q', 'kit swarm unlock-key --rotate'],
    'Nobody can start a manager without it: keep it where the cluster is not.',
  ),
  'swarm user': entry('none', ['kit swarm user add ann --role viewer', 'kit swarm user ls', 'kit swarm user renew ann']),
  'swarm user add': entry(
    'timed',
    [
      'kit swarm user add ann --role viewer',
      'kit swarm user add bob --role admin --file bob.yaml',
      'kit swarm user add ci --role operator --expiry 30d --file - | ssh build kit ctx add -',
    ],
    'Viewers read; operators also change what runs, and run commands in tasks;\nadmins do all.',
    'The file holds the key of the user, which the cluster never sees.',
  ),
  'swarm user renew': entry('timed', [
    'kit swarm user renew ann',
    'kit swarm user renew ann --server 10.0.0.1:6443',
    'kit swarm user renew ann --role operator --expiry 30d',
  ]),
  'swarm user ls': entry('plain', ['kit swarm user ls', 'kit swarm user ls -q', 'kit swarm user ls --filter role=admin'], filters),
  'swarm user rm': entry('plain', ['kit swarm user rm ann', 'kit swarm user rm ann ci', 'kit --context prod swarm user rm ann']),
  'swarm ca': entry(
    'timed',
    [
      'kit swarm ca',
      'kit swarm ca --rotate',
      'kit swarm ca --rotate --ca-cert root.pem --ca-key root-key.pem',
      'kit swarm ca --rotate --ca-cert root.pem --external-ca protocol=cfssl,url=https://ca.example.com:8888/api/v1/cfssl/sign',
    ],
    'A rotation waits for every node, and says for which: one that is gone for good',
    'has to be removed (kit node rm). What runs and what is connected is not touched',
    'by it.',
  ),
  task: entry('none', ['kit task ls', 'kit task ls -a -f service=redis', 'kit task inspect redis.1']),
  'task ls': entry('plain', ['kit task ls', 'kit task ls -a -f service=redis', 'kit task ls -q'], filters),
  'task inspect': entry(
    'plain',
    ['kit task inspect redis.1', 'kit task inspect redis.1 --format json', 'kit task inspect redis.1 -o yaml'],
    names,
  ),
  stack: entry('none', ['kit stack deploy -c compose.yml shop', 'kit stack services shop', 'kit stack rm shop']),
  'stack deploy': entry(
    'converging',
    ['kit stack deploy -c compose.yml shop', 'kit stack deploy -c compose.yml shop --detach', 'kit stack deploy -c - shop < compose.yml'],
    'As kit apply -f compose.yml --name shop: what the file no longer has is removed,',
    'and a field that somebody else has changed is a conflict.',
  ),
  'stack ls': entry('plain', ['kit stack ls', 'kit stack ls -q', "kit stack ls --format '{{.Name}}'"]),
  'stack ps': entry('plain', ['kit stack ps shop', 'kit stack ps shop -q', 'kit stack ps shop -f desired-state=running'], names, filters),
  'stack services': entry(
    'plain',
    ['kit stack services shop', 'kit stack services shop -q', 'kit stack services shop -f mode=global'],
    names,
    filters,
  ),
  'stack rm': entry('timed', ['kit stack rm shop', 'kit stack rm shop blog', 'kit stack rm shop --detach'], names),
  network: entry('none', ['kit network create front', 'kit network ls', 'kit network inspect front']),
  'network create': entry('plain', [
    'kit network create front',
    'kit network create --internal back',
    'kit network create -d overlay --subnet 10.0.9.0/24 --attachable inner',
  ]),
  'network ls': entry('plain', ['kit network ls', 'kit network ls -q', 'kit network ls -f driver=overlay'], filters),
  ...simple('network', 'front'),
  volume: entry('none', ['kit volume create data', 'kit volume ls', 'kit volume inspect data']),
  'volume create': entry('plain', [
    'kit volume create data',
    'kit volume create data -l app=shop',
    'kit volume create -d local -o type=tmpfs -l app=shop scratch',
  ]),
  'volume ls': entry('plain', ['kit volume ls', 'kit volume ls -q', 'kit volume ls --format json'], filters),
  ...simple('volume', 'data'),
}
