import type { LexiconStore } from '@atproto/oauth-provider/store'
import type { Flow } from '../actors/auth/flow.ts'
import { UnavailableError } from '../base/errors.ts'

const toDate = (ms: number | null) => (ms === null ? null : new Date(ms))

/**
 * Lexicons of permission sets, kept so that their publisher may be away for a while. While the auth actor is away that
 * keeps one, it is asked of its publisher: each token of an app with that set needs it.
 */
export function createLexiconStore(flow: Flow): LexiconStore {
  return {
    async findLexicon(nsid) {
      const owner = flow(nsid)
      const row = owner.isAway() ? null : await owner.readLexicon(nsid)
      return (
        row && {
          createdAt: new Date(row.createdAt),
          updatedAt: new Date(row.updatedAt),
          lastSucceededAt: toDate(row.lastSucceededAt),
          uri: row.uri,
          lexicon: row.document === null ? null : JSON.parse(row.document),
        }
      )
    },

    async storeLexicon(nsid, data) {
      const owner = flow(nsid)
      if (owner.isAway()) {
        // There may be one that is kept: to say that there is none would cost the app its request or its session.
        if (data.lexicon === null) throw new UnavailableError('The owner of a lexicon')
        return
      }
      await owner.upsertLexicon(nsid, {
        createdAt: data.createdAt.getTime(),
        updatedAt: data.updatedAt.getTime(),
        lastSucceededAt: data.lastSucceededAt?.getTime() ?? null,
        uri: data.uri,
        document: data.lexicon && JSON.stringify(data.lexicon),
      })
    },

    async deleteLexicon(nsid) {
      await flow(nsid).deleteLexicon(nsid)
    },
  }
}
