import { PdsClient } from '../pds/client.ts'
import { followPds } from './pds_standing.ts'
import type { Services } from './services.ts'

/**
 * Looks through what the PDSes say of their accounts and follows what changed since the last look.
 * Only accounts that are not active, or were not, are looked at one by one.
 */
export class PdsWatch {
  readonly #services: Services
  /** By PDS: the accounts that were not active at the last look, and why. */
  readonly #inactive = new Map<string, Map<string, string>>()

  constructor(services: Services) {
    this.#services = services
  }

  async look(): Promise<void> {
    const { actors, log } = this.#services
    const pdses = await actors.directory.listPdses().catch((err) => {
      log.error({ err }, 'the directory did not say which PDSes there are')
      return []
    })
    for (const pds of pdses) {
      await this.#lookAt(new PdsClient(pds)).catch((err) =>
        log.warn({ err, pds: pds.did }, 'the PDS did not say which accounts are not active'),
      )
    }
  }

  async #lookAt(client: PdsClient): Promise<void> {
    const pdsDid = client.pds.did
    const before = this.#inactive.get(pdsDid) ?? new Map<string, string>()
    const now = new Map<string, string>()
    for await (const { did, status } of client.listInactive()) now.set(did, status)

    const followed = await this.#services.actors.directory.listFollowedTakedowns(pdsDid)
    const lifted = followed.filter((did) => now.get(did) !== 'takendown')
    const changed = [...now].filter(([did, status]) => before.get(did) !== status)
    const active = [...before.keys()].filter((did) => !now.has(did))
    const dids = new Set([...lifted, ...active, ...changed.map(([did]) => did)])
    for (const did of dids) {
      // Where it fails, the next look finds it changed again.
      await this.#follow(pdsDid, did).catch((err) => {
        this.#services.log.warn({ err, did }, 'the PDS could not be followed')
        const known = before.get(did)
        if (known === undefined) now.delete(did)
        else now.set(did, known)
      })
    }
    this.#inactive.set(pdsDid, now)
  }

  /** An account that lives elsewhere by now may still be listed where it was. */
  async #follow(pdsDid: string, did: string): Promise<void> {
    const entry = await this.#services.actors.directory.find(did)
    if (entry?.pdsDid === pdsDid) await followPds(this.#services, did)
  }
}
