import { type Db, transact } from '../../database/database.ts'
import { isOperator } from '../../database/directory/operator.ts'
import * as sessions from '../../database/directory/operator_session.ts'

export const { deleteOperatorSession } = sessions

/**
 * Makes a link that opens the operator's page once.
 *
 * @param printed the session of the page in which it is; null on the command line
 * @returns false where it is that of an operator who is none any more
 */
export function putOperatorLink(
  db: Db,
  secret: string,
  printed: sessions.OperatorGround | null,
  now: number,
): boolean {
  const did = printed?.did ?? null
  return transact(db, () => {
    if (did !== null && !isOperator(db, did)) return false
    sessions.insertOperatorLink(db, secret, printed, now)
    return true
  })
}

/** Opens a session of an operator's account. @returns false where it is none, or no more */
export function open(
  db: Db,
  secret: string,
  session: sessions.OperatorGround & { did: string },
  now: number,
): boolean {
  return transact(db, () => {
    if (!isOperator(db, session.did)) return false
    sessions.insertOperatorSession(db, secret, { ...session, isByLink: false }, now)
    return true
  })
}

/** Opens a session by a link, which is spent. @returns false where it is not good */
export function openByLink(db: Db, secret: string, link: string, now: number): boolean {
  return transact(db, () => {
    const ground = sessions.spendOperatorLink(db, link, now)
    if (!ground) return false
    sessions.insertOperatorSession(db, secret, { ...ground, isByLink: true }, now)
    return true
  })
}

/** Ends all of them, and the links that could open one. */
export function endAll(db: Db): void {
  transact(db, () => {
    sessions.deleteAllOperatorSessions(db)
    sessions.deleteAllOperatorLinks(db)
  })
}

export function use(db: Db, secret: string, now: number): sessions.OperatorSession | null {
  return transact(db, () => sessions.useOperatorSession(db, secret, now))
}
