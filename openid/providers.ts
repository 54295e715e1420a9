import { type Flow, OPENID_KEYS } from '../actors/auth/flow.ts'
import { OPENID_KEYS_READ } from '../base/lifetimes.ts'
import { oneIdOfEach } from '../database/partition.ts'
import type { HttpHandler } from '../http/message.ts'
import type { Services } from '../sagas/services.ts'
import { newKeys, type PrivateJwk, publishedKeys } from './keys.ts'
import { notingLogouts, type TellLogout } from './logout.ts'
import { mounted } from './mounted.ts'
import { Names } from './names.ts'
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
  #keys: { published: readonly PrivateJwk[]; readAt: number } | null = null
  #openUntil = 0
  #current: (Running & { kids: string }) | null = null

  constructor(flow: Flow, services: Services) {
    this.#flow = flow
    this.#services = services
    this.#profiles = new Profiles(services)
    const names = new Names(services.secrets.openidSecret)
    const { actors, log } = services
    this.storage = { flow, actors, names, log }
  }

  /** @returns null where no client is registered */
  async open(): Promise<Running | null> {
    return (await this.isOpen()) ? this.current() : null
  }

  /** The same where there may be no client yet. */
  async current(): Promise<Running> {
    const keys = await this.#readKeys(Date.now())
    const kids = keys.map(({ kid }) => kid).join()
    const { createOpenidProvider } = await import('./provider.ts')
    if (this.#current?.kids !== kids) {
      const provider = createOpenidProvider(this.storage, this.#services, this.#profiles, keys)
      const tellLogout = notingLogouts(provider, this.#services.actors)
      this.#current = { kids, provider, ask: mounted(provider, this.#services), tellLogout }
    }
    return this.#current
  }

  /** Reads the keys anew, and whether there are clients. */
  forget(): void {
    this.#keys = null
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
    if (this.#keys && now - this.#keys.readAt < OPENID_KEYS_READ) return this.#keys.published
    const owner = this.#flow(OPENID_KEYS)
    const kept = await owner.listOpenidKeys()
    const all = kept.length > 0 ? kept : await owner.insertFirstOpenidKeys(await newKeys())
    const published = publishedKeys(all, now)
    this.#keys = { published, readAt: now }
    return published
  }
}
