import type { LexiconStore } from '@atproto/oauth-provider/store'
import type { Db } from './sql/database.ts'
import * as lexicons from './sql/flow/lexicon.ts'

const toDate = (ms: number | null) => (ms === null ? null : new Date(ms))

/** Lexicons of permission sets, kept so that their publisher may be away for a while. */
export function createLexiconStore(db: Db): LexiconStore {
  return {
    findLexicon(nsid) {
      const row = lexicons.readLexicon(db, nsid)
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

    storeLexicon(nsid, data) {
      lexicons.upsertLexicon(db, nsid, {
        createdAt: data.createdAt.getTime(),
        updatedAt: data.updatedAt.getTime(),
        lastSucceededAt: data.lastSucceededAt?.getTime() ?? null,
        uri: data.uri,
        document: data.lexicon && JSON.stringify(data.lexicon),
      })
    },

    deleteLexicon(nsid) {
      lexicons.deleteLexicon(db, nsid)
    },
  }
}
