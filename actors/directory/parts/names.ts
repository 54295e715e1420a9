import { isDid } from '../../../base/values/did.ts'
import { partitionOf } from '../../../database/partition.ts'
import { keptAs } from '../../../identity/subject.ts'
import { nameTaken } from '../names.ts'
import type { DirectoryPart } from '../stub.ts'

/**
 * The parts of a directory, and who has which name over all of them.
 *
 * The part of a DID keeps the entry of its account, and decides which names are its own. The part of a
 * name keeps one claim, which says who may have it. Who wants a name records that with his own first
 * (a sign-up in the first part, a change or an import in the part of the DID), and then claims it. So a
 * claim that the holder's own part does not confirm is left over from something that was interrupted or
 * undone, and whoever wants the name removes it. A claim gets another version each time that it is
 * claimed, and is removed only at the version that was seen: one that was renewed meanwhile stays.
 */
export class Names {
  readonly all: readonly DirectoryPart[]

  constructor(all: readonly DirectoryPart[]) {
    this.all = all
  }

  /** It also keeps what belongs to no account: sign-ups under way, invite codes, PDSes, … */
  get first(): DirectoryPart {
    return this.all[0] as DirectoryPart
  }

  /** @param id a DID, a handle, an address, or a secret */
  partOf(id: string): DirectoryPart {
    return this.all[partitionOf(id, this.all.length)] as DirectoryPart
  }

  /** The DID whose claim is the one on a name, if it is an account's. */
  async accountOf(name: string): Promise<string | null> {
    const claim = await this.partOf(name).readNameClaim(name)
    return claim && isDid(claim.holder) ? claim.holder : null
  }

  /** Whether somebody else has a name, or is about to. */
  async isTaken(name: string, did: string | undefined): Promise<boolean> {
    for (const kept of keptAs(name)) if (await this.#isOfAnother(kept, did)) return true
    return false
  }

  /**
   * Claims a name for a holder who has recorded it.
   *
   * @param from the sign-up that passes it on
   * @throws {Refusal} HandleTaken, EmailTaken
   */
  async take(name: string, holder: string, from?: string): Promise<void> {
    const [, ...former] = keptAs(name)
    for (const kept of former) if (await this.#isOfAnother(kept, holder)) throw nameTaken(name)
    const part = this.partOf(name)
    for (;;) {
      const claim = await part.claimName(name, holder, from)
      if (claim.holder === holder) return
      if (await this.#isConfirmed(name, claim.holder)) throw nameTaken(name)
      await part.releaseName(name, claim.version)
    }
  }

  /**
   * Frees names that somebody may have given up; one that its holder has stays. What fails leaves a claim
   * that counts for nothing.
   */
  async release(names: Iterable<string | null | undefined>): Promise<void> {
    const given = [...names].filter((name) => typeof name === 'string')
    await Promise.allSettled(given.map((name) => this.#releaseOne(name)))
  }

  async #releaseOne(name: string): Promise<void> {
    const part = this.partOf(name)
    const claim = await part.readNameClaim(name)
    if (claim && !(await this.#isConfirmed(name, claim.holder))) {
      await part.releaseName(name, claim.version)
    }
  }

  async #isOfAnother(name: string, holder: string | undefined): Promise<boolean> {
    const claim = await this.partOf(name).readNameClaim(name)
    return claim !== null && claim.holder !== holder && this.#isConfirmed(name, claim.holder)
  }

  #isConfirmed(name: string, holder: string): Promise<boolean> {
    const home = isDid(holder) ? this.partOf(holder) : this.first
    return home.holdsName(name, holder)
  }
}
