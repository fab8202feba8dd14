// Stack files of other people, unmodified, as containers of a real engine; looked at with the real docker
// client. Their images are stand-ins, made here under the names that the files use: a busybox that stays up, answers on
// the ports and has the programs that their health checks call.

import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { findEngine } from '../agent/docker/testdata/engine.ts'
import { Cluster, eventually, projectRoot, type TaskObject } from './cluster.ts'
import { findDockerClient, type Inspected, inspect } from './docker-client.ts'

const engine = await findEngine()
const docker = engine === undefined ? undefined : await findDockerClient(engine.host)
if (engine !== undefined && docker !== undefined) {
  const stacks = join(projectRoot, 'e2e/testdata/stacks')
  const environment = {
    BACKEND_IMAGE: 'atlas/backend:1',
    FRONTEND_IMAGE: 'atlas/frontend:1',
    PRODUCTION_DATABASE_URL: 'postgres://atlas@db/atlas',
    OPENCTI_VERSION: '6',
    OPENCTI_PORT: '18080',
    ELASTIC_MEMORY_SIZE: '1G',
  }
  const cluster = new Cluster({ DOCKER_HOST: engine.host, ...environment })
  const images = [
    ...new Set(
      readdirSync(stacks)
        .filter((name) => name.endsWith('.yml'))
        .flatMap(imagesOf),
    ),
  ]

  /** Names of images as a file has them, variables put in. */
  function imagesOf(name: string): readonly string[] {
    return Array.from(readFileSync(join(stacks, name), 'utf8').matchAll(/^\s+image:\s*(\S+)/gm), ([, image = '']) =>
      image.replace(/\$\{(\w+)\}/g, (_, variable: string) => String(Reflect.get(environment, variable))),
    )
  }

  const programs: Readonly<Record<string, string>> = {
    // Ends at once when it is told to, as well-behaved images do.
    'bin/stand-in': [
      'for port in 80 3000 3001 8080 9000 9200; do httpd -p $port -h /www; done',
      "trap 'exit 0' TERM",
      'while :; do sleep 0.2; done',
    ].join('\n'),
    'bin/curl': 'for url; do :; done; exec wget -q -O - "$url"',
    'bin/openssl': 'while [ "$1" != -out ]; do shift; done; echo a key > "$2"',
    'bin/pg_isready': 'exit 0',
    'bin/redis-cli': 'exit 0',
    'bin/rabbitmq-diagnostics': 'exit 0',
    // Sealed, as a new one is.
    'bin/vault': 'exit 2',
  }

  /** One image, with all their names. */
  async function makeStandIns(): Promise<void> {
    assert.ok(engine !== undefined && docker !== undefined)
    const root = mkdtempSync(join(tmpdir(), 'kit-stand-in-'))
    const file = (path: string, text: string): void => {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text, { mode: 0o755 })
    }
    for (const [path, script] of Object.entries(programs)) file(path, `#!/bin/sh\n${script}\n`)
    file('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n')
    for (const path of ['index.html', 'health', 'minio/health/live', '_cluster/health']) file(`www/${path}`, 'all is well\n')
    for (const name of ['ash', 'tail', 'mkdir', 'seq']) symlinkSync('busybox', join(root, 'bin', name))
    const container = (await docker('create', engine.image, 'true')).trim()
    await docker('cp', `${root}/.`, `${container}:/`)
    const made = (await docker('commit', '-c', 'ENTRYPOINT ["/bin/stand-in"]', '-c', 'CMD []', container)).trim()
    for (const image of images) await docker('tag', made, image)
    await docker('rm', container)
    rmSync(root, { recursive: true })
  }

  /** The containers of a service, as `docker inspect` has them. */
  const containersOf = async (service: string, ...options: readonly string[]): Promise<readonly Inspected[]> => {
    const ids = await docker('ps', '-q', ...options, '--filter', `label=kit/service=${service}`)
    return inspect(docker, ids.split('\n').filter(Boolean))
  }
  const containerOf = async (service: string): Promise<Inspected> => {
    const [only, ...others] = await containersOf(service)
    assert.ok(only !== undefined && others.length === 0, `${service} has ${others.length} more or no container`)
    return only
  }
  /** Name in the file → names in it, without the container's own. */
  const aliases = ({ Id, NetworkSettings }: Inspected): Readonly<Record<string, readonly string[]>> =>
    Object.fromEntries(
      Object.entries(NetworkSettings.Networks).map(([name, { Aliases }]) => [
        name.replace(/\.[^.]*$/, ''),
        (Aliases ?? []).filter((alias) => !Id.startsWith(alias)).toSorted(),
      ]),
    )
  const env = ({ Config }: Inspected): readonly string[] => (Config.Env ?? []).filter((entry) => !entry.startsWith('PATH=')).toSorted()
  const volumes = ({ Mounts }: Inspected): readonly string[] =>
    Mounts.filter(({ Type }) => Type === 'volume')
      .map(({ Name, Destination, RW }) => `${Name}:${Destination}${RW ? '' : ':ro'}`)
      .toSorted()
  const within = (container: Inspected, ...command: readonly string[]): Promise<string> => docker('exec', container.Id, ...command)

  /** Copies the file beside the ones that it refers to. */
  const file = (name: string, others: Readonly<Record<string, string>> = {}): string => {
    for (const [path, text] of Object.entries(others)) cluster.file(`${name}/${path}`, text)
    const path = cluster.file(`${name}/${name}.yml`, '')
    copyFileSync(join(stacks, `${name}.yml`), path)
    return path
  }
  /** Deletes the stack and its volumes; nothing of it is left in the engine. */
  const remove = async (stack: string, services: readonly string[], named: readonly string[] = []): Promise<void> => {
    await cluster.kit('delete', 'stack', stack)
    await eventually(async () => {
      for (const service of services) assert.equal(await docker('ps', '-aq', '--filter', `label=kit/service=${stack}_${service}`), '')
      const [node] = (await cluster.json<{ readonly items: readonly TaskObject[] }>('nodes')).items
      assert.equal(
        await docker('network', 'ls', '-q', '--filter', `name=^${stack}_`, '--filter', `label=kit/node=${node?.metadata.name}`),
        '',
      )
    })
    for (const volume of named) await docker('volume', 'rm', volume)
    assert.equal(await docker('volume', 'ls', '-q', '--filter', `name=^${stack}_`), '')
  }

  before(async () => {
    await makeStandIns()
    await cluster.kit('up', '--executor', 'docker')
    // Its health checks come every 30 s: it gets healthy while the others are looked at.
    await cluster.kit('apply', '--no-wait', '-f', file('opencti', { 'rabbitmq.conf': 'listeners.tcp.default = 5672\n' }))
  })
  after(async () => {
    await cluster.remove()
    await docker('rmi', '--no-prune', ...images)
  })

  test('voting-app: two networks apart, a volume, replicas', async () => {
    await cluster.kit('apply', '-f', file('voting-app'))
    const db = await containerOf('voting-app_db')
    assert.deepEqual(env(db), ['POSTGRES_PASSWORD=postgres', 'POSTGRES_USER=postgres'])
    assert.deepEqual(volumes(db), ['voting-app_db-data:/var/lib/postgresql/data'])
    assert.deepEqual(aliases(db), { 'voting-app_backend': ['db', 'voting-app_db'] })
    assert.equal(db.Config.Image, 'postgres:15-alpine')
    const workers = await containersOf('voting-app_worker')
    assert.equal(workers.length, 2)
    for (const worker of workers) {
      const names = ['voting-app_worker', 'worker']
      assert.deepEqual(aliases(worker), { 'voting-app_backend': names, 'voting-app_frontend': names })
      assert.match(await within(worker, 'wget', '-qO-', 'http://result'), /all is well/)
      assert.match(await within(worker, 'wget', '-qO-', 'http://vote'), /all is well/)
    }
    const [vote] = await containersOf('voting-app_vote')
    assert.ok(vote !== undefined)
    assert.deepEqual(Object.keys(vote.Config.ExposedPorts ?? {}), ['80/tcp'])
    assert.match(await within(vote, 'wget', '-qO-', 'http://worker'), /all is well/)
    await assert.rejects(within(vote, 'wget', '-qO-', 'http://db'), /bad address/)
    await remove('voting-app', ['db', 'redis', 'vote', 'result', 'worker'], ['voting-app_db-data'])
  })

  test('mastery-voting-answer: health checks that are configs with a mode', async () => {
    const healthy = '#!/bin/sh\necho fine\n'
    await cluster.kit('apply', '-f', file('mastery-voting-answer', { 'redis-healthcheck': healthy, 'postgres-healthcheck': healthy }))
    const redis = await containerOf('mastery-voting-answer_redis')
    assert.equal(await within(redis, 'cat', '/usr/local/bin/redis-healthcheck'), healthy)
    assert.equal((await within(redis, 'stat', '-c', '%a', '/usr/local/bin/redis-healthcheck')).trim(), '555')
    const tasks = await Promise.all(['redis', 'db', 'vote'].map((name) => cluster.tasks(`mastery-voting-answer_${name}`)))
    assert.deepEqual(
      tasks.flat().map(({ status }) => Reflect.get(status, 'health')),
      ['Healthy', 'Healthy', 'Healthy'],
    )
    const services = ['redis', 'db', 'vote', 'result', 'worker']
    await remove('mastery-voting-answer', services, ['mastery-voting-answer_db-data'])
  })

  test('docker-elk: files at their places, variables with dots and underscores at their ends', async () => {
    const pipeline = 'input { tcp { port => 5000 } }\n'
    const configs = {
      'elasticsearch/config/elasticsearch.yml': 'cluster.name: docker-cluster\n',
      'logstash/config/logstash.yml': 'http.host: 0.0.0.0\n',
      'logstash/pipeline/logstash.conf': pipeline,
      'kibana/config/kibana.yml': 'server.name: kibana\n',
    }
    await cluster.kit('apply', '-f', file('docker-elk', configs))
    const elasticsearch = await containerOf('docker-elk_elasticsearch')
    assert.deepEqual(env(elasticsearch), [
      'ELASTIC_PASSWORD=changeme',
      'ES_JAVA_OPTS=-Xmx256m -Xms256m',
      'discovery.type=single-node',
      'network.publish_host=_eth0_',
    ])
    const logstash = await containerOf('docker-elk_logstash')
    assert.deepEqual(logstash.Mounts.map(({ Destination, RW }) => `${Destination} ${RW}`).toSorted(), [
      '/usr/share/logstash/config/logstash.yml false',
      '/usr/share/logstash/pipeline/logstash.conf false',
    ])
    assert.equal(await within(logstash, 'cat', '/usr/share/logstash/pipeline/logstash.conf'), pipeline)
    assert.deepEqual(Object.keys(logstash.Config.ExposedPorts ?? {}).toSorted(), ['5000/tcp', '5044/tcp', '9600/tcp'])
    await remove('docker-elk', ['elasticsearch', 'logstash', 'kibana'])
  })

  /** Applies it, and returns what is said about keys that kit does not act on. */
  const applyAloud = async (path: string, ...options: readonly string[]): Promise<readonly string[]> => {
    const { code, out, err } = await cluster.run(['apply', ...options, '-f', path])
    assert.equal(code, 0, out + err)
    const [, ...lines] = /^warning: kit does not act on everything in [^\n]*((?:\n {2}[^\n]+)*)/m.exec(err)?.[1]?.split('\n  ') ?? []
    return lines
  }

  test('dococd-openbao: a file of docker compose, whose dependencies wait for health', async () => {
    // The port that kit chooses may be another program's on this machine: that the tasks are healthy is enough.
    const said = await applyAloud(file('dococd-openbao'), '--no-wait')
    assert.deepEqual(said, ['depends_on (vault): services start together, and restart until what they need is there'])
    await eventually(async () => {
      const tasks = [...(await cluster.tasks('openbao-dev_vault')), ...(await cluster.tasks('openbao-dev_db'))]
      assert.deepEqual(
        tasks.map(({ status }) => Reflect.get(status, 'health')),
        ['Healthy', 'Healthy'],
      )
    })
    const vault = await containerOf('openbao-dev_vault')
    assert.deepEqual([vault.Config.User, vault.Config.Cmd], ['root', ['server', '-config=/openbao/config/bao.conf']])
    assert.match(await within(vault, 'cat', '/openbao/config/bao.conf'), /openbao_kv_store/)
    assert.match(await within(vault, 'wget', '-qO-', 'http://db'), /all is well/)
    await remove('openbao-dev', ['db', 'vault'], ['openbao-dev_pg_data', 'openbao-dev_bao_init'])
  })

  test('storm-es: links and names of containers are the names of services anyway', async () => {
    const configs = {
      'elasticsearch/config/elasticsearch.yml': 'cluster.name: docker-cluster\n',
      'logstash/config/logstash.yml': 'http.host: 0.0.0.0\n',
      'logstash/pipeline/logstash.conf': 'input {}\n',
      'kibana/config/kibana.yml': 'server.name: kibana\n',
    }
    const said = await applyAloud(file('storm-es', configs))
    assert.deepEqual(
      said.map((line) => line.slice(0, line.indexOf(':'))),
      ['container_name (nimbus, supervisor, ui, zookeeper)', 'depends_on (nimbus, supervisor, ui)', 'links (nimbus, supervisor, ui)'],
    )
    const ui = await containerOf('storm-es_ui')
    for (const name of ['nimbus', 'supervisor', 'zookeeper', 'elasticsearch'])
      assert.match(await within(ui, 'wget', '-qO-', `http://${name}`), /all is well/)
    await remove('storm-es', ['zookeeper', 'nimbus', 'supervisor', 'ui', 'elasticsearch', 'logstash', 'kibana'])
  })

  test('mastery-voting-313: the newest version of the format, two ports for one target', async () => {
    // The visualizer wants a socket that the machine may not have, and nobody waits for that.
    const said = await applyAloud(file('mastery-voting-313'), '--no-wait')
    assert.deepEqual(said, ['depends_on (result, vote, worker): services start together, and restart until what they need is there'])
    for (const service of ['redis', 'db', 'vote', 'result', 'worker'])
      await cluster.kit('wait', `service/mastery-voting-313_${service}`, '--timeout', '1m')
    const worker = await containerOf('mastery-voting-313_worker')
    for (const name of ['db', 'redis', 'vote', 'result'])
      assert.match(await within(worker, 'wget', '-qO-', `http://${name}`), /all is well/)
    assert.equal((await containersOf('mastery-voting-313_vote')).length, 2)
    await remove('mastery-voting-313', ['redis', 'db', 'vote', 'result', 'worker', 'visualizer'], ['mastery-voting-313_db-data'])
  })

  test('uncloud-configs-inline: content in the file, owner and mode, a directory that the image lacks', async () => {
    await cluster.kit('apply', '-f', file('uncloud-configs-inline', { 'configs/test-config.conf': 'from a file\n' }))
    const web = await containerOf('uncloud-configs-inline_web')
    assert.deepEqual(web.Config.Cmd, ['sleep', '600'])
    const look = (path: string): Promise<string> => within(web, 'stat', '-c', '%a %u %g', path)
    assert.equal(await look('/etc/config-from-file.conf'), '644 0 0\n')
    assert.equal(await look('/etc/config-inline.conf'), '600 1000 1000\n')
    assert.equal(await within(web, 'cat', '/etc/config-inline.conf'), 'this is inline config\n')
    assert.equal(await within(web, 'cat', '/etc/new-dir/config-from-file.conf'), 'from a file\n')
    await remove('uncloud-configs-inline', ['web'])
  })

  test('uncloud-named-project: the name in the file, a volume of another name, one of somebody else', async () => {
    const path = file('uncloud-named-project')
    await cluster.kit('apply', '-f', path)
    const ones = await containersOf('my-name_test-compose-volumes-service1')
    assert.equal(ones.length, 3)
    for (const one of ones) {
      assert.deepEqual(volumes(one), ['my-name_test-compose-volumes-data1:/data1'])
      assert.deepEqual(
        one.Mounts.filter(({ Type }) => Type === 'bind').map(({ Source, Destination, RW }) => [Source, Destination, RW]),
        [['/etc/passwd', '/host/etc/passwd', false]],
      )
      assert.deepEqual(aliases(one), { 'my-name_default': ['my-name_test-compose-volumes-service1', 'test-compose-volumes-service1'] })
    }
    for (const two of await containersOf('my-name_test-compose-volumes-service2'))
      assert.deepEqual(volumes(two), ['test-compose-volumes-data2:/data2/long/syntax'])
    const three = await containerOf('my-name_test-compose-volumes-service3')
    assert.deepEqual(volumes(three), ['test-compose-volumes-data2:/data2', 'test-compose-volumes-external:/external:ro'])
    const services = [1, 2, 3].map((number) => `test-compose-volumes-service${number}`)
    const named = ['my-name_test-compose-volumes-data1', 'test-compose-volumes-data2', 'test-compose-volumes-external']
    await remove('my-name', services, named)
  })

  test('resilienceatlas: limits and reservations of memory, variables of the caller, health by HTTP', async () => {
    // Converged means that all stayed up for the minute that the file says; here being healthy is enough.
    await cluster.kit('apply', '--no-wait', '-f', file('resilienceatlas'))
    await eventually(async () => {
      const tasks = [...(await cluster.tasks('resilienceatlas_backend')), ...(await cluster.tasks('resilienceatlas_frontend'))]
      assert.deepEqual(
        tasks.map(({ status }) => [status.state, Reflect.get(status, 'health')]),
        Array.from({ length: 4 }, () => ['Running', 'Healthy']),
      )
    })
    const backends = await containersOf('resilienceatlas_backend')
    assert.equal(backends.length, 2)
    for (const backend of backends) {
      const { Memory, MemoryReservation } = backend.HostConfig
      assert.deepEqual([Memory, MemoryReservation], [1024 * 2 ** 20, 512 * 2 ** 20])
      assert.ok(env(backend).includes('DATABASE_URL=postgres://atlas@db/atlas'))
      assert.ok(env(backend).includes('DEVISE_KEY='))
      assert.deepEqual(volumes(backend), [
        'resilienceatlas_production_backend_public_storage:/app/public/storage',
        'resilienceatlas_production_backend_storage:/app/storage',
      ])
      assert.equal(backend.Config.Image, environment.BACKEND_IMAGE)
    }
    const named = ['resilienceatlas_production_backend_public_storage', 'resilienceatlas_production_backend_storage']
    await remove('resilienceatlas', ['backend', 'frontend'], named)
  })

  test('atsea: secrets of somebody else are missed by name, and services for workers say why they are nowhere', async () => {
    const path = file('atsea')
    const said = await cluster.fails(2, 'apply', '-f', path)
    const secrets = ['postgres_password', 'staging_token', 'revprox_key', 'revprox_cert']
    for (const secret of secrets) assert.match(said, new RegExp(`there is no secret ${secret} in the cluster`))
    for (const secret of secrets) await cluster.kit('secret', 'create', secret, cluster.file(secret, `the ${secret}`))
    // The visualizer wants a socket that the machine may not have, and nobody waits for that.
    await cluster.kit('apply', '--no-wait', '-f', path)
    const [waiting] = await eventually(async () => {
      const tasks = await cluster.tasks('atsea_database')
      assert.equal(tasks[0]?.status.state, 'Pending')
      return tasks
    })
    assert.match(await cluster.kit('explain', `task/${waiting?.metadata.name}`), /node\.role == worker/)
    await eventually(async () => assert.equal((await cluster.tasks('atsea_reverse_proxy'))[0]?.status.state, 'Running'))
    const proxy = await containerOf('atsea_reverse_proxy')
    assert.equal(await within(proxy, 'cat', '/run/secrets/revprox_cert'), 'the revprox_cert')
    await remove('atsea', ['reverse_proxy', 'database', 'appserver', 'visualizer', 'payment_gateway'])
  })

  test('dogvscat-ghost: a volume driver that no node has is the reason that is given', async () => {
    await cluster.kit('apply', '-f', cluster.file('proxy.yml', 'apiVersion: kit/v1\nkind: Network\nmetadata: {name: proxy}\nspec: {}\n'))
    const said = await cluster.fails(3, 'apply', '-f', file('dogvscat-ghost', { 'secret-ghost-db': 'boo' }))
    const [, task = ''] = /next: kit explain (task\/\S+)/.exec(said) ?? []
    assert.match(await cluster.kit('explain', task), /rexray\/dobs/)
    const ghost = await containerOf('dogvscat-ghost_ghost')
    assert.deepEqual(aliases(ghost), {
      'dogvscat-ghost_ghost': ['dogvscat-ghost_ghost', 'ghost'],
      proxy: ['dogvscat-ghost_ghost', 'ghost'],
    })
    await remove('dogvscat-ghost', ['ghost', 'db', 'db-backup'])
  })

  test('opencti: user, limits of processes, entrypoint, a volume shared read-only, eighteen services', async () => {
    const services = readFileSync(join(stacks, 'opencti.yml'), 'utf8')
    const names = Array.from(
      services.slice(services.indexOf('\nservices:'), services.indexOf('\nconfigs:')).matchAll(/^ {2}([\w-]+):$/gm),
      ([, name = '']) => name,
    )
    assert.equal(names.length, 18)
    // A machine may refuse to lock that much memory; what the file asks for is told to the engine all the same.
    const certain = names.filter((name) => !['xtm-composer', 'elasticsearch'].includes(name))
    await cluster.kit('wait', 'services', ...certain.map((name) => `opencti_${name}`))
    const [elasticsearch] = await containersOf('opencti_elasticsearch', '-a')
    assert.ok(elasticsearch !== undefined)
    assert.deepEqual(elasticsearch.HostConfig.Ulimits, [
      { Name: 'memlock', Soft: -1, Hard: -1 },
      { Name: 'nofile', Soft: 65536, Hard: 65536 },
    ])
    assert.ok(env(elasticsearch).includes('ES_JAVA_OPTS=-Xms1G -Xmx1G'))
    const minio = await containerOf('opencti_minio')
    assert.deepEqual([minio.Config.User, minio.Config.Cmd], ['0:0', ['server', '/data']])
    assert.deepEqual(
      [minio.HostConfig.Memory, minio.HostConfig.MemoryReservation, minio.HostConfig.NanoCpus],
      [512 * 2 ** 20, 128 * 2 ** 20, 5e8],
    )
    const generator = await containerOf('opencti_rsa-key-generator')
    assert.deepEqual(generator.Config.Entrypoint, ['/bin/ash'])
    assert.equal(await within(generator, 'cat', '/keys/private_key.pem'), 'a key\n')
    assert.equal((await containersOf('opencti_worker')).length, 3)
    const socket = '/var/run/docker.sock'
    if (existsSync(socket)) assert.deepEqual(volumes(await containerOf('opencti_xtm-composer')), ['opencti_rsakeys:/keys:ro'])
    else
      await eventually(async () =>
        assert.match(
          await cluster.kit('get', 'tasks'),
          /opencti_xtm-composer.*Rejected .*bind source path does not exist: \/var\/run\/docker\.sock/,
        ),
      )
    const named = ['amqpdata', 'esdata', 'redisdata', 'rsakeys', 's3data'].map((name) => `opencti_${name}`)
    await remove('opencti', names, named)
  })
}
