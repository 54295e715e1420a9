import type { ServerResponse } from 'node:http'
import { networkOf } from '../../base/values/network.ts'
import { refusedConnections } from '../../base/watching/metrics.ts'
import { Tally } from '../../base/work/tally.ts'
import { type Fault, tooManyAtOnce } from '../../http/answers/fault.ts'
import { retryAfter } from '../../http/answers/retry_after.ts'
import type { Capacity } from '../capacity.ts'
import type { Trust } from '../requests/client_address.ts'

/**
 * The requests of each client that are under way. Behind a trusted proxy the connections have no bound by client, and
 * one that sends bodies slowly, or takes answers slowly, would hold all of them.
 */
export class RequestsOfOne {
  readonly #trusts: Trust
  readonly #most: number
  readonly #tally = new Tally()

  constructor({ trusts, capacity }: { trusts: Trust; capacity: Capacity }) {
    this.#trusts = trusts
    this.#most = capacity.requestsOfOne
  }

  /**
   * Counts a request until its response is closed. A trusted address has no bound: where a proxy does not say for whom
   * it asks, its address is everybody's.
   *
   * @param address of the client
   * @returns what a client is told that has too many under way
   */
  begin(address: string, outgoing: ServerResponse): Fault | null {
    // An answer that is closed already has no `close` to come, and would be counted for ever.
    if (outgoing.destroyed || this.#trusts(address)) return null
    const network = networkOf(address)
    if (this.#tally.of(network) >= this.#most) {
      refusedConnections.inc({ kind: 'request' })
      return tooMany()
    }
    this.#tally.add(network)
    outgoing.once('close', () => this.#tally.remove(network))
    return null
  }
}

const tooMany = () =>
  tooManyAtOnce('Too many requests from your address are under way; wait for some to end', {
    ...retryAfter(),
    connection: 'close',
  })
