import { inFile, toRemovals } from '../removal.ts'

const verify = inFile('maintenance/backup/verify_backup.ts')
const KEPT = 'test/backup/kept_backups.test.ts'
const COPIES = 'test/backup/copies.test.ts'
const IN_PLACE = 'test/backup/restore_in_place.test.ts'
const backup = inFile('maintenance/backup/backup.ts')
const staging = inFile('maintenance/data_folder/staging.ts')
const moveMark = inFile('maintenance/data_folder/move_mark.ts')
const replacing = inFile('database/directory/rebuild.ts')
const restoring = inFile('maintenance/restore.ts')
const store = inFile('maintenance/backup/s3/store.ts')
const daily = inFile('maintenance/backup/daily_backup.ts')
const FULL_DISK = 'test/limits/full_disk.test.ts'
const DAMAGED_REPO = 'test/backup/damaged_repo.test.ts'
const ENDLESS = 'test/backup/endless_store.test.ts'
const S3 = 'test/backup/s3.test.ts'
const WAITED_FOR = 'test/storage/waited_for.test.ts'
const nonces = inFile('database/flow/replay.ts')
const requests = inFile('database/flow/authorization_request.ts')
const replica = inFile('database/replication/replica.ts')
const REPLICA = 'test/storage/replica.test.ts'
const copyKept = inFile('database/replication/copy_kept.ts')
const COPY_KEPT = 'test/storage/copy_kept.test.ts'
const LAZY = 'test/storage/lazy_tables.test.ts'
const move = inFile('maintenance/copy/copy_data.ts')
const files = inFile('maintenance/copy/files.ts')
const changes = inFile('maintenance/copy/changes.ts')
const onEngine = inFile('maintenance/copy/to_engine.ts')
const offEngine = inFile('maintenance/copy/from_engine.ts')
const stopping = inFile('database/replication/stop_serving.ts')
const servedData = inFile('actors/hosting/served_data.ts')
const SERVING = 'test/copy/serving_engine.test.ts'
const MARKS = 'test/copy/marks.test.ts'
const MOVING = 'test/copy/moving.test.ts'
const DATA_GONE = 'test/storage/data_gone.test.ts'
const OWNERSHIP = 'test/base/ownership.test.ts'
const ownership = inFile('base/files/ownership.ts')
const LOST = 'test/storage/lost_account.test.ts'
const DAMAGED_ACCOUNT = 'test/sign_in/damaged_account.test.ts'
const deviceAccounts = inFile('stores/device_accounts.ts')
const ODD_NAMES = 'test/backup/odd_names.test.ts'
const WRONG_CLOCK = 'test/storage/wrong_clock.test.ts'
const CLOCK_SET_BACK = 'test/base/clock_set_back.test.ts'
const RECOVERY_CLOCK = 'test/sagas/recovery_clock.test.ts'
const pace = inFile('gateway/connections/pace.ts')
const recovery = inFile('sagas/recovery.ts')
const steadyClock = inFile('base/time/steady_clock.ts')
const SIGN = 'test/copy/file_sign.test.ts'
const fileSign = inFile('maintenance/copy/file_sign.ts')

