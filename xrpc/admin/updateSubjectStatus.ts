import type { ComAtprotoAdminDefs } from '@atproto/api'
import { InvalidRequestError } from '@atproto/xrpc-server'
import { accountNotFound } from '../../base/errors.ts'
import {
  activateAccount,
  announceStanding,
  deactivateAccount,
  takeDownAccount,
} from '../../sagas/changes/account_life.ts'
import { namedAccount } from '../accounts.ts'
import { moderator } from '../auth/moderator.ts'
import { method } from '../method.ts'

export default method('com.atproto.admin.updateSubjectStatus', {
  auth: moderator,
  act: ({ input: { subject }, credentials: by }) =>
    isRepoRef(subject) ? { by, account: subject.did } : null,
  handler: async ({ input: { subject, takedown, deactivated } }, { services }) => {
    if (takedown?.applied && deactivated && !deactivated.applied) {
      throw new InvalidRequestError('Cannot activate and takedown an account at the same time')
    }
    if (!isRepoRef(subject)) {
      throw new InvalidRequestError('Records and blobs are managed by the PDS of their account')
    }
    const { did, takedownRef } = await namedAccount(services, subject.did)
    if (deactivated && !deactivated.applied && !takedown && takedownRef !== null) {
      // As in the reference, which finds no account that it could activate.
      throw accountNotFound('user not found')
    }
    if (takedown) {
      // A PDS takes an empty one for none, and goes on showing the account.
      const ref = takedown.applied ? takedown.ref || new Date().toISOString() : null
      await takeDownAccount(services, did, ref)
    }
    if (deactivated?.applied) {
      const options = { deleteAfter: null, deleteCredentials: false }
      await deactivateAccount(services, did, options, null)
    } else if (deactivated) {
      await activateAccount(services, did, null)
    }
    if (!takedown && !deactivated) await announceStanding(services, did)
    return { subject, takedown }
  },
})

const REPO_REF = 'com.atproto.admin.defs#repoRef'
type RepoRef = ComAtprotoAdminDefs.RepoRef & { $type: typeof REPO_REF }

function isRepoRef(subject: { $type: string }): subject is RepoRef {
  return subject.$type === REPO_REF
}
