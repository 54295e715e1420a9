import { execFileSync, spawnSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  cutOff,
  type Host,
  heal,
  lose,
  makeLan,
  on,
  removeLan,
  whatIsMissing,
} from '../../lab/hosts/lan.ts'
import { type Outsider, startOutsider } from '../../lab/world/processes/with_parent.ts'
import { until } from '../../lab/world/until.ts'
import { sayUnless } from '../shared/left_out.ts'

const missing = whatIsMissing()
const isPossible = sayUnless(missing === null, `several hosts on one machine: ${missing}`)

let hosts: Host[] = []
let servers: Outsider[] = []
const host = (name: string) => hosts.find((one) => one.name === name) as Host
const namespaces = () => execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' })

beforeAll(async () => {
  if (!isPossible) return
  hosts = makeLan()
  servers = [
    listen('world', '127.0.0.1', 'the world'),
    listen('gateway-0', '0.0.0.0', 'the gateway'),
  ]
  await reaches('world', '127.0.0.1', 'the world')
  await reaches('world', gateway(), 'the gateway')
})
afterAll(() => isPossible && removeLan())

const gateway = () => host('gateway-0').address

/** Answers what it is on port 2600. */
function listen(name: string, address: string, what: string): Outsider {
  const script = `require('http').createServer((q, a) => a.end('${what}')).listen(2600, '${address}')`
  return startOutsider('SIGTERM', on(host(name), [process.execPath, '-e', script]))
}

const reaches = (name: string, address: string, what: string) =>
  until(() => ask(name, address) === what, `${name} does not reach ${what}`)

function ask(name: string, address: string): string {
  const script = `fetch('http://${address}:2600', { signal: AbortSignal.timeout(1500) })
    .then((answer) => answer.text()).catch(() => 'nothing').then((text) => process.exit(console.log(text)))`
  const [program, ...args] = on(host(name), [process.execPath, '-e', script]) as [string]
  return spawnSync(program, args, { encoding: 'utf8' }).stdout.trim()
}

test.runIf(isPossible)('a host reaches the others, and the world as its own loopback', async () => {
  await reaches('runner-0', gateway(), 'the gateway')
  await reaches('runner-0', '127.0.0.1', 'the world')
  expect(ask('engine-0', '127.0.0.1')).toBe('nothing')
})

test.runIf(isPossible)('it is cut off, loses some packets, and is healed', async () => {
  cutOff(host('runner-0'))
  expect(ask('runner-0', gateway())).toBe('nothing')
  expect(ask('runner-0', '127.0.0.1')).toBe('nothing')
  await reaches('runner-1', gateway(), 'the gateway')
  heal(host('runner-0'))
  cutOff(host('runner-0'), [host('gateway-0')])
  expect(ask('runner-0', gateway())).toBe('nothing')
  await reaches('runner-0', '127.0.0.1', 'the world')
  heal(host('runner-0'))
  lose(host('runner-0'))
  await reaches('runner-0', gateway(), 'the gateway')
  heal(host('runner-0'))
  await reaches('runner-0', gateway(), 'the gateway')
})

test.runIf(isPossible)('all of it is removed, with the programs in it', async () => {
  expect(namespaces()).toContain(`vestibule-${process.pid}-`)
  removeLan()
  expect(namespaces()).not.toContain(`vestibule-${process.pid}-`)
  for (const server of servers) await server.ended
})
