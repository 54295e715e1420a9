import type { AccountStore } from '@atproto/oauth-provider/store'
import type { Flow } from '../actors/auth/flow.ts'
import { accountNotFound, signedOutMeanwhile } from '../base/errors.ts'
import { receivedAt } from '../http/requester.ts'
import { NEW_PASSWORD_MIN_LENGTH } from '../passwords/new_password.ts'
import {
  activateAccount,
  deactivateAccount,
  deleteOwnAccount,
} from '../sagas/changes/account_life.ts'
import { changeHandle } from '../sagas/changes/handle_change.ts'
import type { Services } from '../sagas/services/services.ts'
import { assertHandleFree } from '../sagas/sign_up/new_handle.ts'
import { signUp } from '../sagas/sign_up/sign_up.ts'
import type { SignUpPolicy } from '../sagas/sign_up/sign_up_rules.ts'
import { toAccount, toAuthorizedClients } from './account.ts'
import { createCredentials } from './credentials.ts'
import { createDeviceAccounts } from './device_accounts.ts'
import { createEmailFlows } from './email_flows.ts'
import { asOAuth } from './oauth_errors.ts'
import { requestScope } from './request_scope.ts'

const POLICY: SignUpPolicy = {
  invite: 'as configured',
  // The provider has verified it by then.
  captcha: 'solved',
  reservedHandles: 'refused',
  credential: 'password',
  minPasswordLength: NEW_PASSWORD_MIN_LENGTH,
  provenDid: null,
}

/** Accounts, as the provider's pages see and change them. */
export function createAccountStore(flow: Flow, services: Services): AccountStore {
  const { actors } = services

  return {
    ...createCredentials(services),
    ...createEmailFlows(services),
    ...createDeviceAccounts(flow, services),

    createAccount: (typed) =>
      asOAuth(async () => {
        const { account } = await signUp(services, typed, POLICY)
        requestScope().provesSignIn(account.did, { generation: account.generation })
        return toAccount(account)
      }),

    /**
     * The provider would keep all that was asked for, also what the person did not give, and next time
     * give that without a word (`prompt=none`, `login_hint`). So of less, nothing is kept.
     */
    setAuthorizedClient: (did, clientId, data) =>
      asOAuth(async () => {
        if (requestScope().narrowedFor === clientId) return
        const now = Date.now()
        const consent = { clientId, at: receivedAt() ?? now }
        const basis = { ...requestScope().signInOf(did), consent }
        await actors.account(did).authorizeClient(clientId, JSON.stringify(data), now, basis)
      }),

    getAccount: (did) =>
      asOAuth(async () => {
        const account = actors.account(did)
        const row = await account.read()
        if (!row || row.takedownRef !== null) throw accountNotFound()
        const scope = requestScope()
        scope.isAbout(did)
        if (scope.shownSignIn) {
          if (scope.shownSignIn.generation !== row.generation) throw signedOutMeanwhile()
          scope.provesSignIn(did, { generation: row.generation })
        }
        const authorizedClients = toAuthorizedClients(await account.listAuthorizedClients())
        return { account: toAccount(row), authorizedClients }
      }),

    verifyHandleAvailability: (handle) =>
      asOAuth(async () => void (await assertHandleFree(services, handle))),

    updateHandle: ({ did, handle }) =>
      asOAuth(async () =>
        toAccount(await changeHandle(services, did, handle, requestScope().signInOf(did))),
      ),

    deactivateAccount: ({ did, deleteAfter }) =>
      asOAuth(async () => {
        const options = { deleteAfter: deleteAfter ?? null, deleteCredentials: true }
        return toAccount(
          await deactivateAccount(services, did, options, requestScope().signInOf(did)),
        )
      }),

    reactivateAccount: ({ did }) =>
      asOAuth(async () =>
        toAccount(await activateAccount(services, did, requestScope().signInOf(did))),
      ),

    deleteAccountConfirm: ({ did, token, password }) =>
      asOAuth(() => deleteOwnAccount(services, did, { password, token }, 'signed in')),
  }
}
