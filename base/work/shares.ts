import { siteOf } from '../values/network.ts'

/**
 * What is held for clients, by the site of each, where there is room for so much in all. One who can have many networks
 * of a site takes no more from others than one who has a single one.
 */
export class Shares<Held> {
  readonly #siteOf = new Map<Held, string>()
  /** Of each site, the newest last. */
  readonly #of = new Map<string, Set<Held>>()
  /** By how much they have: the sites that have so much. */
  readonly #sitesWith: Set<string>[] = []

  /** @param address of the client for which it is held */
  add(address: string, held: Held): void {
    const site = siteOf(address)
    const all = this.#of.get(site) ?? new Set()
    this.#of.set(site, all)
    this.#move(site, all.size, all.size + 1)
    all.add(held)
    this.#siteOf.set(held, site)
  }

  /** @returns whether it was there */
  remove(held: Held): boolean {
    const site = this.#siteOf.get(held)
    const all = site === undefined ? undefined : this.#of.get(site)
    if (site === undefined || !all) return false
    this.#siteOf.delete(held)
    this.#move(site, all.size, all.size - 1)
    all.delete(held)
    if (all.size === 0) this.#of.delete(site)
    return true
  }

  /** The one that has been held longest first. */
  get all(): Iterable<Held> {
    return this.#siteOf.keys()
  }

  get size(): number {
    return this.#siteOf.size
  }

  /** How much the site of a client has. */
  of(address: string): number {
    return this.#of.get(siteOf(address))?.size ?? 0
  }

  /**
   * Takes the newest of the site that has most, unless that of `address` would then have as many: what is held for long
   * does not end by who has many.
   *
   * @returns what is to be ended; null where nothing is
   */
  makeRoom(address: string): Held | null {
    const most = this.#sitesWith.length - 1
    if (most <= this.of(address) + 1) return null
    const [site = ''] = this.#sitesWith[most] ?? []
    const newest = [...(this.#of.get(site) ?? [])].at(-1) as Held
    this.remove(newest)
    return newest
  }

  #move(site: string, from: number, to: number): void {
    this.#sitesWith[from]?.delete(site)
    if (to > 0) this.#sitesWith[to] = (this.#sitesWith[to] ?? new Set()).add(site)
    while (this.#sitesWith.length > 0 && !this.#sitesWith.at(-1)?.size) this.#sitesWith.pop()
  }
}
