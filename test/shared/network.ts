import dns from 'node:dns'
import { afterAll, beforeAll } from 'vitest'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { useServers } from '../../lab/world/servers/dns.ts'
import { assertAllHandled } from '../../lab/world/vestibule/logs.ts'
import { sharedAuthority } from './authority.ts'
import { endWindows } from './limit.ts'

export type SharedNetwork = Omit<Network, 'close'>

let running: Network | undefined

/**
 * The one network without settings of its own for all suites of a process, which use it one after the
 * other and end with it: to start one takes seconds of CPU.
 *
 * It is for a suite that tells its own accounts, clients and mails from those of others, and leaves the
 * programs as they are. Where one is stopped, broken, or set up otherwise, a suite has its own.
 *
 * @returns what is filled in before the suite's own hooks run
 */
export function sharedNetwork(): SharedNetwork {
  const shared = {} as SharedNetwork
  let servers: string[]
  let logged: number
  beforeAll(async () => {
    servers = dns.getServers()
    running ??= await startNetwork({ ca: await sharedAuthority() })
    useServers([running.dns.address])
    // It may have died of what a suite before did, which is that suite's failure alone.
    await running.vestibule.start()
    endWindows(running.vestibule)
    logged = running.vestibule.logs.length
    Object.assign(shared, { ...running, close: undefined })
  })
  afterAll(() => {
    running?.dns.txt.clear()
    useServers(servers)
    assertAllHandled(shared.vestibule?.logs.slice(logged) ?? '')
  })
  return shared
}
