import { inFile, toRemovals } from '../removal.ts'

const program = inFile('programs/whole.ts')
const embeddedChild = inFile('embedded/child.ts')

const events = inFile('base/event_log.ts')
const EVENTS = 'test/watching/events.test.ts'

const verify = inFile('maintenance/verify_backup.ts')
const KEPT = 'test/backup/kept_backups.test.ts'
const store = inFile('maintenance/backup_store.ts')
const daily = inFile('maintenance/daily_backup.ts')
const S3 = 'test/backup/s3.test.ts'

const spans = inFile('base/open_telemetry.ts')
const passing = inFile('gateway/pass_through.ts')
const TRACES = 'test/watching/traces.test.ts'
const OUTPUT = 'test/cli/output.test.ts'
const replica = inFile('database/replication/replica.ts')
const REPLICA = 'test/storage/replica.test.ts'
const copyKept = inFile('database/replication/copy_kept.ts')
const COPY_KEPT = 'test/storage/copy_kept.test.ts'

const LAZY = 'test/storage/lazy_tables.test.ts'

const callees = inFile('actors/hosting/callable.ts')
const LATE = 'test/actors/late_calls.test.ts'
const AWAY = 'test/actors/away.test.ts'
const roundRobin = inFile('actors/hosting/round_robin.ts')
const flow = inFile('actors/auth/flow.ts')
const GONE = 'test/sagas/gone_client.test.ts'
const ALARMS = 'test/mail/alarms.test.ts'

const move = inFile('maintenance/copy/copy_data.ts')
const files = inFile('maintenance/copy/files.ts')
const changes = inFile('maintenance/copy/changes.ts')
const MOVING = 'test/copy/moving.test.ts'
const SIGN = 'test/copy/file_sign.test.ts'
const fileSign = inFile('maintenance/copy/file_sign.ts')

const EMBEDDED = 'test/embedded/supervision.test.ts'

