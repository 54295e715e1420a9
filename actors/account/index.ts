import { actor } from 'rivetkit'
import { ACCOUNT_SLEEP, ACTION } from '../../base/lifetimes.ts'
import { listActivity, listAudit } from '../../database/account/audit.ts'
import {
  deleteAuthorizedClient,
  listAuthorizedClients,
} from '../../database/account/authorized_client.ts'
import { listDeviceAccounts } from '../../database/account/device.ts'
import { readLanguage } from '../../database/account/language.ts'
import * as legacy from '../../database/account/legacy_session.ts'
import { readOpenidConsent } from '../../database/account/openid_consent.ts'
import { deleteOpenidGrant } from '../../database/account/openid_grant.ts'
import * as profiles from '../../database/account/profile.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { rotateSession } from '../../database/account/session.ts'
import { databasePath } from '../../database/paths.ts'
import type { DirectoryStub } from '../directory/stub.ts'
import type { KvContext } from '../hosting/engine/kv.ts'
import { openActorDatabase } from '../hosting/open_database.ts'
import { onDatabase, type Runner, requireSecret } from '../runner.ts'
import * as appPasswords from './app_passwords.ts'
import { logAudit } from './audit_log.ts'
import { assertGood } from './basis.ts'
import { assertNoneKept, assertNotLost, noteDamage, wake } from './damage.ts'
import * as devices from './devices.ts'
import * as email from './email.ts'
import * as factors from './factors.ts'
import { importAccount } from './imports.ts'
import * as invites from './invites.ts'
import * as knownDevices from './known_devices.ts'
import * as lifecycle from './lifecycle.ts'
import * as openid from './openid.ts'
import * as openidLogout from './openid_logout.ts'
import * as openidTokens from './openid_tokens.ts'
import * as passkeys from './passkeys.ts'
import * as passwords from './passwords.ts'
import * as protections from './protections.ts'
import * as sessions from './sessions.ts'
import * as signOutLinks from './sign_out_links.ts'
import * as trustedDevices from './trusted_devices.ts'

