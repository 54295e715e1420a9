import { createCache } from '../base/cache.ts'
import { ACCESS_TOKEN_MAX } from '../base/lifetimes.ts'
import type { OnEndings, SessionName } from '../http/endings.ts'

/** Of one account: whether the session with this `sid` is open. */
type Standings = ReadonlyMap<string, boolean>

type Options = {
  /** Asks the account. */
  look: (session: SessionName) => Promise<boolean>
  /** Whether all endings that are over were heard of, by all who end sessions. */
  isSure: () => boolean
}

/**
 * Says of each request whether the session of its access token is still open. The account's database
 * is the truth; it is asked once for a session, and again when sessions of the account have ended.
 * Where an ending may have been missed, nothing that is remembered counts, and it is asked each time.
 */
export class SessionStandings implements OnEndings {
  readonly #look: Options['look']
  readonly #isSure: Options['isSure']
  readonly #known = createCache<Standings>(
    'session standings',
    // A `sid` is a text of 22 characters, or 36.
    (standings) => 150 * standings.size,
    ACCESS_TOKEN_MAX,
  )
  /** Looks under way, which an ending makes worthless. */
  readonly #looks = new Set<{ did: string; isOver: boolean }>()

  constructor({ look, isSure }: Options) {
    this.#look = look
    this.#isSure = isSure
  }

  /** At once, without a promise, where it is known. */
  isOpen(session: SessionName): boolean | Promise<boolean> {
    const known = this.#isSure() ? this.#known.get(session.did)?.get(session.sid) : undefined
    return known ?? this.ask(session)
  }

  /** Of the account, also where it is known: another auth actor may have ended it a moment ago. */
  async ask(session: SessionName): Promise<boolean> {
    const look = { did: session.did, isOver: false }
    this.#looks.add(look)
    try {
      for (;;) {
        look.isOver = false
        const isOpen = await this.#look(session)
        // What it saw may have been a moment before an ending.
        if (look.isOver) continue
        this.#remember(session, isOpen)
        return isOpen
      }
    } finally {
      this.#looks.delete(look)
    }
  }

  ended(dids: readonly string[]): void {
    for (const did of dids) this.#known.delete(did)
    for (const look of this.#looks) if (dids.includes(look.did)) look.isOver = true
  }

  missed(): void {
    this.#known.clear()
    for (const look of this.#looks) look.isOver = true
  }

  #remember({ did, sid }: SessionName, isOpen: boolean): void {
    const before = this.#known.peek(did)
    const standings = new Map(before).set(sid, isOpen)
    // The oldest says when all are asked for anew.
    this.#known.set(did, standings, { noUpdateTTL: before !== undefined })
  }
}
