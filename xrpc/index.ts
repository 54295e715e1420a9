import { createServer } from '@atproto/xrpc-server'
import cors from 'cors'
import { PREFLIGHT } from '../base/lifetimes.ts'
import { lexicons } from '../base/values/lexicons.ts'
import { fetchAdapter } from '../http/adapter/fetch_adapter.ts'
import type { HttpHandler } from '../http/message.ts'
import type { Services } from '../sagas/services/services.ts'
import { LegacyTokens } from '../tokens/legacy_tokens.ts'
import adminDeleteAccount from './admin/deleteAccount.ts'
import disableAccountInvites from './admin/disableAccountInvites.ts'
import disableInviteCodes from './admin/disableInviteCodes.ts'
import enableAccountInvites from './admin/enableAccountInvites.ts'
import getAccountInfo from './admin/getAccountInfo.ts'
import getAccountInfos from './admin/getAccountInfos.ts'
import getInviteCodes from './admin/getInviteCodes.ts'
import getSubjectStatus from './admin/getSubjectStatus.ts'
import searchAccounts from './admin/searchAccounts.ts'
import sendEmail from './admin/sendEmail.ts'
import updateAccountEmail from './admin/updateAccountEmail.ts'
import updateAccountHandle from './admin/updateAccountHandle.ts'
import updateAccountPassword from './admin/updateAccountPassword.ts'
import updateSubjectStatus from './admin/updateSubjectStatus.ts'
import requestPlcOperationSignature from './identity/requestPlcOperationSignature.ts'
import resolveHandle from './identity/resolveHandle.ts'
import signPlcOperation from './identity/signPlcOperation.ts'
import updateHandle from './identity/updateHandle.ts'
import type { Method } from './method.ts'
import activateAccount from './server/activateAccount.ts'
import confirmEmail from './server/confirmEmail.ts'
import createAccount from './server/createAccount.ts'
import createAppPassword from './server/createAppPassword.ts'
import createInviteCode from './server/createInviteCode.ts'
import createInviteCodes from './server/createInviteCodes.ts'
import createSession from './server/createSession.ts'
import deactivateAccount from './server/deactivateAccount.ts'
import deleteAccount from './server/deleteAccount.ts'
import deleteSession from './server/deleteSession.ts'
import describeServer from './server/describeServer.ts'
import getAccountInviteCodes from './server/getAccountInviteCodes.ts'
import getSession from './server/getSession.ts'
import listAppPasswords from './server/listAppPasswords.ts'
import refreshSession from './server/refreshSession.ts'
import requestAccountDelete from './server/requestAccountDelete.ts'
import requestEmailConfirmation from './server/requestEmailConfirmation.ts'
import requestEmailUpdate from './server/requestEmailUpdate.ts'
import requestPasswordReset from './server/requestPasswordReset.ts'
import resetPassword from './server/resetPassword.ts'
import revokeAppPassword from './server/revokeAppPassword.ts'
import updateEmail from './server/updateEmail.ts'
import checkHandleAvailability from './temp/checkHandleAvailability.ts'
import checkSignupQueue from './temp/checkSignupQueue.ts'
import dereferenceScope from './temp/dereferenceScope.ts'

/** The lexicon methods that the entryway itself answers. */
export const methods: readonly Method[] = [
  adminDeleteAccount,
  disableAccountInvites,
  disableInviteCodes,
  enableAccountInvites,
  getAccountInfo,
  getAccountInfos,
  getInviteCodes,
  getSubjectStatus,
  searchAccounts,
  sendEmail,
  updateAccountEmail,
  updateAccountHandle,
  updateAccountPassword,
  updateSubjectStatus,

  requestPlcOperationSignature,
  resolveHandle,
  signPlcOperation,
  updateHandle,

  activateAccount,
  confirmEmail,
  createAccount,
  createAppPassword,
  createInviteCode,
  createInviteCodes,
  createSession,
  deactivateAccount,
  deleteAccount,
  deleteSession,
  describeServer,
  getAccountInviteCodes,
  getSession,
  listAppPasswords,
  refreshSession,
  requestAccountDelete,
  requestEmailConfirmation,
  requestEmailUpdate,
  requestPasswordReset,
  resetPassword,
  revokeAppPassword,
  updateEmail,

  checkHandleAvailability,
  checkSignupQueue,
  dereferenceScope,
]

/** The entryway's XRPC methods as one function. */
export function createXrpcHandler(services: Services): HttpHandler {
  const server = createServer([], { validateResponse: false })
  // Given the documents, it would compile them once more for each auth actor.
  server.lex = lexicons
  const { secrets, settings, carriedSecret } = services
  const tokens = new LegacyTokens(secrets, settings, carriedSecret)
  for (const method of methods) method.addTo(server, { services, tokens })
  server.router.disable('x-powered-by')
  const allowOrigins = cors({ maxAge: PREFLIGHT / 1_000 })
  return fetchAdapter(
    (req, res) => allowOrigins(req, res, () => server.router(req, res)),
    services.log,
  )
}
