import type { LexiconStore } from '@atproto/oauth-provider/store'
import type { Flow } from '../actors/auth/flow.ts'

const toDate = (ms: number | null) => (ms === null ? null : new Date(ms))

/** Lexicons of permission sets, kept so that their publisher may be away for a while. */
export function createLexiconStore(flow: Flow): LexiconStore {
  return {
    async findLexicon(nsid) {
      const row = await flow(nsid).readLexicon(nsid)
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
      await flow(nsid).upsertLexicon(nsid, {
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
