import { type Db, transact } from '../../database/database.ts'
import { isOperator } from '../../database/directory/operator.ts'
import * as sessions from '../../database/directory/operator_session.ts'

export const { deleteOperatorSession } = sessions

/** Makes a link that opens the operator's page once. */
export function putOperatorLink(db: Db, secret: string, now: number): void {
  transact(db, () => sessions.insertOperatorLink(db, secret, now))
}

/** Opens a session of an operator's account. @returns false where it is none, or no more */
export function open(
  db: Db,
  secret: string,
  session: sessions.OperatorSession & { did: string },
  now: number,
): boolean {
  return transact(db, () => {
    if (!isOperator(db, session.did)) return false
    sessions.insertOperatorSession(db, secret, session, now)
    return true
  })
}

/** Opens a session by a link, which is spent. @returns false where it is not good */
export function openByLink(db: Db, secret: string, link: string, now: number): boolean {
  return transact(db, () => {
    if (!sessions.spendOperatorLink(db, link, now)) return false
    sessions.insertOperatorSession(db, secret, { did: null, basis: null, begunAt: now }, now)
    return true
  })
}

export function use(db: Db, secret: string, now: number): sessions.OperatorSession | null {
  return transact(db, () => sessions.useOperatorSession(db, secret, now))
}
