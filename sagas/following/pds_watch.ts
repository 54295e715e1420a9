import { FaultLog } from '../../base/watching/fault_log.ts'
import { PdsClient } from '../../pds/client.ts'
import type { Services } from '../services/services.ts'
import { followPds } from './follow_pds.ts'

/**
 * Looks through what the PDSes say of their accounts and follows what changed since the last look.
 * Only accounts that are not active, or were not, are looked at one by one.
 */
export class PdsWatch {
  readonly #services: Services
  readonly #looks: FaultLog
  readonly #accounts: FaultLog
  /** By PDS: the accounts that were not active at the last look, and why. */
  readonly #inactive = new Map<string, Map<string, string>>()

  constructor(services: Services) {
    this.#services = services
    this.#looks = new FaultLog(services.log, 'asking a PDS which accounts are not active')
    this.#accounts = new FaultLog(services.log, 'following an account on its PDS')
  }

  /** @throws {UnavailableError} when the directory does not say which PDSes there are */
  async look(): Promise<void> {
    for (const pds of await this.#services.actors.directory.listPdses()) {
      // It is watched already, and says so itself.
      if (pds.isEmbedded && this.#services.embeddedPds.isDown) continue
      const about = { pds: pds.did }
      try {
        await this.#lookAt(new PdsClient(pds))
        this.#looks.succeeded(about)
      } catch (err) {
        this.#looks.failed(err, about)
      }
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
      try {
        await this.#follow(pdsDid, did)
        this.#accounts.succeeded({ did })
      } catch (err) {
        this.#accounts.failed(err, { did })
        // The next look finds it changed again.
        const known = before.get(did)
        if (known === undefined) now.delete(did)
        else now.set(did, known)
      }
    }
    this.#inactive.set(pdsDid, now)
  }

  /** An account that lives elsewhere by now may still be listed where it was. */
  async #follow(pdsDid: string, did: string): Promise<void> {
    const entry = await this.#services.actors.directory.find(did)
    if (entry?.pdsDid === pdsDid) await followPds(this.#services, did)
  }
}
