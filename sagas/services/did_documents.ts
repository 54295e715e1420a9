import {
  type DidDocument,
  type DidResolver,
  PoorlyFormattedDidDocumentError,
  PoorlyFormattedDidError,
} from '@atproto/identity'
import { bytesOfJson, createCache } from '../../base/cache.ts'
import {
  DID_DOCUMENT_AGAIN,
  DID_DOCUMENT_EXPIRED,
  DID_DOCUMENT_REFETCH,
  DID_DOCUMENT_STALE,
  LOOKUP_WAIT,
} from '../../base/lifetimes.ts'
import { withDeadline } from '../../base/time/deadline.ts'
import { hasPassed } from '../../base/time/has_passed.ts'
import { outlasting } from '../../base/time/in_time.ts'
import { isPlcDid } from '../../base/values/did.ts'
import { hasRoom } from '../../base/watching/event_log.ts'
import { FaultLog } from '../../base/watching/fault_log.ts'
import type { Log } from '../../base/watching/log.ts'
import { Spaced } from '../../base/work/spaced.ts'
import type { ForeignLookups } from './foreign_lookups.ts'

/** How many stale documents are read at once, beside the requests. */
const READ_ASIDE = 64

/** A document, and when it was read, ms. */
type Kept = { document: DidDocument; readAt: number }

/**
 * DID documents, kept in memory: every session is answered with one. Who asks for one that is being read shares it.
 *
 * A PLC directory that does not answer keeps nobody waiting for long: for {@link DID_DOCUMENT_AGAIN} it is asked only
 * for what a request names and is not known, and the log says once that it fails.
 */
export class DidDocuments {
  readonly #resolver: Pick<DidResolver, 'resolve'>
  readonly #lookups: Pick<ForeignLookups, 'run'>
  readonly #log: Log
  readonly #faults: FaultLog
  readonly #kept = createCache<Kept>('DID documents', ({ document }) => bytesOfJson(document))
  readonly #underWay = new Map<string, Promise<DidDocument | null>>()
  readonly #anew = new Spaced<DidDocument | null>(DID_DOCUMENT_REFETCH)
  #plcFailedAt = 0

  constructor(
    resolver: Pick<DidResolver, 'resolve'>,
    lookups: Pick<ForeignLookups, 'run'>,
    log: Log,
  ) {
    this.#resolver = resolver
    this.#lookups = lookups
    this.#log = log
    this.#faults = new FaultLog(log, 'reading DID documents from the PLC directory')
  }

  /**
   * That of an account here, on which no answer depends: a stale one is read anew meanwhile.
   *
   * @returns undefined where it cannot be had soon
   */
  async ofAccount(did: string): Promise<DidDocument | undefined> {
    const kept = this.#find(did)
    if (kept && !kept.isStale) return kept.document
    if (this.#isAway(did)) return kept?.document
    if (kept) {
      if (this.#underWay.size < READ_ASIDE) void this.#soon(did).catch(() => {})
      return kept.document
    }
    return this.#orUndefined(did, this.#soon(did))
  }

  /** The same, read anew. */
  ofAccountAnew(did: string): Promise<DidDocument | undefined> {
    return this.#orUndefined(did, this.#soon(did, this.read(did)))
  }

  /**
   * The document of a DID that a request names; null where there is none.
   *
   * @param anew whether its key may have changed: it is read again, for all who ask at about the same time
   * @throws as {@link ForeignLookups.run}, and {@link read}
   */
  async named(did: string, anew: boolean): Promise<DidDocument | null> {
    if (anew) return this.#lookups.run(() => this.#anew.run(did, () => this.read(did)))
    const kept = this.#find(did)
    if (!kept) return this.#lookups.run(() => this.#shared(did))
    if (!kept.isStale || this.#isAway(did)) return kept.document
    // Its key may have been withdrawn since. Where the DID's host does not answer, the last known document counts. It
    // does not count where too much is looked up to ask at all: a holder of the old key could bring that about.
    return this.#lookups.run(() => this.#soon(did).catch(() => kept.document))
  }

  /**
   * Reads it anew, and keeps it unless it is read again meanwhile.
   *
   * @throws {Error} where it cannot be read, or is none
   */
  read(did: string): Promise<DidDocument | null> {
    const reading = outlasting(() => this.#resolver.resolve(did))
    const isNewest = () => this.#underWay.get(did) === kept
    const kept = reading
      .then((document) => {
        if (isNewest() && document) this.#kept.set(did, { document, readAt: Date.now() })
        else if (isNewest()) this.#kept.delete(did)
        return document
      })
      .finally(() => {
        if (isNewest()) this.#underWay.delete(did)
      })
    this.#underWay.set(did, kept)
    return kept
  }

  /** Has it read anew when it is next asked for. */
  forget(did: string): void {
    this.#underWay.delete(did)
    this.#kept.delete(did)
  }

  #find(did: string): (Kept & { isStale: boolean }) | null {
    const kept = this.#kept.get(did)
    if (!kept) return null
    const { readAt } = kept
    if (hasPassed(readAt, DID_DOCUMENT_EXPIRED)) return null
    return { ...kept, isStale: hasPassed(readAt, DID_DOCUMENT_STALE) }
  }

  #shared(did: string): Promise<DidDocument | null> {
    return this.#underWay.get(did) ?? this.read(did)
  }

  async #soon(did: string, reading = this.#shared(did)): Promise<DidDocument | null> {
    try {
      const document = await withDeadline(reading, LOOKUP_WAIT)
      if (isPlcDid(did)) this.#faults.succeeded()
      return document
    } catch (err) {
      if (isPlcDid(did) && !isAboutTheDid(err)) {
        this.#plcFailedAt = Date.now()
        this.#faults.failed(err)
      }
      throw err
    }
  }

  #isAway(did: string): boolean {
    return isPlcDid(did) && !hasPassed(this.#plcFailedAt, DID_DOCUMENT_AGAIN)
  }

  async #orUndefined(
    did: string,
    reading: Promise<DidDocument | null>,
  ): Promise<DidDocument | undefined> {
    try {
      return (await reading) ?? undefined
    } catch (err) {
      // Where the directory is away, the log says that once, and not for each DID.
      const isSaid = isPlcDid(did) && !isAboutTheDid(err)
      if (!isSaid && hasRoom(this.#log, did)) this.#log.warn({ err, did }, 'DID document not read')
      return undefined
    }
  }
}

/** Whether the directory answered, and it is the DID or its document that is wrong. */
function isAboutTheDid(err: unknown): boolean {
  if (err instanceof PoorlyFormattedDidDocumentError || err instanceof PoorlyFormattedDidError) {
    return true
  }
  const { status } = err as { status?: unknown }
  return typeof status === 'number' && status >= 400 && status < 500 && status !== 429
}
