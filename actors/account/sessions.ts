import { type AccountRow, readAccount } from '../../database/account/profile.ts'
import * as sessions from '../../database/account/session.ts'
import type { Db } from '../../database/database.ts'

/** A session together with the account it belongs to. */
export type SessionOfAccount = { account: AccountRow; session: sessions.Session }

export function findByTokenId(db: Db, tokenId: string): SessionOfAccount | null {
  return withAccount(db, sessions.findSessionByTokenId(db, tokenId))
}

export function findByCode(db: Db, code: string): SessionOfAccount | null {
  return withAccount(db, sessions.findSessionByCode(db, code))
}

/** `answers` says whether the refresh token is still good for a new one. */
export function findByRefreshToken(
  db: Db,
  sessionId: string,
  refreshToken: string,
): (SessionOfAccount & { answers: boolean }) | null {
  const found = sessions.findSessionByRefreshToken(db, sessionId, refreshToken)
  const owned = found && withAccount(db, found.session)
  return owned && { ...owned, answers: found.answers }
}

export function list(db: Db): SessionOfAccount[] {
  const account = readAccount(db)
  if (!account) return []
  return sessions.listSessions(db).map((session) => ({ account, session }))
}

function withAccount(db: Db, session: sessions.Session | null): SessionOfAccount | null {
  const account = session && readAccount(db)
  return account && { account, session }
}