/** What the account can be asked. */
export const accountFunctions = {
  create: lifecycle.create,
  createAgain: lifecycle.createAgain,
  import: importAccount,
  read: profiles.readAccount,
  readWithSession: sessions.readWithSession,
  assertGood,
  setHandle: lifecycle.setHandle,
  noteProfile: profiles.noteProfile,
  deactivate: lifecycle.deactivate,
  activate: lifecycle.activate,
  takeDown: lifecycle.takeDown,
  erase: profiles.eraseAccount,
  setInvitesDisabled: profiles.setInvitesDisabled,
  noteInvitesMade: invites.noteMade,

  login: passwords.login,
  resumeLogin: passwords.resume,
  mayDelete: passwords.mayDelete,
  changePassword: passwords.change,
  removePassword: passwords.remove,
  resetPassword: passwords.reset,

  createAppPassword: appPasswords.create,
  listAppPasswords: appPasswords.list,
  revokeAppPassword: appPasswords.revoke,
  readAppPasswordRevocation: appPasswords.lastRevokedAt,
  setProtection: protections.set,

  issueEmailToken: email.issueToken,
  noteEmailTokenSent: email.noteSent,
  checkEmailToken: email.checkToken,
  spendEmailToken: email.spendToken,
  confirmEmail: email.confirm,
  changeEmail: email.change,
  setEmail: email.set,

  listFactors: factors.list,
  proveFactor: factors.prove,
  beginTotp: factors.beginTotp,
  confirmTotp: factors.confirmTotp,
  removeTotp: factors.removeTotp,
  setMailFactor: factors.setMail,
  switchMailFactor: factors.switchMail,
  renewRecoveryCodes: factors.renewRecoveryCodes,
  removeRecoveryCodes: factors.removeRecoveryCodes,

  listPasskeys: passkeys.list,
  findPasskeyOwner: passkeys.findOwner,
  addPasskey: passkeys.add,
  renamePasskey: passkeys.rename,
  removePasskey: passkeys.remove,
  removePasskeys: passkeys.removeNamed,
  loginWithPasskey: passkeys.login,
  provePasskey: passkeys.prove,

  isSessionOpen: sessions.isOpen,
  createSession: sessions.create,
  findSessionByTokenId: sessions.findByTokenId,
  findSessionByCode: sessions.findByCode,
  findSessionByRefreshToken: sessions.findByRefreshToken,
  rotateSession,
  endSession: sessions.end,
  endSessionByTokenId: sessions.endByTokenId,
  listSessions: sessions.list,

  createLegacySession: sessions.createLegacy,
  rotateLegacySession: sessions.rotateLegacy,
  deleteLegacySession: legacy.deleteLegacySession,
  listLegacySessions: legacy.listLegacySessions,

  putOpenidSession: openid.putSession,
  findOpenidSession: openid.findSession,
  findOpenidSessionByUid: openid.findSessionByUid,
  endOpenidSession: openid.endSession,
  consentToOpenid: openid.consent,
  readOpenidConsent,
  putOpenidGrant: openid.putGrant,
  findOpenidGrant: openid.findGrant,
  endOpenidGrant: deleteOpenidGrant,
  listOpenidGrants: sessions.listOpenid,
  putOpenidTokens: openidTokens.putTokens,
  findOpenidToken: openidTokens.findToken,
  findOpenidChain: openidTokens.findChain,
  endOpenidChain: openidTokens.endChain,
  endOpenidSignIn: openidLogout.endSignIn,
  listOpenidSignInsToTell: openidLogout.toTell,
  noteOpenidSignInsTold: openidLogout.noteTold,

  rememberDevice: devices.remember,
  readDevice: devices.read,
  listDevices: listDeviceAccounts,
  forgetDevice: devices.forget,
  listPassingBrowsers: devices.listPassing,
  endBrowser: devices.endBrowser,
  makeRoomOnDevice: devices.makeRoomOn,
  distrustDevice: devices.distrust,
  proveOn: devices.proveOn,
  readLanguage,
  noteSignIn: knownDevices.noteSignIn,
  learnDevice: knownDevices.learn,
  unlearnDevice: knownDevices.unlearn,
  trustDevice: trustedDevices.trust,
  isTrustedDevice: trustedDevices.isTrusted,
  listTrustedDevices: trustedDevices.list,
  revokeTrustedDevice: trustedDevices.revoke,
  authorizeClient: devices.authorizeClient,
  listAuthorizedClients,
  forgetConsent: deleteAuthorizedClient,

  signOutEverywhere: lifecycle.signOutEverywhere,
  signOutElsewhere: lifecycle.signOutElsewhere,
  makeSignOutLink: signOutLinks.make,
  readSignOutLink: signOutLinks.read,
  useSignOutLink: signOutLinks.use,
  audit: lifecycle.audit,
  listAudit,
  listActivity,
}

/** What may end sessions; what is deleted to make room for others is not counted as that. */
export const endingFunctions: ReadonlySet<keyof typeof accountFunctions> = new Set([
  'deactivate',
  'takeDown',
  'erase',
  'changePassword',
  'resetPassword',
  'revokeAppPassword',
  'endSession',
  'endSessionByTokenId',
  'deleteLegacySession',
  'signOutEverywhere',
  'signOutElsewhere',
  'useSignOutLink',
] as const)

/** One account: everything that is true about it, in its own database. The key is its DID. */
export const accountActor = (runner: Runner, directory: DirectoryStub) => {
  const open = async (c: KvContext, did: string) => {
    const path = databasePath.account(runner.settings, did)
    const opened = await openActorDatabase(runner, c, path, accountSchema, (state) =>
      assertNoneKept(directory, did, path, state),
    )
    await assertNotLost(directory, did, path, opened)
    logAudit(opened.db, did, runner.log)
    return { ...opened, did }
  }
  return actor({
    options: { sleepTimeout: ACCOUNT_SLEEP, actionTimeout: ACTION },
    onBeforeConnect: requireSecret(runner),
    createVars: (c: KvContext & { key: string[] }, _driver: unknown) => {
      const did = c.key[0] as string
      return wake(runner.log, did, () => open(c, did))
    },
    onSleep: (c) => c.vars.close(),
    onDestroy: (c) => c.vars.close(),
    actions: onDatabase(accountFunctions, ({ did }: { did: string }, err) =>
      noteDamage(runner.log, did, err),
    ),
  })
}
