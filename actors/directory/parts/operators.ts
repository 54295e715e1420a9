import type { DirectoryStub } from '../stub.ts'
import type { Names } from './names.ts'

type Operators = Pick<
  DirectoryStub,
  | 'addOperator'
  | 'removeOperator'
  | 'listOperators'
  | 'isOperator'
  | 'putOperatorLink'
  | 'openOperatorSessionByLink'
  | 'openOperatorSession'
  | 'useOperatorSession'
  | 'endOperatorSession'
  | 'endOperatorSessions'
>

/**
 * An operator, the sessions of the page and the links that were printed in them are in the part of the DID, what
 * comes from the command line in the first. A secret does not say where it is, so all parts are asked.
 */
export function operatorsIn(names: Names): Operators {
  return {
    addOperator: (did, now) => names.partOf(did).addOperator(did, now),
    removeOperator: (did) => names.partOf(did).removeOperator(did),
    isOperator: (did) => names.partOf(did).isOperator(did),
    async listOperators() {
      const each = await Promise.all(names.all.map((part) => part.listOperators()))
      return each.flat().sort((a, b) => a.addedAt - b.addedAt || (a.did < b.did ? -1 : 1))
    },
    putOperatorLink: (secret, printed, now) => {
      const did = printed?.did ?? null
      const part = did === null ? names.first : names.partOf(did)
      return part.putOperatorLink(secret, printed, now)
    },
    async openOperatorSessionByLink(secret, link, now) {
      const open = names.all.map((part) => part.openOperatorSessionByLink(secret, link, now))
      return (await Promise.all(open)).includes(true)
    },
    openOperatorSession: (secret, session, now) =>
      names.partOf(session.did).openOperatorSession(secret, session, now),
    async useOperatorSession(secret, now) {
      const each = await Promise.all(names.all.map((part) => part.useOperatorSession(secret, now)))
      return each.find((session) => session !== null) ?? null
    },
    async endOperatorSession(secret) {
      await Promise.all(names.all.map((part) => part.endOperatorSession(secret)))
    },
    async endOperatorSessions() {
      await Promise.all(names.all.map((part) => part.endOperatorSessions()))
    },
  }
}
