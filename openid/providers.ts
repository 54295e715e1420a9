import { type Flow, OPENID_KEYS } from '../actors/auth/flow.ts'
import { OPENID_KEYS_READ } from '../base/lifetimes.ts'
import { oneIdOfEach } from '../database/partition.ts'
import type { HttpHandler } from '../http/message.ts'
import type { Services } from '../sagas/services.ts'
import { newKeys, type PrivateJwk, publishedKeys } from './keys.ts'
import { notingLogouts, type TellLogout } from './logout.ts'
import { mounted } from './mounted.ts'
import { Names } from './names.ts'
import { notingFaults } from './noted_faults.ts'
import { Profiles } from './profile.ts'
import type { OpenidProvider } from './provider.ts'
import type { Storage } from './stored.ts'

/** The provider, its endpoints as one function, and how clients are told of sign-outs. */
export type Running = { provider: OpenidProvider; ask: HttpHandler; tellLogout: TellLogout }

/**
 * The OpenID provider with the keys of the moment. There is none until the operator has registered a client,
 * and its modules, a tenth of the program, are not loaded before.
 */
export class OpenidProviders {
  readonly #flow: Flow
  readonly #services: Services
  readonly storage: Storage
  readonly #profiles: Profiles
  #openUntil = 0
  /** `until`: when it is looked whether its keys are still those that are published, ms. */
  #current: (Running & { kids: string; until: number }) | null = null

  constructor(flow: Flow, services: Services) {
    this.#flow = flow
    const noted = notingFaults({ flow, actors: services.actors })
    this.#services = { ...services, actors: noted.actors }
    // No answer depends on a profile.
    this.#profiles = new Profiles(services)
    const names = new Names(services.secrets.openidSecret)
    this.storage = { ...noted, names, log: services.log }
  }

  /** @returns null where no client is registered */
  async open(): Promise<Running | null> {
    return (await this.isOpen()) ? this.current() : null
  }

  /** The same where there may be no client yet. */
  async current(): Promise<Running> {
    if (this.#current && Date.now() < this.#current.until) return this.#current
    const now = Date.now()
    const keys = await this.#readKeys(now)
    const kids = keys.map(({ kid }) => kid).join()
    const { createOpenidProvider } = await import('./provider.ts')
    const until = now + OPENID_KEYS_READ
    if (this.#current?.kids === kids) return Object.assign(this.#current, { until })
    const provider = createOpenidProvider(this.storage, this.#services, this.#profiles, keys)
    const tellLogout = notingLogouts(provider, this.#services.actors)
    this.#current = { kids, until, provider, ask: mounted(provider, this.#services), tellLogout }
    return this.#current
  }

  /** Reads the keys anew, and whether there are clients. */
  forget(): void {
    if (this.#current) this.#current.until = 0
    this.#openUntil = 0
  }

  /** Whether a client or a resource is registered, or clients may register themselves. */
  async isOpen(): Promise<boolean> {
    if (this.#services.settings.openidRegistration !== 'off') return true
    if (Date.now() < this.#openUntil) return true
    const owners = oneIdOfEach(this.#services.settings.authActors).map(this.#flow)
    const found = await Promise.all(owners.map(async (owner) => owner.isOpenidWanted()))
    const isOpen = found.includes(true)
    if (isOpen) this.#openUntil = Date.now() + OPENID_KEYS_READ
    return isOpen
  }

  /** Those that are published. */
  async #readKeys(now: number): Promise<readonly PrivateJwk[]> {
    const owner = this.#flow(OPENID_KEYS)
    const kept = await owner.listOpenidKeys()
    const all = kept.length > 0 ? kept : await owner.insertFirstOpenidKeys(await newKeys())
    return publishedKeys(all, now)
  }
}
