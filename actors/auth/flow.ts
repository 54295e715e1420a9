import { UnavailableError } from '../../base/errors.ts'
import type { Db } from '../../database/database.ts'
import * as requests from '../../database/flow/authorization_request.ts'
import * as carried from '../../database/flow/carried.ts'
import * as clients from '../../database/flow/client.ts'
import * as devices from '../../database/flow/device.ts'
import * as lexicons from '../../database/flow/lexicon.ts'
import * as openidClients from '../../database/flow/openid_client.ts'
import * as deviceCodes from '../../database/flow/openid_device_code.ts'
import * as openidKeys from '../../database/flow/openid_key.ts'
import * as registration from '../../database/flow/openid_registration.ts'
import * as openidRequests from '../../database/flow/openid_request.ts'
import * as resources from '../../database/flow/openid_resource.ts'
import * as replay from '../../database/flow/replay.ts'
import { oneIdOfEach } from '../../database/partition.ts'

/** What can be asked about what lies between two requests of one sign-in. */
export const flowFunctions = {
  insertRequest: requests.insertRequest,
  readRequest: requests.readRequest,
  updateRequest: requests.updateRequest,
  takeRequest: requests.takeRequest,
  takeGranted: requests.takeGranted,
  deleteRequest: requests.deleteRequest,
  deleteRequestsOf: requests.deleteRequestsOf,
  consumeRequestByCode: requests.consumeRequestByCode,
  findSpentCode: requests.findSpentCode,

  insertDevice: devices.insertDevice,
  readDevice: devices.readDevice,
  updateDevice: devices.updateDevice,
  endReplaced: devices.endReplaced,
  deleteDevice: devices.deleteDevice,
  linkAccount: devices.linkAccount,
  unlinkAccount: devices.unlinkAccount,
  listAccountsOnDevice: devices.listAccountsOnDevice,

  findCarriedToken: carried.findCarriedToken,
  readCarriedSecret: carried.readCarriedSecret,

  recordNonce: replay.recordNonce,
  spendChallenge: replay.spendChallenge,

  readLexicon: lexicons.readLexicon,
  upsertLexicon: lexicons.upsertLexicon,
  deleteLexicon: lexicons.deleteLexicon,

  readClient: clients.readClient,
  listClients: clients.listClients,
  upsertClient: clients.upsertClient,
  deleteClient: clients.deleteClient,

  putOpenidRequest: openidRequests.putOpenidRequest,
  readOpenidRequest: openidRequests.readOpenidRequest,
  consumeOpenidRequest: openidRequests.consumeOpenidRequest,
  deleteOpenidRequest: openidRequests.deleteOpenidRequest,

  readOpenidClient: openidClients.readOpenidClient,
  listOpenidClients: openidClients.listOpenidClients,
  listVouchedOpenidClients: openidClients.listVouchedOpenidClients,
  isOpenidWanted: openidClients.isOpenidWanted,
  upsertOpenidClient: openidClients.upsertOpenidClient,
  replaceOpenidClientSecret: openidClients.replaceOpenidClientSecret,
  deleteOpenidClient: openidClients.deleteOpenidClient,
  removeOpenidClient: openidClients.removeOpenidClient,
  readOpenidRemoval: openidClients.readOpenidRemoval,

  registerOpenidClient: registration.registerOpenidClient,
  changeOpenidClient: registration.changeOpenidClient,
  noteOpenidClientUse: registration.noteOpenidClientUse,
  setOpenidClientAccess: registration.setOpenidClientAccess,
  hasOpenidClientAccess: registration.hasOpenidClientAccess,
  insertOpenidInitialToken: registration.insertOpenidInitialToken,
  isOpenidInitialToken: registration.isOpenidInitialToken,
  listOpenidInitialTokens: registration.listOpenidInitialTokens,
  deleteOpenidInitialTokens: registration.deleteOpenidInitialTokens,

  insertDeviceCode: deviceCodes.insertDeviceCode,
  readDeviceCode: deviceCodes.readDeviceCode,
  readDecidedDeviceCode: deviceCodes.readDecidedDeviceCode,
  decideDeviceCode: deviceCodes.decideDeviceCode,
  pollDeviceCode: deviceCodes.pollDeviceCode,
  consumeDeviceCode: deviceCodes.consumeDeviceCode,

  readOpenidResource: resources.readOpenidResource,
  listOpenidResources: resources.listOpenidResources,
  upsertOpenidResource: resources.upsertOpenidResource,
  deleteOpenidResource: resources.deleteOpenidResource,

  listOpenidKeys: openidKeys.listOpenidKeys,
  insertOpenidKeys: openidKeys.insertOpenidKeys,
  insertFirstOpenidKeys: openidKeys.insertFirstOpenidKeys,
  deleteOpenidKey: openidKeys.deleteOpenidKey,
}

/** Functions on a database, without it: they answer at once where it is at hand. */
export type OnDatabase<F> = {
  [K in keyof F]: F[K] extends (db: Db, ...args: infer A) => infer R
    ? (...args: A) => R | Promise<Awaited<R>>
    : never
}

export type FlowOwner = OnDatabase<typeof flowFunctions> & {
  /** Whether it is known that it cannot be reached for now, so that who asks it waits. */
  isAway(): boolean
}

/**
 * Who keeps what `id` names: an authorization request, a code, a device, a nonce (with its
 * namespace), a lexicon, a client, what the OpenID provider keeps, or what was carried over from a PDS: a
 * refresh token, its secret (by its DID). It is always the same one, so its database decides alone.
 *
 * @param isUnlessAway whether a call fails as soon as it is away, in place of waiting for it
 */
export type Flow = (id: string, isUnlessAway?: boolean) => FlowOwner

/**
 * Asks each of those among whom something is spread.
 *
 * @param partitions how many there are
 * @returns what they answer, in their order
 */
export function askEach<Owner, Answer>(
  ownerOf: (id: string) => Owner,
  partitions: number,
  ask: (owner: Owner) => Answer | Promise<Answer>,
): Promise<Answer[]> {
  return Promise.all(oneIdOfEach(partitions).map(async (id) => ask(ownerOf(id))))
}

/** Who keeps the keys of the OpenID provider. */
export const OPENID_KEYS = 'openid keys'

/** What a nonce is known by; it counts within its namespace. */
export const nonceId = (namespace: string, nonce: string): string => `${namespace}\n${nonce}`

type Nonce = { namespace: string; nonce: string; lasts: number; isSpent: boolean }

/**
 * Records that a nonce was used. Who asks again brings another one, whose owner may be there: where the owner of this
 * one is away it is refused at once, since to wait would hold up all who use that owner.
 *
 * @param lasts ms
 * @param isSpent whether the request has spent something already, such as a code: a refusal would cost that, so it waits
 * @returns whether it is new
 * @throws {UnavailableError} when its owner is away
 */
export async function recordNonce(
  flow: Flow,
  { namespace, nonce, lasts, isSpent }: Nonce,
): Promise<boolean> {
  const owner = flow(nonceId(namespace, nonce), !isSpent)
  if (!isSpent && owner.isAway()) throw new UnavailableError('The owner of a nonce')
  return owner.recordNonce(namespace, nonce, lasts)
}
