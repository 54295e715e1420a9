import type { AccountStore, DeviceAccount } from '@atproto/oauth-provider/store'
import type { AccountOnDevice } from '../actors/account/devices.ts'
import type { Flow } from '../actors/auth/flow.ts'
import { accountNotFound, Refusal, signedOutMeanwhile } from '../base/errors.ts'
import { outlasting } from '../base/in_time.ts'
import { requester } from '../http/requester.ts'
import { NEW_PASSWORD_MIN_LENGTH } from '../passwords/new_password.ts'
import { activateAccount, deactivateAccount, deleteOwnAccount } from '../sagas/account_life.ts'
import { changeHandle } from '../sagas/handle_change.ts'
import { assertHandleFree } from '../sagas/new_handle.ts'
import type { Services } from '../sagas/services.ts'
import { signUp } from '../sagas/sign_up.ts'
import type { SignUpPolicy } from '../sagas/sign_up_rules.ts'
import { toAccount, toAuthorizedClients } from './account.ts'
import { createCredentials } from './credentials.ts'
import { deviceCookies } from './device_cookies.ts'
import { toDeviceData } from './device_store.ts'
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

  async function toDeviceAccount(found: AccountOnDevice): Promise<DeviceAccount | null> {
    const deviceId = found.device.deviceId as DeviceAccount['deviceId']
    const device = await flow(deviceId).readDevice(deviceId)
    return (
      device && {
        deviceId,
        deviceData: toDeviceData(device),
        account: toAccount(found.account),
        authorizedClients: toAuthorizedClients(found.authorizedClients),
        createdAt: new Date(found.device.createdAt),
        updatedAt: new Date(found.device.updatedAt),
      }
    )
  }

  return {
    ...createCredentials(services),
    ...createEmailFlows(services),

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
        await actors
          .account(did)
          .authorizeClient(clientId, JSON.stringify(data), Date.now(), requestScope().signInOf(did))
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

    upsertDeviceAccount: (deviceId, did) =>
      asOAuth(async () => {
        // The pointer first: one without an account behind it is harmless, the reverse is not.
        await flow(deviceId).linkAccount(deviceId, did)
        const scope = requestScope()
        const account = actors.account(did)
        const forgotten = await account
          .rememberDevice(deviceId, scope.signInOf(did), scope.amr)
          .catch(async (err) => {
            const isRefused = err instanceof Refusal && !(await account.readDevice(deviceId))
            if (isRefused) await flow(deviceId).unlinkAccount(deviceId, did)
            throw err
          })
        await Promise.all(forgotten.map((other) => flow(other).unlinkAccount(other, did)))
      }),

    async getDeviceAccount(deviceId, did) {
      if (!(await services.mayBeOn(deviceId, did))) return null
      const found = await actors.account(did).readDevice(deviceId)
      if (!found || found.account.takedownRef !== null) return null
      const scope = requestScope()
      scope.isAbout(did)
      scope.provesSignIn(did, found.basis)
      return toDeviceAccount(found)
    },

    async removeDeviceAccount(deviceId, did) {
      const isOn = await services.mayBeOn(deviceId, did)
      // Somebody who is not remembered may be signed in to OpenID clients.
      if (!isOn && !(await actors.directory.find(did, ['did']))) return
      const account = actors.account(did)
      await account.forgetDevice(deviceId)
      if (!isOn) return
      // Who signs out another browser may have lost it.
      const isHere = deviceCookies(requester()?.cookies).deviceId === deviceId
      // It is listed no more, so nobody would sign it out once more.
      await outlasting(async () => {
        if (!isHere) await account.distrustDevice(deviceId)
        await flow(deviceId).unlinkAccount(deviceId, did)
      })
    },

    async listDeviceAccounts(filter) {
      const pairs =
        'deviceId' in filter
          ? (await flow(filter.deviceId).listAccountsOnDevice(filter.deviceId)).map((did) => ({
              did,
              deviceId: filter.deviceId as string,
            }))
          : (await actors.account(filter.did).listDevices()).map(({ deviceId }) => ({
              did: filter.did as string,
              deviceId,
            }))
      const found = await Promise.all(
        pairs.map(async ({ did, deviceId }) => {
          const entry = await actors.account(did).readDevice(deviceId)
          if (entry?.account.takedownRef !== null) return null
          if ('deviceId' in filter) requestScope().provesSignIn(did, entry.basis)
          return toDeviceAccount(entry)
        }),
      )
      return found.filter((deviceAccount) => deviceAccount !== null)
    },

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
