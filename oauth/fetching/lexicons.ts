import { LexResolver } from '@atproto/oauth-provider/provider'
import type { Settings } from '../../base/settings/settings.ts'
import { hasManyValues, VALUES } from '../../base/values/value_bounds.ts'
import type { ForeignLookups } from '../../sagas/services/foreign_lookups.ts'
import { createSafeFetch } from './safe_fetch.ts'

/** Characters of a lexicon as JSON; it is read and written out for each request that names it. */
const LONGEST = 50_000

/** Looks up the permission sets that scopes name. Whoever has a domain publishes them. */
export class Lexicons extends LexResolver {
  readonly #lookups: ForeignLookups

  constructor(settings: Settings, lookups: ForeignLookups) {
    super({
      fetch: createSafeFetch(settings),
      plcDirectoryUrl: settings.plcUrl,
      hooks: {
        onResolveAuthority: () => (settings.lexiconAuthorityDid ?? undefined) as never,
      },
    })
    this.#lookups = lookups
  }

  override get(...args: Parameters<LexResolver['get']>): ReturnType<LexResolver['get']> {
    return this.#lookups.run(() => super.get(...args))
  }

  /** Before it is validated. @throws {Error} of which the resolver says that there is no such lexicon */
  protected override async fetchNetworkLexicon(
    ...args: Parameters<LexResolver['fetchNetworkLexicon']>
  ): ReturnType<LexResolver['fetchNetworkLexicon']> {
    const found = await super.fetchNetworkLexicon(...args)
    if (!hasManyValues(found.record) && JSON.stringify(found.record).length <= LONGEST) return found
    throw new Error(`A lexicon has ${VALUES} values and ${LONGEST} characters at most`)
  }
}