/** What it defends of how it runs and stops, and of what it prints. */
export const programRows = toRemovals([
  [AWAY, 'no request to an auth actor that is away', roundRobin('!this.#isAway(number)', 'true')],
  [AWAY, 'no nonce waits for an owner that is away', flow('if (!isSpent && owner.isAway())')],
  [
    AWAY,
    'a challenge waits for its owner',
    inFile('stores/replay_store.ts')('isSpent: isChallenge', 'isSpent: false'),
  ],
  [
    'test/openid/device.test.ts',
    'a proof waits for its owner once the device code is spent',
    inFile('openid/device_adapter.ts')('openidScope().isSpent = true', ''),
  ],
  [
    'test/operator_page/trail.test.ts',
    'a stop waits for no directory for ever',
    inFile('sagas/kept_events.ts')('await withDeadline(last, BACKGROUND)', 'await last'),
  ],
  [
    'test/copy/places.test.ts',
    'nothing works on data that go elsewhere',
    inFile('maintenance/hold.ts')('if (!evenMoved) assertNotMoved(dataDir)', ''),
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
    inFile('operator/hand_over.ts')('if (found && found.id !== move.id)', 'if (false)'),
  ],
  [
    MOVING,
    'what changed after it was copied is copied again',
    changes('if (before && sign !== null && sign === before.sign)', 'if (before)'),
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
    'test/mail/at_stop.test.ts',
    'mails that were promised are waited for',
    program('await runner.background.end(BACKGROUND)', ''),
  ],
  [
    EMBEDDED,
    'the PDS inside listens on loopback',
    embeddedChild("{ host: '127.0.0.1', port: told.port } as never", 'told.port'),
  ],
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
    LATE,
    'a call is begun in time or not at all',
    callees('resultOf(() => workFor(caller, work), log)', 'resultOf(work, log)'),
  ],
  [
    LATE,
    'an account is asked in time',
    inFile('actors/runner.ts')('assertInTime()\n        try', 'try'),
  ],
  [
    LATE,
    'a call that got lost is over before its caller hears of it',
    inFile('actors/hosting/connection.ts')('await untilAfter(call.mayBeginUntil)', ''),
  ],
  [
    LATE,
    'the gateway says until when its client waits',
    inFile('gateway/forward.ts')(
      'workFor(client, () => auth.answer(envelope))',
      'auth.answer(envelope)',
    ),
  ],
  [
    LATE,
    'what a client asked for that has gone is not begun later',
    inFile('gateway/forward.ts')('outgoing.destroyed ? CALL_BEGINS : ', ''),
  ],
  [
    GONE,
    'what an operator does is kept, though the operator goes away meanwhile',
    inFile('operator/run.ts')(
      'outlasting(() => carryOut(context, name, parsed.data as Record<string, unknown>))',
      'carryOut(context, name, parsed.data as Record<string, unknown>)',
    ),
  ],
  [
    GONE,
    'what has happened is recorded, though the client has gone',
    inFile('sagas/audit.ts')(
      'outlasting(() => actors.account(did).audit({ at: Date.now(), event, detail }))',
      'actors.account(did).audit({ at: Date.now(), event, detail })',
    ),
  ],
  [
    ALARMS,
    'the owner is told of an ending, though the client has gone',
    inFile('sagas/forgotten_devices.ts')(
      'await outlasting(async () => {',
      'await Promise.resolve().then(async () => {',
    ),
  ],
  [EVENTS, 'known fields alone are logged', events('Object.fromEntries(given)', 'fields')],
  [
    'test/mail/mailer.test.ts',
    'no address that a mail server quotes is logged',
    inFile('mail/error.ts')("redacted.replaceAll(ADDRESS, '[address]')", 'redacted'),
  ],
  [
    'test/storage/statements.test.ts',
    'a statement that gives back rows runs to its end',
    inFile('database/database.ts')('toItsEnd(prepare(db, text))', 'prepare(db, text)'),
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
  [EVENTS, 'a bound on lines', events('lines.all >= MOST_LINES.ofAll', 'false')],
  [
    EVENTS,
    'what was rolled back is not logged',
    inFile('database/database.ts')('afterCommits.get(db)?.splice(before)', ''),
  ],
  [
    'test/backup/on_disk.test.ts',
    'a backup that is finished is on the disk',
    inFile('maintenance/backup.ts')('  syncAll(folder)\n', ''),
  ],
  [
    'test/backup/online_copy.test.ts',
    'no page of zeros for one that cannot be read',
    inFile('database/check/database.ts')('=== 0) return null', '=== 2) return null'),
  ],
  [KEPT, 'a backup is what was written', verify('size !== bytes || found !== sha256', 'false')],
  [
    S3,
    'what is of others in the bucket stays',
    store('this.#prefix = prefix', "this.#prefix = ''"),
  ],
  [
    S3,
    'keys go to no store',
    inFile('cli/commands/backup.ts')('if (s3 && options.withSecrets)', 'if (false)'),
  ],
  [S3, 'no backups but those of a day', daily("isDue(here) ? [] : ['--copy-only']", '[]')],
  [KEPT, 'a backup has every account', verify('!there.has(path)', 'false')],
  [
    TRACES,
    'no trace of a stranger is gone on with',
    spans(
      "kind: 'server', method }, ROOT_CONTEXT",
      "kind: 'server', method }, this.#contextOf(sent)",
    ),
  ],
  [TRACES, 'a PDS hears of no trace of a stranger', passing('!TRACE_CONTEXT.has(', 'true || (')],
  [EMBEDDED, 'one PDS works on its data', embeddedChild('!lockFile(path)', 'false')],
  [
    OUTPUT,
    'what others named is no command to a terminal',
    inFile('cli/printable.ts')("text.replace(CONTROLS, '\\ufffd')", 'text'),
  ],
  [OUTPUT, 'nor in JSON', inFile('cli/printable.ts')('CONTROLS,\n', '/(?!)/g,\n')],
])
