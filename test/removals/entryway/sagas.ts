import { inFile, toRemovals } from '../removal.ts'

const DECIDED = 'test/sagas/decided.test.ts'
const CUT_OFF = 'test/sagas/cut_off.test.ts'
const RECOVERY = 'test/sagas/recovery.test.ts'
const ON_DISK = 'test/backup/on_disk.test.ts'
const handleChange = inFile('sagas/changes/handle_change.ts')
const partsElsewhere = inFile('maintenance/data_folder/parts_elsewhere.ts')

/** What it defends of what takes several steps, and is interrupted or fails between two of them. */
export const sagaRows = toRemovals([
  [
    DECIDED,
    'a handle that an account has stays, whatever ends after that',
    handleChange('const isDecided = before.handle === handle', 'const isDecided = false'),
  ],
  [
    DECIDED,
    'a handle that is refused is held no more',
    handleChange('if (handle !== null) {', 'if (handle === null) return\n  {'),
  ],
  [
    DECIDED,
    'a change of address is on record until the directory knows it',
    inFile('sagas/changes/email_change.ts')(
      'if (err instanceof Refusal) throw err\n      //',
      'throw err\n      //',
    ),
  ],
  [
    DECIDED,
    'an ending that is made is not said to have failed',
    inFile('sagas/services/forgotten_devices.ts')('}).catch(untold(did))', '})'),
  ],
  [
    DECIDED,
    'a deletion that is on record is not said to have failed',
    inFile('sagas/changes/account_life.ts')('err instanceof UnavailableError ? new', 'false ? new'),
  ],
  [
    DECIDED,
    'a deletion that the PDS refuses is not on record any more',
    inFile('sagas/changes/account_life.ts')(
      '    await services.actors.directory.abandonDeletion(did)\n',
      '',
    ),
  ],
  [
    DECIDED,
    'but one that it refuses for what it does not have is',
    inFile('sagas/changes/account_life.ts')(
      'if ((await pds.readStanding(did)) === null) return',
      '',
    ),
  ],
  [
    DECIDED,
    'no DID ends that is elsewhere',
    inFile('sagas/sign_up/new_identity.ts')('?.pds === client.pds.url', ''),
  ],
  [
    RECOVERY,
    'a PDS is told of a deletion until it says that it is done',
    inFile('sagas/changes/account_life.ts')(
      'await pds.deleteAccount(did)',
      'if (await pds.readStanding(did)) await pds.deleteAccount(did)',
    ),
  ],
  [
    DECIDED,
    'who came back by the DID of a deletion stays',
    inFile('sagas/changes/account_life.ts')(
      'if ((await directory.find(did))?.createdAt === entry.createdAt) {',
      '{',
    ),
  ],
  [
    DECIDED,
    'a PDS that has said that it is done does not tell the network again',
    inFile('sagas/changes/account_life.ts')('if (!done.has(which)) ', ''),
  ],
  [
    CUT_OFF,
    'how an account shall stand is on record until it does',
    inFile('sagas/recovery.ts')(
      'const work = () => settleStandingChange(services, change, isAbandoned)',
      "const work = async () => 'open'",
    ),
  ],
  [
    CUT_OFF,
    'the last decision on an account holds, though an earlier one comes late to the PDS',
    inFile('sagas/changes/standing_change.ts')(' && !isRepeated', ''),
  ],
  [
    'test/sagas/pds_watch.test.ts',
    'who could not be followed is looked at again',
    inFile('sagas/following/pds_watch.ts')(
      'if (known === undefined) now.delete(did)\n        else now.set(did, known)',
      '',
    ),
  ],
  [
    CUT_OFF,
    'what is decided here and not finished is not the word of the PDS',
    inFile('sagas/following/follow_pds.ts')(
      "if (decided.includes('activity')) return followed",
      '',
    ),
  ],
  [
    CUT_OFF,
    'a decision whose sign-in has ended is not made later',
    inFile('sagas/changes/standing_change.ts')(
      'generation === null ? null : { generation, mayBeTakenDown: true }',
      'null',
    ),
  ],
  [
    CUT_OFF,
    'a sign-up with which its PDS goes on after it was given up is taken back',
    inFile('sagas/sign_up/sign_up.ts')('directory.withdrawSignUp(', 'directory.abandonSignUp('),
  ],
  [
    CUT_OFF,
    'an account that is here is not taken back as late',
    inFile('sagas/sign_up/late_sign_up.ts')(' || (await directory.find(did))', ''),
  ],
  [
    CUT_OFF,
    'nor a move that began anew while that was looked for',
    inFile('sagas/sign_up/late_sign_up.ts')(
      'if (isPublished) await withdrawIdentity',
      'await withdrawIdentity',
    ),
  ],
  [
    CUT_OFF,
    'what a PDS that is away may go on with is not looked for for ever',
    inFile('sagas/sign_up/late_sign_up.ts')('hasPassed(withdrawnAt, SIGN_UP_UNSEEN) || ', ''),
  ],
  [
    CUT_OFF,
    'nor does it keep that of others waiting',
    inFile('sagas/sign_up/late_sign_up.ts')(
      "if (!(await isOnRecord())) return 'open'\n    if (has",
      'if (has',
    ),
  ],
  [
    'test/backup/copies.test.ts',
    'what was given up before a restore is not taken back after it',
    inFile('maintenance/restore.ts')('  deleteAllWithdrawnIdentities(directory)\n', ''),
  ],
  [
    CUT_OFF,
    'a DID that signs up again is not taken back as late',
    inFile('actors/directory/sign_ups.ts')('    deleteWithdrawnIdentity(db, did)', ''),
  ],
  [
    CUT_OFF,
    'what a sign-up holds is not said to be taken',
    inFile('sagas/sign_up/held_names.ts')('err instanceof Refusal && (await', 'false && (await'),
  ],
  [
    RECOVERY,
    'nothing is left at a PDS of a sign-up that is given up',
    inFile('sagas/sign_up/sign_up.ts')("if (interrupted === 'abandoned')"),
  ],
  [
    'test/passkeys/sign_up.test.ts',
    'a sign-up that is finished later is recorded once',
    inFile('actors/account/lifecycle.ts')('if (recorded)'),
  ],
  [
    ON_DISK,
    'the accounts of a PDS are restored last',
    partsElsewhere('parts.toReversed()', 'parts'),
  ],
  [
    ON_DISK,
    'what a PDS keeps elsewhere is on the disk before it is in its place',
    partsElsewhere('syncAll(prepared)', ''),
  ],
  [
    ON_DISK,
    'a part of a PDS whose disk is away by then is not taken for moved',
    partsElsewhere('(!wasDisk || isDisk(place))', 'true'),
  ],
  [
    ON_DISK,
    'what is in the place of a part of a PDS by then is not overwritten',
    partsElsewhere('if (isThere(to)) {', 'if (to.length === 0) {'),
  ],
  [
    'test/backup/restore_in_place.test.ts',
    'root restores nothing to where a link of another user leads',
    partsElsewhere('assertNoLink(resolve(this.#dataDir), place)', ''),
  ],
  [
    ON_DISK,
    'no database of a PDS is restored beside the log of another',
    inFile('maintenance/backup/pds_data.ts')("['', ...LOGS]", "['']"),
  ],
])
