import { actor } from 'rivetkit'
import { ACTION, DIRECTORY_WAKE } from '../../base/lifetimes.ts'
import * as entries from '../../database/directory/account.ts'
import * as searches from '../../database/directory/account_search.ts'
import * as deletions from '../../database/directory/deletion.ts'
import { readEmailChange } from '../../database/directory/email_change.ts'
import { deleteEntryToBe } from '../../database/directory/entry_to_be.ts'
import * as followed from '../../database/directory/followed_takedown.ts'
import { readHandleChange } from '../../database/directory/handle_change.ts'
import * as codes from '../../database/directory/invite.ts'
import * as claims from '../../database/directory/name_claim.ts'
import * as operators from '../../database/directory/operator.ts'
import * as pdses from '../../database/directory/pds.ts'
import * as resets from '../../database/directory/reset_token.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import * as shownInvites from '../../database/directory/shown_invite.ts'
import {
  deleteStandingChange,
  listStandingChangesOf,
} from '../../database/directory/standing_change.ts'
import { listUnderWay } from '../../database/directory/under_way.ts'
import * as withdrawn from '../../database/directory/withdrawn_identity.ts'
import { databasePath } from '../../database/paths.ts'
import type { KvContext } from '../hosting/engine/kv.ts'
import { movable } from '../hosting/movable.ts'
import { type OpenDatabase, openActorDatabase } from '../hosting/open_database.ts'
import { onDatabase, type Runner } from '../runner.ts'
import * as emailChanges from './email_changes.ts'
import * as events from './events.ts'
import * as handleChanges from './handle_changes.ts'
import * as imports from './imports.ts'
import * as invites from './invites.ts'
import * as nameClaims from './name_claims.ts'
import * as names from './names.ts'
import * as operatorSessions from './operator_sessions.ts'
import { claimPart, partOfKey } from './part_number.ts'
import * as placement from './placement.ts'
import * as sagas from './sign_ups.ts'
import * as standingChanges from './standing_changes.ts'

/** What the directory can be asked. */
export const directoryFunctions = {
  find: names.find,
  assertAvailable: names.assertAvailable,
  listAccounts: entries.listEntries,
  listBeginning: searches.listBeginning,
  listContaining: searches.listContaining,
  addAccount: entries.insertEntry,
  removeAccount: events.removeAccount,
  isKept: deletions.isKept,
  beginDeletion: deletions.putDeletion,
  abandonDeletion: deletions.deleteDeletion,
  putFollowedTakedown: followed.putFollowedTakedown,
  readFollowedTakedown: followed.readFollowedTakedown,
  deleteFollowedTakedown: followed.deleteFollowedTakedown,
  listFollowedTakedowns: followed.listFollowedTakedowns,
  beginStandingChange: standingChanges.begin,
  listStandingChangesOf,
  endStandingChange: deleteStandingChange,
  importEntry: imports.importEntry,
  importInviteCodes: imports.importInviteCodes,

  choosePds: sagas.choosePds,
  reserveSignUp: sagas.reserve,
  recordSignUpDid: sagas.recordDid,
  completeSignUp: sagas.complete,
  abandonSignUp: sagas.abandon,
  withdrawSignUp: sagas.withdraw,
  isHeldBySignUp: sagas.isHeld,
  listWithdrawnIdentities: withdrawn.listWithdrawnIdentities,
  lookAtWithdrawnIdentity: withdrawn.lookAtWithdrawnIdentity,
  deleteWithdrawnIdentity: withdrawn.deleteWithdrawnIdentity,

  reserveHandle: handleChanges.reserve,
  readHandleChange,
  completeHandleChange: handleChanges.complete,
  abandonHandleChange: handleChanges.abandon,

  reserveEmail: emailChanges.reserve,
  completeEmailChange: emailChanges.complete,
  abandonEmailChange: emailChanges.abandon,

  listUnderWay,

  putResetToken: resets.putResetToken,
  findResetToken: resets.findResetToken,

  createInviteCodes: invites.create,
  createOwnInvites: invites.createOwn,
  discardInvites: invites.discard,
  readOwnInvites: invites.readOwn,
  disableOwnInvite: codes.disableInviteCodeOf,
  readInviteCode: codes.readInviteCode,
  readUsableInvite: invites.readUsable,
  listInviteCodes: codes.listInviteCodes,
  pageInviteCodes: codes.pageInviteCodes,
  listShownInvites: shownInvites.listShownInvites,
  readInvitations: shownInvites.readInvitations,
  listInviteCodesOf: codes.listInviteCodesOf,
  findInviteUsedBy: codes.findInviteUsedBy,
  disableInviteCodes: invites.disable,

  addOperator: operators.insertOperator,
  removeOperator: operators.deleteOperator,
  listOperators: operators.listOperators,
  isOperator: operators.isOperator,
  keepEvents: events.keep,
  addOperatorAct: events.act,
  listEvents: events.listEvents,
  readEventCounts: events.readEventCounts,

  putOperatorLink: operatorSessions.putOperatorLink,
  openOperatorSession: operatorSessions.open,
  openOperatorSessionByLink: operatorSessions.openByLink,
  useOperatorSession: operatorSessions.use,
  endOperatorSession: operatorSessions.deleteOperatorSession,
  endOperatorSessions: operatorSessions.endAll,

  listPdses: pdses.listPdses,
  readPds: pdses.readPds,
  addPds: pdses.upsertPds,
  setPdsPlacement: pdses.setPdsPlacement,
  removePds: placement.remove,
  countAccounts: placement.countAccounts,
}