/** What it defends of data: as they move, in an engine, in files and in backups. */
export const dataRows = toRemovals([
  [
    'test/backup/sessions_of_backup.test.ts',
    'a session that went on after a backup is no theft',
    inFile('maintenance/restore.ts')(
      'signOut ? endSessions : markOfBackup',
      'signOut ? endSessions : () => null',
    ),
  ],
  [
    DAMAGED_ACCOUNT,
    'an account that is damaged keeps nobody else from a browser',
    deviceAccounts('if (!(err instanceof DamagedAccountError)) throw err', 'throw err'),
  ],
  [
    DAMAGED_ACCOUNT,
    'one that does not answer is not taken for damaged',
    deviceAccounts('if (!(err instanceof DamagedAccountError)) throw err', ''),
  ],
  [
    DAMAGED_ACCOUNT,
    'nor from one that is forgotten',
    inFile('stores/device_store.ts')('.catch(nullWhereDamaged)', ''),
  ],
  [
    DAMAGED_ACCOUNT,
    'nor does the sign-in there',
    inFile('oauth/sign_in/cookies/signed_in.ts')('.catch(nullWhereDamaged)', ''),
  ],
  [
    DAMAGED_ACCOUNT,
    'nor does its OpenID session',
    inFile('openid/storage/noted_faults.ts')("name === 'findOpenidSession' ?", 'false ?'),
  ],
  [
    'test/storage/lost_account.test.ts',
    'what else of an account is of another user is named',
    inFile('database/named_error.ts')('REFUSED.test(code) ?', 'false ?'),
  ],
  [
    'test/backup/marked_of_backup.test.ts',
    'when a request of a backup was received is not forgotten',
    inFile('database/account/rotation.ts')("'-abs(coalesce(received_at, 1))'", "'0'"),
  ],
  [
    'test/backup/marked_of_backup.test.ts',
    'the oldest tokens of a backup make room',
    inFile('database/account/bounds.ts')("'abs(received_at) DESC'", "'received_at DESC'"),
  ],
  [
    'test/backup/lanes.test.ts',
    'a backup gives back the memory of what it closed',
    inFile('base/work/lanes.ts')('await setImmediate()', ''),
  ],
  [
    'test/copy/places.test.ts',
    'nothing works on data that go elsewhere',
    inFile('maintenance/data_folder/hold.ts')('if (!evenMoved) assertNotMoved(dataDir)', ''),
  ],
  [
    'test/copy/places.test.ts',
    'notes of several auth actors become one',
    inFile('maintenance/copy/gather.ts')('every, mergingFlow', 'every, {}'),
  ],
  [
    MOVING,
    'what was moved is marked before the other end may serve',
    move("await from.setMove({ ...move, state: 'moved' })", ''),
  ],
  [
    MOVING,
    'what is moved is marked before the last of it is copied',
    move('else await from.setMove(move)', ''),
  ],
  [
    MOVING,
    'what arrives in files is marked',
    files(
      '      assertNoData(dataDir)\n      setMoveOf(dataDir, move)',
      '      assertNoData(dataDir)',
    ),
  ],
  [
    MOVING,
    'what is moved to one place goes to no other',
    move(
      "if (!source || (target?.state === 'copying' && target.id === source.id)) return",
      'return',
    ),
  ],
  [
    MOVING,
    'what another copy has moved is not moved once more',
    files('assertStill(readMoveOf(dataDir), move)', ''),
  ],
  [
    MOVING,
    'what is under way to a target goes on there only where no other data did',
    move('const id = source?.id ?? randomUUID()', 'const id = target?.id || randomUUID()'),
  ],
  [
    MOVING,
    'what a program has handed over it does not hand over to another',
    inFile('operator/commands/hand_over.ts')('if (found && found.id !== move.id)', 'if (false)'),
  ],
  [
    MOVING,
    'the last round leaves out no account that is lost',
    move('rounds.run({ isLast: true })', 'rounds.run({ isLast: false })'),
  ],
  [
    MOVING,
    'a program hands over what it runs on, and nothing else',
    inFile('operator/commands/hand_over.ts')('if (own !== dataDir)'),
  ],
  [
    MOVING,
    'what changed after it was copied is copied again',
    changes('if (before && sign !== null && sign === before.sign)', 'if (before)'),
  ],
  [
    MOVING,
    'what is taken back goes to the place that was named',
    move('if (move.place !== to.place)'),
  ],
  [
    MOVING,
    'nothing is taken back that still serves',
    move(
      "if ((await from.begin()) === 'serving') throw",
      'await from.begin()\n    if (false) throw',
    ),
  ],
  [
    MOVING,
    'what was moved is marked there before it is taken back',
    move("if (move.state === 'moved') {", 'if (false) {'),
  ],
  [
    MOVING,
    'a target that is away is taken for lost only where the operator says so',
    move('if (!isTargetLost) throw', 'if (false) throw'),
  ],
  [
    MOVING,
    'what went on from a target is not taken back',
    inFile('maintenance/copy/gone_on.ts')(
      'if (found === null || found.id === id) return',
      'return',
    ),
  ],
  [
    MOVING,
    'a target in files that is served is not taken back',
    files(
      'hold = holdData(dataDir, { evenMoved: true })\n      assertNotGoneOn',
      'assertNotGoneOn',
    ),
  ],
  [
    MOVING,
    'what an engine did before a move was taken back does not stay there',
    onEngine('...shards.map(listStoredAccounts),', ''),
  ],
  [
    MARKS,
    'an instance from before a mark is told by an epoch',
    stopping(
      'if ((await listEpochs(kv)).length > 0) await keepHeadOf',
      'if (false) await keepHeadOf',
    ),
  ],
  [
    SERVING,
    'an actor whose data are marked begins nothing',
    servedData('if (this.#move) throw new MovedError(this.#move)', ''),
  ],
  [
    SERVING,
    'what was begun is answered before the data are marked',
    servedData('await this.#drained()', ''),
  ],
  [
    SERVING,
    'an actor that could not be marked does not stay as it is',
    servedData('this.#serving.wakeAnew()', ''),
  ],
  [
    SERVING,
    'accounts look for the mark when they wake',
    inFile('actors/accounts/index.ts')('await assertServedHere(kv)', ''),
  ],
  [SERVING, 'an actor that ends begins nothing', servedData('if (this.#hasEnded)', 'if (false)')],
  [
    SERVING,
    'an account that closes is not opened again once its actor ends',
    inFile('actors/accounts/index.ts')("if (this.#hasEnded) throw new Error('The actor ends')", ''),
  ],
  [
    SERVING,
    'of two commands that change a mark the second has lost',
    inFile('database/replication/copy_mark.ts')('if (!isExpected)'),
  ],
  [
    SERVING,
    'what was marked in part is marked as a whole before anything is copied',
    offEngine("if (move?.state === 'moving' || move?.state === 'moved') await marks.set(move)", ''),
  ],
  [
    SERVING,
    'what an epoch has written since its head is copied again',
    offEngine(
      'const from = before?.head === head',
      'return head\n      const from = before?.head === head',
    ),
  ],
  [
    SERVING,
    'the accounts are marked, too, before the last of them is copied',
    offEngine('found: move })\n      await marks.setOthers(move)', 'found: move })'),
  ],
  [
    SERVING,
    'what was taken back is not marked once more',
    offEngine('assertExpected(await marks.first(), move, { found: move })', ''),
  ],
  [
    SERVING,
    'data that went on from an engine are not written over',
    onEngine(
      '!isUnfinished(await readMove(await engine.kvOf(name)))',
      'await readMove(await engine.kvOf(name)) === null',
    ),
  ],
  [
    MARKS,
    'an actor looks for the mark after its epoch has begun, too',
    inFile('actors/hosting/open_database.ts')(
      'await assertServedHere(kv).catch(',
      'await Promise.resolve().catch(',
    ),
  ],
  [
    MARKS,
    'that a move was taken back is another mark than that it goes on',
    inFile('database/replication/copy_mark.ts')(
      "move.state === 'returned' ? RETURNED",
      'false ? RETURNED',
    ),
  ],
  [
    SIGN,
    'what changed a moment ago counts as changing',
    fileSign(
      'if (Number(ctimeMs) > now - RECENT || Number(mtimeMs) > now - RECENT) return null',
      '',
    ),
  ],
  [SIGN, 'the log counts', fileSign('-wal`', '-none`')],
  [
    REPLICA,
    'the second look after a write',
    replica('await assertNewest(this.#kv, this.#epoch)\n', '\n'),
  ],
  [
    REPLICA,
    'a look before an answer to a question',
    replica('if (this.#ships === ships) await this.#look()', ''),
  ],
  [
    COPY_KEPT,
    'a look after what was copied, whether it is one moment',
    copyKept('!isDeepStrictEqual(await listEpochs(kv), epochs)', 'false'),
  ],
  [
    COPY_KEPT,
    'a copy without a head of the newest instance asks for it',
    copyKept('epochs.at(-1)?.head === null', 'false'),
  ],
  [
    'test/copy/served.test.ts',
    'what actors keep is for the operator alone',
    inFile('actors/hosting/engine/kept_actions.ts')(
      'assertSecret(token, secrets.operatorToken)',
      '',
    ),
  ],
  [
    DATA_GONE,
    'nothing is begun in a folder in the place of the data',
    inFile('actors/hosting/open_database.ts')('  assertLocksThere()\n', ''),
  ],
  [
    DATA_GONE,
    'nothing is begun in a folder in the place of the accounts',
    inFile('database/file_lock.ts')('if (seen) assertStillThere(seen)', 'if (seen) continue'),
  ],
  [
    DATA_GONE,
    'no commit is acknowledged that is not found again',
    inFile('database/log_sync.ts')('assertStillThere(log)', ''),
  ],
  [
    'test/base/settled_clock.test.ts',
    'no start believes a wrong clock since it has written by it',
    inFile('base/time/settled_clock.ts')('doubt ? Math.min(last, doubt.expected) : last', 'last'),
  ],
  [
    WRONG_CLOCK,
    'a clock that is ahead deletes nothing of accounts',
    inFile('database/account/bounds.ts')('settled(now)', 'now'),
  ],
  [
    WRONG_CLOCK,
    'a clock that is ahead deletes nothing that is kept between requests',
    inFile('database/flow/sweep.ts')('settled(at)', 'at'),
  ],
  [
    'test/storage/damaged.test.ts',
    'accounts without a directory are not served',
    inFile('maintenance/data_folder/servable.ts')('if (found.length === 0 && ', 'if (false && '),
  ],
  [
    'test/storage/damaged.test.ts',
    'a directory without the accounts is not served',
    inFile('maintenance/data_folder/servable.ts')(
      'if (knowsAccounts.includes(true) && ',
      'if (false && ',
    ),
  ],
  [
    'test/storage/damaged.test.ts',
    'nothing is begun where the PDS inside has accounts and the data are gone',
    inFile('maintenance/data_folder/servable.ts')(
      ' || !hasPdsAccounts(pdsAccounts)',
      ' || pdsAccounts',
    ),
  ],
  [
    'test/storage/statements.test.ts',
    'a statement that gives back rows runs to its end',
    inFile('database/database.ts')('toItsEnd(prepare(db, text))', 'prepare(db, text)'),
  ],
  [
    'test/storage/erased.test.ts',
    'an account that is deleted leaves nothing',
    inFile('database/account/profile.ts')(
      "table !== 'openid_sign_in')",
      "!['openid_sign_in', 'known_device'].includes(table))",
    ),
  ],
  [
    'test/backup/rebuild_directory.test.ts',
    'no change under way takes a handle that another account has',
    replacing('DELETE FROM handle_change WHERE', 'DELETE FROM handle_change WHERE 0 AND'),
  ],
  [
    'test/backup/rebuild_directory.test.ts',
    'nor an address',
    replacing('DELETE FROM email_change WHERE', 'DELETE FROM email_change WHERE 0 AND'),
  ],
  [
    'test/storage/survives.test.ts',
    'a commit outlives a loss of power',
    inFile('database/database.ts')("machine: 'FULL'", "machine: 'NORMAL'"),
  ],
  [
    LAZY,
    'a table comes with those that it refers to',
    inFile('database/lazy_tables.ts')(
      "for (const [, other = ''] of create.matchAll(REFERENCES)) makeTable(db, other)",
      '',
    ),
  ],
  [
    LAZY,
    'a statement forgets a table that was rolled back',
    inFile('database/database.ts')('if (endsChange(db)) statements.delete(db)', ''),
  ],
  [
    'test/backup/on_disk.test.ts',
    'what is restored is on the disk before it is data',
    staging('  syncAll(prepared)\n', ''),
  ],
  [
    'test/backup/on_disk.test.ts',
    'nothing is moved to another disk before that is decided on this one',
    staging('  syncEntries(dataDir)\n', ''),
  ],
  [
    'test/backup/on_disk.test.ts',
    'a small file that takes the place of another is on the disk',
    inFile('base/files/write_whole.ts')(', flush: true', ''),
  ],
  [
    'test/backup/on_disk.test.ts',
    'where the data go is on the disk',
    moveMark(' flush: true,', ''),
  ],
  [
    'test/backup/on_disk.test.ts',
    'that they stay is on the disk, too',
    moveMark('  syncEntries(dataDir)\n', ''),
  ],
  [
    'test/backup/on_disk.test.ts',
    'a backup that is finished is on the disk',
    inFile('maintenance/backup/backup.ts')('  syncAll(folder)\n', ''),
  ],
  [
    'test/backup/online_copy.test.ts',
    'no page of zeros for one that cannot be read',
    inFile('database/check/database.ts')('=== 0) return null', '=== 2) return null'),
  ],
  [KEPT, 'a backup is what was written', verify('size !== bytes || found !== sha256', 'false')],
  [COPIES, 'no damaged database is restored', restoring('if (damage) throw damaged(damage)', '')],
  [
    COPIES,
    'that a copy cannot be written is no damage of its account',
    backup('if (!isOfSource(err)) throw err', ''),
  ],
  [
    COPIES,
    'an account that changes all the time is copied at the end',
    backup('  await inLanes(databases.atOnce, accounts, copyAccount)\n', ''),
  ],
  [
    COPIES,
    'keys in a backup are for its owner alone',
    backup('await chmod(join(folder, path), 0o600)', ''),
  ],
  [
    IN_PLACE,
    'a restore that fails leaves nothing on another disk',
    restoring('    await folders.remove()\n', ''),
  ],
  [IN_PLACE, 'nor where the PDS keeps its data', restoring('    await ofPds?.remove()\n', '')],
  [
    IN_PLACE,
    'a restore that is decided is not taken back',
    restoring('if (isStaged(dataDir)) throw err', ''),
  ],
  [
    'test/backup/rebuild_directory.test.ts',
    'an account is not taken for damaged since another disk is away',
    inFile('maintenance/rebuild_directory.ts')('if (!isUnreadable(err)) throw err', ''),
  ],
  [
    KEPT,
    'a backup of before does not stand in for one that failed',
    daily('newest.startedAt === before || ', ''),
  ],
  [
    REPLICA,
    'who is not the newest leaves no epoch behind',
    inFile('database/replication/head.ts')('    await kv.delete([keys.head(epoch)])\n', ''),
  ],
  [
    COPY_KEPT,
    'a copy that lacks a part leaves no file',
    inFile('database/replication/restore.ts')('    rmSync(path, { force: true })\n', ''),
  ],
  [
    KEPT,
    'an account that is not in a backup is named',
    verify('if (whole.has(path) || problems.has(path)) continue', 'continue'),
  ],
  [
    KEPT,
    'a mark of a backup that was cut off holds up no other',
    inFile('maintenance/backup/kept_backups.ts')(
      'name, startedAt }\n  } catch {\n    return null',
      'name, startedAt }\n  } catch (err) {\n    throw err',
    ),
  ],
  [
    'test/base/write_whole.test.ts',
    'what a full disk has cut off is not left',
    inFile('base/files/write_whole.ts')(
      'finally {\n    rmSync(fresh, { force: true })',
      'finally {',
    ),
  ],
  [
    KEPT,
    'a backup whose mark cannot be read is not removed',
    inFile('maintenance/backup/kept_backups.ts')(
      'isOld && !(await isInDoubt(join(to, each)))',
      'isOld',
    ),
  ],
  [
    KEPT,
    'the last backup that has a damaged account stays',
    inFile('maintenance/backup/kept_backups.ts')('if (found.length > 0) needed.add(name)', ''),
  ],
  [
    KEPT,
    'an account that a restored backup lacks is not taken for a deleted one',
    inFile('maintenance/rebuild_directory.ts')(
      'missing.push(path)\n      return true',
      'return false',
    ),
  ],
  [
    ODD_NAMES,
    'what has an odd name is the database of no account',
    inFile('database/paths.ts')(
      "ACCOUNTS_FOLDER.test(folder) && folder.replaceAll(':', '_') === end",
      "name.endsWith('.sqlite')",
    ),
  ],
  [
    LOST,
    "nobody is answered for out of another account's database",
    inFile('actors/account/damage.ts')('account.did !== did', 'false'),
  ],
  [
    LOST,
    'no account is begun in the place of one that was lost',
    inFile('actors/hosting/open_database.ts')(
      'if (!size) await assertNew',
      'if (!path) await assertNew',
    ),
  ],
  [
    'test/secrets/full_disk.test.ts',
    'a key that a full disk did not take whole is not left there',
    inFile('base/secrets/secrets.ts')('rmSync(fresh, { force: true })', ''),
  ],
  [
    'test/base/writable_disk.test.ts',
    'all disks of the data are looked at',
    inFile('base/files/writable_disk.ts')(
      'onePerDisk(this.#folders)',
      'onePerDisk([this.#folders[0]])',
    ),
  ],
  [
    'test/cli/doctor.test.ts',
    'a disk of what the PDS keeps is looked at',
    inFile('embedded/folder.ts')('...(blobs === null ? [] : [blobs])]', ']'),
  ],
  [
    'test/settings/settings.test.ts',
    'no keys are made where a disk of accounts is away',
    inFile('base/secrets/secrets.ts')(
      "if (isThere(join(dataDir, 'directory.sqlite'))) return true",
      '',
    ),
  ],
  [
    'test/base/writable_disk.test.ts',
    'a disk that hangs is looked at once at a time',
    inFile('base/files/writable_disk.ts')('!this.#isLooking && ', ''),
  ],
  [
    'test/base/writable_disk.test.ts',
    'no look at a disk empties what a link leads to',
    inFile('base/files/writable_disk.ts')(' | O_NOFOLLOW', ''),
  ],
  [
    OWNERSHIP,
    'root gives away nothing behind a link that takes the place of a folder',
    ownership('| O_NOFOLLOW', ''),
  ],
  [
    OWNERSHIP,
    'root gives away what is in the folder that was listed, though another has its name by now',
    ownership("process.platform === 'linux'", 'false'),
  ],
  [
    'test/settings/env_file.test.ts',
    'root makes nothing that the user of the data cannot use',
    inFile('programs/prepare_runner.ts')('assertNotRootElsewhere(settings.dataDir)\n', ''),
  ],
  [
    'test/backup/restore_in_place.test.ts',
    'root moves nothing elsewhere as a file of another user says',
    inFile('maintenance/data_folder/staging.ts')(
      'if (isRootAtOthers(dataDir)) throw',
      'if (!dataDir) throw',
    ),
  ],
  [
    'test/backup/restore_in_place.test.ts',
    'keys that a backup has are put onto the disk that is there for them',
    inFile('maintenance/restore.ts')('[...DATABASE_FOLDERS, SECRETS] :', 'DATABASE_FOLDERS :'),
  ],
  [
    'test/backup/restore_in_place.test.ts',
    'nothing is decided where a folder cannot take its place',
    inFile('maintenance/data_folder/staging.ts')('  makeWay(dataDir, prepared)\n', ''),
  ],
  [
    'test/backup/restore_in_place.test.ts',
    'folders that root makes for what is restored belong to who needs them',
    inFile('maintenance/data_folder/parts_elsewhere.ts')(
      'giveAloneToOwnerOf(this.#dataDir, made)',
      '',
    ),
  ],
  [
    'test/backup/restore_in_place.test.ts',
    'root moves nothing from where a link of another user leads',
    inFile('maintenance/data_folder/staging.ts')(
      'withFolder(staged, (held)',
      '[staged].map((held)',
    ),
  ],
  [
    'test/openid/restored.test.ts',
    'no device goes on after a restore that was let in before',
    inFile('database/check/flow.ts')("sql(db, 'DELETE FROM openid_device_code').run()", ''),
  ],
  [
    'test/openid/restored.test.ts',
    'no pushed request goes on after a restore',
    inFile('database/check/flow.ts')("sql(db, 'DELETE FROM openid_request').run()", ''),
  ],
  [
    'test/backup/copies.test.ts',
    'no link to the page of the operator works once more after a restore',
    inFile('maintenance/restore.ts')('  deleteAllOperatorLinks(directory)\n', ''),
  ],
  [
    'test/backup/copies.test.ts',
    'nor does a session there go on where all are ended',
    inFile('maintenance/restore.ts')('if (signOut) deleteAllOperatorSessions(directory)', ''),
  ],
  [
    'test/openid/restored.test.ts',
    'OpenID clients are told of those whom a restore signs out',
    inFile('maintenance/restore.ts')('noteEndings(prepared, manifest, toTell)', ''),
  ],
  [
    'test/import/batches.test.ts',
    'all accounts of a full request are imported',
    inFile('cli/import_pds/import_pds.ts')('bytesOf(account) <=', 'bytesOf(accounts) <='),
  ],
  [
    LOST,
    'an account that lost its records is not taken for a deleted one',
    inFile('actors/account/damage.ts')('if (!account) await', 'if (!opened.db) await'),
  ],
  [
    FULL_DISK,
    'on a full disk what needs no write is answered',
    inFile('database/limits/memory_fallback.ts')('!isUnwritable(err) ||', 'err ||'),
  ],
  [
    FULL_DISK,
    'on a full disk nobody guesses without a limit',
    inFile('database/limits/memory_fallback.ts')('!counters.every(isWide)', 'false'),
  ],
  [
    DAMAGED_REPO,
    'a repo that cannot be read holds up no backup',
    inFile('maintenance/backup/pds_data.ts')('if (!isUnreadable(err)) throw err', 'throw err'),
  ],
  [
    DAMAGED_REPO,
    'a repo that is damaged within holds up no backup',
    verify('didOfRepo(path) !== null', 'path === null'),
  ],
  [
    DAMAGED_REPO,
    'the last backup that has a damaged repo stays',
    inFile('maintenance/backup/kept_backups.ts')('...(pds?.files ?? [])', ''),
  ],
  [
    ENDLESS,
    'an answer of the store without end is given up on',
    inFile('maintenance/backup/s3/bounds.ts')('passed > most', 'passed < 0'),
  ],
  [ENDLESS, 'a list of the store without end is given up on', store('page < most', 'page >= 0')],
  [
    ENDLESS,
    'a store that drips is given up on',
    inFile('maintenance/backup/s3/bounds.ts')('work({ abortSignal })', 'work({} as never)'),
  ],
  [
    S3,
    'what is of others in the bucket stays',
    store('this.#prefix = prefix', "this.#prefix = ''"),
  ],
  [
    S3,
    'a backup counts as in the store once that has all of it',
    store('!== (await stat(join(folder, path))).size', '=== -1'),
  ],
  [
    S3,
    'what was made while the clock was ahead keeps its blobs',
    store('if (isSurplus(name)) continue', 'if (!kept.includes(name)) continue'),
  ],
  [
    'test/storage/group_commit.test.ts',
    'no request joins a transaction that nobody commits',
    inFile('database/group_commit.ts')(
      "if (!group.open && db.inTransaction) db.exec('ROLLBACK')",
      '',
    ),
  ],
  [
    'test/storage/log_sync.test.ts',
    'no file is closed that the disk is asked for',
    inFile('database/log_sync.ts')(
      'await Promise.allSettled([this.#next ?? this.#running?.done])',
      '',
    ),
  ],
  [
    REPLICA,
    'nothing of a transaction is shipped before its end',
    inFile('database/replication/wal.ts')('if (pageCount === 0) continue', ''),
  ],
  [
    'test/backup/rebuild_directory.test.ts',
    'an account whose database is empty is not taken for a deleted one',
    inFile('maintenance/rebuild_directory.ts')(' && found.size > 0', ''),
  ],
  [
    'test/storage/engine_kv.test.ts',
    'a lost answer of an engine is given up',
    inFile('actors/hosting/engine/kv.ts')(
      "withDeadline(kv.getBatch(keys, { type: 'binary' }), ms)",
      "kv.getBatch(keys, { type: 'binary' })",
    ),
  ],
  [
    WAITED_FOR,
    'a code that was granted is on the disk before it is answered',
    requests('if (!code) spare(db, 1)', 'spare(db, 1)'),
  ],
  [
    WAITED_FOR,
    'a nonce that is shown again spares nothing that is written after it',
    nonces('spare(db, isFirst ? 1 : 0)', 'spare(db, 1)'),
  ],
  [
    WAITED_FOR,
    'the challenge of a passkey is spent on the disk',
    nonces(
      'return record(db, PASSKEY, challenge, lasts)',
      'return recordNonce(db, PASSKEY, challenge, lasts)',
    ),
  ],
  [
    'test/storage/flow_devices.test.ts',
    'a device keeps its guard, whatever else is noted of it',
    inFile('database/flow/device.ts')('guarded = max(guarded, @guarded)', 'guarded = @guarded'),
  ],
  [
    'test/storage/contract.test.ts',
    'a request is granted once, though it goes on with its code',
    requests('WHERE id = ? AND code_hash IS NULL RETURNING', 'WHERE id = ? RETURNING'),
  ],
  [
    'test/storage/group_commit.test.ts',
    'no code is exchanged whose spending was not kept',
    requests('if (!commitGroup(db)) throw', 'if (!commitGroup(db) && false) throw'),
  ],
  [
    'test/openid/storage.test.ts',
    'no client that registers itself takes the place of one of the operator',
    inFile('database/flow/openid_registration.ts')(
      'WHERE id = @id AND self_registered = 1`',
      'WHERE id = @id`',
    ),
  ],
  [
    'test/openid/client_removed_meanwhile.test.ts',
    'a client that was removed while it changed itself stays away',
    inFile('openid/storage/registration_adapters.ts')(
      "if (Provider.ctx?.oidc.route === 'client_update') {",
      'if (id === null) {',
    ),
  ],
  [
    'test/openid/storage.test.ts',
    'a session that has expired is none',
    inFile('database/account/openid_session.ts')(
      'WHERE id_hash = ? AND expires_at > ?',
      'WHERE id_hash = ? AND ? > 0',
    ),
  ],
  [
    S3,
    'keys go to no store',
    inFile('cli/commands/backup.ts')('if (s3 && options.withSecrets)', 'if (false)'),
  ],
  [
    'test/backup/silent_store.test.ts',
    'a store that is silent holds up no backup',
    store(', socketTimeout: S3_SILENCE }', ' }'),
  ],
  [S3, 'no backups but those of a day', daily("isDue(here) ? [] : ['--copy-only']", '[]')],
  [
    CLOCK_SET_BACK,
    'what is due by a clock that was set back does not wait for it',
    inFile('base/time/has_passed.ts')('Math.abs(Date.now() - since)', 'Date.now() - since'),
  ],
  [
    CLOCK_SET_BACK,
    'no client is too slow by a clock that is set',
    pace('#since = performance.now()', '#since = Date.now()'),
    pace('performance.now() - this.#since', 'Date.now() - this.#since'),
    pace('this.#since = performance.now()', 'this.#since = Date.now()'),
  ],
  [
    RECOVERY_CLOCK,
    'nothing is given up just after the clock was set',
    recovery('!clock.isSteadyFor(SAGA_ABANDONED)', 'false'),
  ],
  [
    RECOVERY_CLOCK,
    'the start is told by the clock as it is now',
    steadyClock('Math.min(wall, Date.now() - (performance.now() - monotonic))', 'wall'),
  ],
  [RECOVERY_CLOCK, 'and by the clock as it was then', steadyClock('Math.min(wall, ', '(')],
  [
    RECOVERY_CLOCK,
    'what is dated ahead of the clock is settled',
    inFile('base/time/has_passed.ts')('Math.abs(Date.now() - since)', 'Date.now() - since'),
  ],
])
