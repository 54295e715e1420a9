import type { LRUCache } from 'lru-cache'
import { bytesOfJson, createCache } from '../../base/cache.ts'
import { OPENID_PROFILE, OPENID_PROFILE_AGAIN, OPENID_PROFILE_WAIT } from '../../base/lifetimes.ts'
import { outlasting } from '../../base/time/in_time.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import type { Services } from '../../sagas/services/services.ts'

/** What a person says of themselves in public; `changedAt` (ms) where it is known when the account changed last. */
export type Profile = { name?: string; picture?: string; changedAt?: number }

type Owner = Pick<AccountRow, 'did' | 'pdsDid' | 'updatedAt'>

/** Characters: the lexicon allows 64 graphemes. */
const LONGEST_NAME = 640

/**
 * Public profiles (`app.bsky.actor.profile`), kept for a while. They are never in the way of an answer: where one
 * does not come at once, the answer has the one that is kept, or none.
 */
export class Profiles {
  readonly #services: Pick<Services, 'pds' | 'actors'>
  readonly #kept: LRUCache<string, Profile>
  readonly #coming = new Map<string, Promise<Profile>>()

  constructor(services: Pick<Services, 'pds' | 'actors'>) {
    this.#services = services
    this.#kept = createCache('profiles', bytesOfJson, OPENID_PROFILE)
  }

  async of(account: Owner): Promise<Profile> {
    const kept = this.#kept.get(account.did)
    // Another auth actor may have seen a newer one, which its clients were told by the time of the account.
    const isNewest = kept?.changedAt === undefined || kept.changedAt >= account.updatedAt
    if (kept && isNewest) return kept
    const { promise: late, resolve } = Promise.withResolvers<Profile>()
    const timer = setTimeout(() => resolve(kept ?? {}), OPENID_PROFILE_WAIT)
    try {
      return await Promise.race([this.#read(account), late])
    } finally {
      clearTimeout(timer)
    }
  }

  /** One look at a time, for all who ask. */
  #read(account: Owner): Promise<Profile> {
    const { did } = account
    const coming = this.#coming.get(did) ?? outlasting(() => this.#look(account))
    this.#coming.set(did, coming)
    return coming.finally(() => this.#coming.delete(did))
  }

  async #look({ did, pdsDid }: Owner): Promise<Profile> {
    try {
      const pds = await this.#services.pds(pdsDid)
      const record = await pds.readProfile(did)
      const { displayName, avatar } = record?.profile ?? {}
      const changedAt = await this.#services.actors.account(did).noteProfile(record?.cid ?? null)
      const name = typeof displayName === 'string' ? displayName.slice(0, LONGEST_NAME) : ''
      const query =
        avatar?.ref === undefined ? null : new URLSearchParams({ did, cid: String(avatar.ref) })
      const profile: Profile = {
        changedAt,
        ...(name && { name }),
        ...(query && { picture: `${pds.pds.url}/xrpc/com.atproto.sync.getBlob?${query}` }),
      }
      this.#kept.set(did, profile)
      return profile
    } catch {
      // Each answer would wait for a PDS that does not answer. An older profile says more than none.
      const { changedAt: _, ...known } = this.#kept.get(did) ?? {}
      this.#kept.set(did, known, { ttl: OPENID_PROFILE_AGAIN })
      return known
    }
  }
}