/** What a part of the directory can be asked, where there are several (`parts/`). */
export const partFunctions = {
  ...directoryFunctions,

  claimName: claims.claimName,
  readNameClaim: claims.readNameClaim,
  releaseName: claims.releaseName,
  holdsName: nameClaims.holdsName,
  namesOf: nameClaims.namesOf,

  assertPdsEmpty: placement.assertEmpty,
  readHandles: entries.readHandles,
  makeOwnInvites: invites.makeOwn,

  readSignedUp: sagas.readEntry,
  putEntry: sagas.putEntry,
  withdrawEntry: entries.withdrawEntry,
  endSignUp: sagas.end,
  completeRecordedHandleChange: handleChanges.completeRecorded,
  readEmailChange,
  completeRecordedEmailChange: emailChanges.completeRecorded,
  beginImport: imports.beginImport,
  endImport: imports.endImport,
  abandonImport: deleteEntryToBe,
}

const actions = onDatabase(partFunctions)

/** Who is who: unique names and pointers, in one part or several. It can be rebuilt from the accounts. */
export const directoryActor = (runner: Runner) => {
  const start = async (c: KvContext & { key: string[] }): Promise<OpenDatabase> => {
    const number = partOfKey(c.key[0] as string)
    const path = databasePath.directory(runner.settings, number)
    const opened = await openActorDatabase(runner, c, path, directorySchema)
    claimPart(runner, opened.db, number)
    if (number > 0) return opened
    if (runner.settings.pds) pdses.upsertPds(opened.db, runner.settings.pds)
    for (const { did, url, adminPassword } of pdses.listPdses(opened.db)) {
      if (adminPassword !== null) continue
      const wrong = 'its admin password was sealed with another secret; vestibule pds add gives it'
      runner.log.error({ did, url }, `A PDS cannot be used: ${wrong}`)
    }
    return opened
  }
  const stop = (held: OpenDatabase) => held.close()
  const keepHead = (held: OpenDatabase) => held.keepHead()
  const serving = { start, stop, keepHead, schema: directorySchema }
  return actor({
    options: { noSleep: true, actionTimeout: ACTION, createVarsTimeout: DIRECTORY_WAKE },
    ...movable('directory', runner, serving, actions),
  })
}
