import { execFileSync, spawnSync } from 'node:child_process'
import { basename } from 'node:path'
import { isRunning } from '../world/processes/is_running.ts'
import { findProgram } from '../world/servers/proxies.ts'

/** A host of the network: a network namespace with an address in it. */
export type Host = {
  name: string
  address: string
  /** Its namespace, as `nsenter` takes it. */
  path: string
}

/** The hosts of an installation, by their names; the first is the world. */
const NAMES = [
  ...['world', 'postgres', 'nats', 'engine-0', 'engine-1'],
  ...['gateway-0', 'gateway-1', 'runner-0', 'runner-1', 'runner-2'],
]
/** Those that need nothing of the world. */
const APART = ['postgres', 'nats', 'engine-0', 'engine-1']

const PREFIX = 'vestibule'
const FOLDER = '/run/netns'
const DEVICE = 'eth0'

/** What is missing on this machine for hosts to be made, or null. */
export function whatIsMissing(): string | null {
  if (process.getuid?.() !== 0) return 'only root can make network namespaces'
  const missing = ['ip', 'nsenter', 'nft', 'sysctl'].filter((name) => findProgram(name) === null)
  if (missing.length > 0) {
    return `${missing.join(', ')} not installed (apt-get install iproute2 nftables procps)`
  }
  const rules = 'table ip t {\n chain c {\n type nat hook output priority -100\n }\n }'
  const { status } = spawnSync('unshare', ['--net', 'nft', '-f', '-'], { input: rules })
  return status === 0 ? null : 'this machine lets no network namespace have rules of its own'
}

/**
 * Makes a network of hosts on this machine. Nothing goes from it to anywhere else, and
 * {@link removeLan} takes all of it away, with the processes in it.
 *
 * The first host is the world: what the others send to 127.0.0.1 reaches its loopback, where the
 * servers of the tests listen. Those in `APART` have only their own.
 */
export function makeLan(): Host[] {
  removeOldLans()
  const lan = namespaceOf('lan')
  run('ip', 'netns', 'add', lan)
  run('ip', '-n', lan, 'link', 'add', 'lan', 'type', 'bridge')
  run('ip', '-n', lan, 'link', 'set', 'lan', 'up')
  const hosts = NAMES.map((name, i) => makeHost(name, `10.77.0.${i + 1}`, lan))
  const [world, ...others] = hosts as [Host, ...Host[]]
  letLoopbackBeRouted(world)
  filter(
    world,
    `table ip world {
      chain come {
        type nat hook prerouting priority -100
        iifname "${DEVICE}" ip daddr ${world.address} dnat to 127.0.0.1
      }
    }`,
  )
  for (const host of others.filter(({ name }) => !APART.includes(name))) {
    letLoopbackBeRouted(host)
    filter(
      host,
      `table ip world {
        chain go {
          type nat hook output priority -100
          ip daddr 127.0.0.1 dnat to ${world.address}
        }
        chain gone {
          type nat hook postrouting priority 100
          oifname "${DEVICE}" masquerade
        }
      }`,
    )
  }
  return hosts
}

export function removeLan(pid = process.pid): void {
  for (const name of namespaces().filter((one) => one.startsWith(`${PREFIX}-${pid}-`))) {
    for (const pid of pidsIn(name)) if (isRunning(pid)) process.kill(pid, 'SIGKILL')
    run('ip', 'netns', 'del', name)
  }
}

/** What a program is started by so that it runs on the host. */
export function on(host: Host, command: string[]): string[] {
  return ['nsenter', `--net=${host.path}`, ...command]
}

/** The processes that run on the host. */
export function pidsOn({ path }: Host): number[] {
  return pidsIn(basename(path))
}

/** Drops, silently, what the host sends and gets, or only what goes to and comes from `others`. */
export function cutOff(host: Host, others?: Host[]): void {
  const addresses = others && `{ ${others.map(({ address }) => address).join(', ')} }`
  const [from, to] = addresses ? [`ip saddr ${addresses}`, `ip daddr ${addresses}`] : ['', '']
  drop(host, from, to)
}

/** Loses one of 100 packets each way. */
export function lose(host: Host): void {
  drop(host, 'numgen random mod 100 < 1', 'numgen random mod 100 < 1')
}

/** Ends what {@link cutOff} or {@link lose} began. */
export function heal(host: Host): void {
  run(...(on(host, ['nft', 'delete', 'table', 'inet', 'cut']) as [string]))
}

/** Whether the kernel can make packets take longer. */
export function canDelay(host: Host): boolean {
  const [program, ...args] = on(host, ['tc', ...netem('add', 'lo'), 'delay', '1ms']) as [string]
  if (spawnSync(program, args).status !== 0) return false
  run(...(on(host, ['tc', ...netem('del', 'lo')]) as [string]))
  return true
}

/** Makes each packet that the host sends take 20 ms longer, until {@link hurry}. */
export function delay(host: Host): void {
  run(...(on(host, ['tc', ...netem('add', DEVICE), 'delay', '20ms']) as [string]))
}

export function hurry(host: Host): void {
  run(...(on(host, ['tc', ...netem('del', DEVICE)]) as [string]))
}

const netem = (verb: string, device: string) => ['qdisc', verb, 'dev', device, 'root', 'netem']

function makeHost(name: string, address: string, lan: string): Host {
  const namespace = namespaceOf(name)
  run('ip', 'netns', 'add', namespace)
  const far = ['peer', 'name', name, 'netns', lan]
  run('ip', '-n', namespace, 'link', 'add', DEVICE, 'type', 'veth', ...far)
  run('ip', '-n', namespace, 'addr', 'add', `${address}/24`, 'dev', DEVICE)
  run('ip', '-n', namespace, 'link', 'set', DEVICE, 'up')
  run('ip', '-n', namespace, 'link', 'set', 'lo', 'up')
  run('ip', '-n', lan, 'link', 'set', name, 'master', 'lan', 'up')
  return { name, address, path: `${FOLDER}/${namespace}` }
}

function letLoopbackBeRouted(host: Host): void {
  const setting = 'net.ipv4.conf.all.route_localnet=1'
  run(...(on(host, ['sysctl', '-qw', setting]) as [string]))
}

function drop(host: Host, from: string, to: string): void {
  // After addresses were changed on the way out, and before on the way in.
  filter(
    host,
    `table inet cut {
      chain come {
        type filter hook prerouting priority -300
        iifname "${DEVICE}" ${from} drop
      }
      chain go {
        type filter hook postrouting priority 300
        oifname "${DEVICE}" ${to} drop
      }
    }`,
  )
}

function filter(host: Host, rules: string): void {
  const [program, ...args] = on(host, ['nft', '-f', '-']) as [string]
  execFileSync(program, args, { input: rules })
}

/** Of processes that ended without removing theirs. */
function removeOldLans(): void {
  const pids = namespaces().flatMap((name) => {
    const [prefix, pid] = name.split('-')
    return prefix === PREFIX && pid && !isRunning(Number(pid)) ? [Number(pid)] : []
  })
  for (const pid of new Set(pids)) removeLan(pid)
}

function namespaces(): string[] {
  return run('ip', 'netns', 'list')
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((name) => name.startsWith(PREFIX))
}

const pidsIn = (namespace: string) =>
  run('ip', 'netns', 'pids', namespace).split('\n').filter(Boolean).map(Number)

const namespaceOf = (name: string) => `${PREFIX}-${process.pid}-${name}`

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}
