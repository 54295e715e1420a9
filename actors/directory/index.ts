import { actor } from 'rivetkit'
import { closeDatabase, openDatabase } from '../../stores/sql/database.ts'
import * as entries from '../../stores/sql/directory/account.ts'
import * as pdses from '../../stores/sql/directory/pds.ts'
import * as resets from '../../stores/sql/directory/reset_token.ts'
import { directorySchema } from '../../stores/sql/directory/schema.ts'
import * as signUps from '../../stores/sql/directory/sign_up.ts'
import { databasePath, onDatabase, type Runner, requireSecret } from '../runner.ts'
import * as handleChanges from './handle_changes.ts'
import * as imports from './imports.ts'
import * as invites from './invites.ts'
import * as names from './names.ts'
import * as placement from './placement.ts'
import * as sagas from './sign_ups.ts'

/** What the directory can be asked. */
export const directoryFunctions = {
  find: names.find,
  assertAvailable: names.assertAvailable,
  changeEmail: names.changeEmail,
  setHandle: names.setHandle,
  listAccounts: entries.listEntries,
  searchAccounts: entries.searchEntries,
  addAccount: entries.insertEntry,
  removeAccount: entries.deleteEntry,
  importEntry: imports.importEntry,
  importInviteCodes: imports.importInviteCodes,

  reserveSignUp: sagas.reserve,
  recordSignUpDid: signUps.setSignUpCreating,
  completeSignUp: sagas.complete,
  abandonSignUp: signUps.deleteSignUp,
  listAbandonedSignUps: signUps.listAbandonedSignUps,

  reserveHandle: handleChanges.reserve,
  completeHandleChange: handleChanges.complete,
  abandonHandleChange: handleChanges.abandon,
  listAbandonedHandleChanges: handleChanges.listAbandoned,

  putResetToken: resets.putResetToken,
  findResetToken: resets.findResetToken,
  deleteResetToken: resets.deleteResetToken,

  createInviteCodes: invites.create,
  readInviteCode: invites.read,
  listInviteCodes: invites.list,
  pageInviteCodes: invites.page,
  listInviteCodesOf: invites.listOf,
  findInviteUsedBy: invites.findUsedBy,
  disableInviteCodes: invites.disable,

  listPdses: pdses.listPdses,
  readPds: pdses.readPds,
  addPds: pdses.upsertPds,
  setPdsPlacement: pdses.setPdsPlacement,
  removePds: placement.remove,
  countAccounts: placement.countAccounts,
}

/** Who is who: unique names and pointers. There is one; it can be rebuilt from the accounts. */
export const directoryActor = (runner: Runner) =>
  actor({
    options: { noSleep: true, actionTimeout: 60_000 },
    onBeforeConnect: requireSecret(runner),
    createVars: () => {
      const db = openDatabase(databasePath.directory(runner.settings), directorySchema)
      if (runner.settings.pds) pdses.upsertPds(db, runner.settings.pds)
      return { db }
    },
    onSleep: (c) => closeDatabase(c.vars.db),
    onDestroy: (c) => closeDatabase(c.vars.db),
    actions: onDatabase(directoryFunctions),
  })
