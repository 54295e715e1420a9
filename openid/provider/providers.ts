import type Provider from 'oidc-provider'
import { type Flow, type FlowOwner, OPENID_KEYS } from '../../actors/auth/flow.ts'
import { UnavailableError } from '../../base/errors.ts'
import { OPENID_KEYS_READ } from '../../base/lifetimes.ts'
import { TooLateError } from '../../base/time/in_time.ts'
import { FaultLog } from '../../base/watching/fault_log.ts'
import type { OpenidKey } from '../../database/flow/openid_key.ts'
import { oneIdOfEach } from '../../database/partition.ts'
import type { HttpHandler } from '../../http/message.ts'
import type { Services } from '../../sagas/services/services.ts'
import { Profiles } from '../claims/profile.ts'
import { newKeys, type PrivateJwk, publishedKeys } from '../keys.ts'
import { notingLogouts, type TellLogout } from '../sign_out/logout.ts'
import { notingFaults } from '../storage/noted_faults.ts'
import type { Storage } from '../storage/stored.ts'
import { Names } from '../storage/token_names.ts'
import { mounted } from './mounted_provider.ts'

/** The provider, its endpoints as one function, and how clients are told of sign-outs. */
export type Running = {
  provider: Provider
  /** Those that are published. */
  keys: readonly PrivateJwk[]
  ask: HttpHandler
  tellLogout: TellLogout
}

/**
 * The OpenID provider with the keys of the moment. There is none until the operator has registered a client,
 * and its modules, a tenth of the program, are not loaded before.
 */
export class OpenidProviders {
  readonly #flow: Flow
  readonly #services: Services
  readonly storage: Storage
  readonly #profiles: Profiles
  readonly #faults: FaultLog
  /** Until when (`performance.now()`) it is known that there are clients; null where it was not known before. */
  #openUntil: number | null = null
  /** All keys, as their owner has them. */
  #keys: readonly OpenidKey[] | null = null
  /** `until`: when it is looked whether its keys are still those that are published (`performance.now()`). */
  #current: (Running & { kids: string; until: number }) | null = null

  constructor(flow: Flow, services: Services) {
    this.#flow = flow
    const noted = notingFaults({ flow, actors: services.actors })
    this.#services = { ...services, actors: noted.actors }
    // No answer depends on a profile.
    this.#profiles = new Profiles(services)
    this.#faults = new FaultLog(services.log, 'asking for the OpenID keys')
    const names = new Names(services.secrets.openidSecret)
    this.storage = { ...noted, names, log: services.log }
  }

  /** @returns null where no client is registered */
  async open(): Promise<Running | null> {
    return (await this.#isOpen()) ? this.current() : null
  }

  /** The same where there may be no client yet. */
  async current(): Promise<Running> {
    if (this.#current && performance.now() < this.#current.until) return this.#current
    const now = Date.now()
    const keys = await this.#readKeys(now)
    const kids = keys.map(({ kid }) => kid).join()
    const { createOpenidProvider } = await import('./provider.ts')
    const until = performance.now() + OPENID_KEYS_READ
    if (this.#current?.kids === kids) return Object.assign(this.#current, { until })
    const provider = createOpenidProvider(this.storage, this.#services, this.#profiles, keys)
    const tellLogout = notingLogouts(provider, this.#services.actors)
    const ask = mounted(provider, this.#services)
    this.#current = { kids, until, provider, keys, ask, tellLogout }
    return this.#current
  }

  /** Reads the keys anew, and whether there are clients. */
  forget(): void {
    if (this.#current) this.#current.until = 0
    this.#openUntil = null
  }

  /** Whether a client or a resource is registered, or clients may register themselves. */
  async #isOpen(): Promise<boolean> {
    if (this.#services.settings.openidRegistration !== 'off') return true
    if (this.#openUntil !== null && performance.now() < this.#openUntil) return true
    const owners = oneIdOfEach(this.#services.settings.authActors).map((id) => this.#flow(id))
    const asked = await Promise.allSettled(owners.map(isWanted))
    const isWithout = asked.every((each) => each.status === 'fulfilled' && !each.value)
    if (isWithout) {
      this.#openUntil = null
      return false
    }
    const isSure = asked.some((each) => each.status === 'fulfilled' && each.value)
    const [away] = asked.filter((each) => each.status === 'rejected')
    // An actor that is away may have the only client. So once a client was found, OpenID stays on until all say no.
    if (!isSure && away && this.#openUntil === null) throw away.reason
    this.#openUntil = performance.now() + OPENID_KEYS_READ
    return true
  }

  /** Those that are published. Where their owner is away, those that were read last. */
  async #readKeys(now: number): Promise<readonly PrivateJwk[]> {
    const owner = this.#flow(OPENID_KEYS)
    try {
      if (this.#keys) assertThere(owner)
      const kept = await owner.listOpenidKeys()
      this.#keys = kept.length > 0 ? kept : await owner.insertFirstOpenidKeys(await newKeys())
      this.#faults.succeeded()
    } catch (err) {
      if (!this.#keys || err instanceof TooLateError) throw err
      this.#faults.failed(err)
    }
    return publishedKeys(this.#keys, now)
  }
}

async function isWanted(owner: FlowOwner): Promise<boolean> {
  assertThere(owner)
  return owner.isOpenidWanted()
}

/** Does not wait for an auth actor that is known to be away. @throws {UnavailableError} */
function assertThere(owner: FlowOwner): void {
  if (owner.isAway()) throw new UnavailableError('An auth actor')
}
