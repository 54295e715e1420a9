import type { Socket } from 'node:net'
import { siteOf } from '../base/network.ts'

/**
 * Sockets by the site that opened them, where there is room for so many in all. One who can have many networks of a
 * site takes no more from others than one who has a single one.
 */
export class Shares {
  /** Of each site, those that are open, the newest last. */
  readonly #of = new Map<string, Set<Socket>>()

  /** Counts a socket until it is closed. @param address of its client */
  add(address: string, socket: Socket): void {
    const site = siteOf(address)
    this.#of.set(site, (this.#of.get(site) ?? new Set()).add(socket))
    socket.once('close', () => this.#forget(site, socket))
  }

  /**
   * Ends the newest socket of the site that has most, unless that of `address` would then have as many: who has
   * listened for long is not ended by who opens many.
   *
   * @returns whether one was ended
   */
  makeRoom(address: string): boolean {
    let [most, all] = ['', new Set<Socket>()]
    for (const [site, sockets] of this.#of)
      if (sockets.size > all.size) [most, all] = [site, sockets]
    const own = this.#of.get(siteOf(address))?.size ?? 0
    const newest = [...all].at(-1)
    if (!newest || all.size <= own + 1) return false
    this.#forget(most, newest)
    newest.destroy()
    return true
  }

  #forget(site: string, socket: Socket): void {
    const sockets = this.#of.get(site)
    sockets?.delete(socket)
    if (sockets?.size === 0) this.#of.delete(site)
  }
}
