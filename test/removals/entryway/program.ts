import { inFile, toRemovals } from '../removal.ts'

const program = inFile('programs/whole.ts')
const embeddedChild = inFile('embedded/child.ts')
const events = inFile('base/watching/event_log.ts')
const refusals = inFile('oauth/requests/refusal_log.ts')
const counters = inFile('actors/auth/shared_counters.ts')
const GIVEN_BACK = 'test/limits/given_back.test.ts'
const EVENTS = 'test/watching/events.test.ts'
const spans = inFile('base/watching/open_telemetry.ts')
const passing = inFile('gateway/pass_through/pass_through.ts')
const TRACES = 'test/watching/traces.test.ts'
const OUTPUT = 'test/cli/output.test.ts'
const callees = inFile('actors/hosting/callable.ts')
const LATE = 'test/actors/late_calls.test.ts'
const AWAY = 'test/actors/away.test.ts'
const roundRobin = inFile('actors/hosting/round_robin.ts')
const flow = inFile('actors/auth/flow.ts')
const GONE = 'test/sagas/gone_client.test.ts'
const ALARMS = 'test/mail/alarms.test.ts'
const EMBEDDED = 'test/embedded/supervision.test.ts'

/** What it defends of how it runs and stops, and of what it prints. */
export const programRows = toRemovals([
  [
    'test/embedded/plc_page.test.ts',
    'the PDS inside takes no page of a proxy for the word of PLC',
    embeddedChild('  pds.ctx.plcClient = new PlcClient(config[0].identity.plcUrl)\n', ''),
  ],
  [
    EMBEDDED,
    'no PDS inside begins anew where its data went away',
    inFile('embedded/index.ts')('this.#hasRun && !existsSync(path)', 'false'),
  ],
  [
    'test/sagas/at_once.test.ts',
    'two who change one account at once look whether the PDS agrees',
    inFile('sagas/changes/standing_change.ts')(
      'if (isAt(there, status)) return true',
      'return true',
    ),
  ],
  [
    'test/sagas/at_once.test.ts',
    'a change that is made is not said to have failed',
    inFile('sagas/changes/standing_change.ts')('.catch(unread)', ''),
  ],
  [AWAY, 'no request to an auth actor that is away', roundRobin('!this.#isAway(number)', 'true')],
  [AWAY, 'no nonce waits for an owner that is away', flow('if (!isSpent && owner.isAway())')],
  [
    AWAY,
    'no lexicon waits for an owner that is away',
    inFile('stores/lexicon_store.ts')('owner.isAway() ? null : ', ''),
  ],
  [
    AWAY,
    'no lexicon is said to be none while its owner is away',
    inFile('stores/lexicon_store.ts')('data.lexicon === null', 'false'),
  ],
  [
    'test/limits/owner_away.test.ts',
    'a narrow limit needs its owner',
    inFile('actors/auth/owners.ts')('counters.every(isWide)', 'counters.length > 0'),
  ],
  [
    'test/limits/owner_away.test.ts',
    'a wide limit holds also while its owner is away',
    inFile('actors/auth/owners.ts')('counters.every(isWide)', 'counters.length < 0'),
  ],
  [
    'test/limits/owner_away.test.ts',
    'a wide limit does not wait for an owner that goes away',
    inFile('actors/auth/owners.ts')('if (!isAway()) throw err', 'throw err'),
  ],
  [
    AWAY,
    'no nonce waits for an owner that goes away',
    flow('flow(nonceId(namespace, nonce), !isSpent)', 'flow(nonceId(namespace, nonce))'),
  ],
  [
    AWAY,
    'no call waits for an actor that goes away, where it need not',
    inFile('actors/hosting/connection.ts')(
      'else if (isUnlessAway) await',
      'else if (!until) await',
    ),
  ],
  [
    AWAY,
    'nor for the next look for it',
    inFile('actors/hosting/connection.ts')('(isUnlessAway && this.isAway)', '!until'),
  ],
  [
    AWAY,
    'a challenge waits for its owner',
    inFile('stores/replay_store.ts')('isSpent: isChallenge', 'isSpent: false'),
  ],
  [
    'test/openid/device.test.ts',
    'a device code is spent with its tokens',
    inFile('openid/storage/device_adapter.ts')(
      'const scope = openidScope()\n',
      'const scope = openidScope()\n      await flow(id).consumeDeviceCode(id, scope.attempt)\n',
    ),
  ],
  [
    'test/operator_page/trail.test.ts',
    'a stop waits for no directory for ever',
    inFile('sagas/notices/kept_events.ts')('await withDeadline(last, ms)', 'await last'),
  ],
  [
    'test/gateway/pass_through.test.ts',
    'a PDS that is down fills no log',
    passing('if (hasRoom(log, url.origin)) log.warn', 'log.warn'),
  ],
  [
    'test/gateway/ending.test.ts',
    'no step of a stop takes more than is left of its time',
    inFile('programs/ending.ts')('Math.max(0, Math.min(ms, until - performance.now()))', 'ms'),
  ],
  [
    'test/settings/wrong_values.test.ts',
    'quotes around a folder are no part of its name',
    inFile('base/settings/setting_kinds.ts')(
      'regex(/^(?!["\'`\\s])[^\\p{Cc}]+(?<!["\'`\\s])$/u)',
      'min(1)',
    ),
  ],
  [
    'test/settings/settings.test.ts',
    'no key is made anew beside accounts',
    inFile('base/secrets/secrets.ts')('if (isInUse && !isThere(join(folder, name)))'),
  ],
  [
    'test/settings/env_file.test.ts',
    'nothing in .env is skipped without a word',
    inFile('base/settings/env_file.ts')('if (lines.length)'),
  ],
  [
    'test/mail/at_stop.test.ts',
    'mails that were promised are waited for',
    program('await runner.background.end(atMost(BACKGROUND))', ''),
  ],
  [
    'test/base/every.test.ts',
    'what a stop interrupts is not said to fail',
    inFile('base/work/every.ts')('if (!hasEnded) faults.failed(err)', 'faults.failed(err)'),
  ],
  [
    EMBEDDED,
    'the PDS inside has one name',
    inFile('embedded/index.ts')('await this.#leaveFormerNames(directory, pdses)', ''),
  ],
  [
    EMBEDDED,
    'the PDS inside listens on loopback',
    embeddedChild(
      '{ host, port: await freeOrAny(told.port, host) } as never',
      'await freeOrAny(told.port, host)',
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
    'test/actors/callable.test.ts',
    'an actor is told for which client it works',
    callees(
      'forClient(client, () => action(c as never, ...(args as never[])))',
      'action(c as never, ...(args as never[]))',
    ),
  ],
  [
    'test/actors/other_version.test.ts',
    'an actor of another version is not asked',
    inFile('actors/hosting/connection.ts')('if (version === this.#version) return', 'return'),
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
    inFile('sagas/notices/audit.ts')(
      'outlasting(() => actors.account(did).audit({ at: Date.now(), event, detail }))',
      'actors.account(did).audit({ at: Date.now(), event, detail })',
    ),
  ],
  [
    ALARMS,
    'the owner is told of an ending, though the client has gone',
    inFile('sagas/services/forgotten_devices.ts')(
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
  [GIVEN_BACK, 'points of a client that has gone', counters('outlasting(back)', 'back()')],
  [
    GIVEN_BACK,
    'a point counts for the window in which it was taken',
    inFile('database/limits/counter.ts')('AND resets_at = ? AND', 'AND ? > 0 AND'),
  ],
  [GIVEN_BACK, 'a bound on lines of those', counters('if (hasRoom(log, COUNTERS)) ', '')],
  [
    34,
    'a bound on refusals of one address',
    refusals('!isUsual && !hasRoomFor', 'false && hasRoomFor'),
  ],
  [
    34,
    'a room for each kind of line',
    events('[kind, networkOf(address)]', '[networkOf(address)]'),
  ],
  [
    34,
    'a bound on ways back that are not registered',
    inFile('openid/sign_out/unregistered_way_back.ts')(
      "hasRoomFor(log, 'no_way_back', calledFrom()?.address)",
      'true',
    ),
  ],
  [34, 'lines are counted by network', events('[kind, networkOf(address)]', '[kind, address]')],
  [EVENTS, 'a bound on lines', events('lines.all >= MOST_LINES.ofAll', 'false')],
  [EVENTS, 'and on those of one site', events('ofSite >= MOST_LINES.ofSite', 'false')],
  [
    EVENTS,
    'what was rolled back is not logged',
    inFile('database/database.ts')('afterCommits.get(db)?.splice(before)', ''),
  ],
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
    inFile('base/values/printable.ts')("text.replace(CONTROLS, '\\ufffd')", 'text'),
  ],
  [
    OUTPUT,
    'nor in JSON',
    inFile('base/values/printable.ts')('json.replace(CONTROLS', 'json.replace(/(?!)/g'),
  ],
  [
    OUTPUT,
    'nor a line of its own',
    inFile('cli/commands/account.ts')('printableLine(String(value))', 'String(value)'),
  ],
  [
    'test/base/log.test.ts',
    'of an error known fields alone are logged',
    inFile('base/watching/log.ts')(
      'message: err.message,',
      'message: err.message, ...(err as object),',
    ),
  ],
  [
    'test/base/log.test.ts',
    'what others named is no command to a terminal that shows the log',
    inFile('base/watching/log.ts')('printableJson(line)', 'line'),
  ],
  [
    'test/security_page/app_passwords.test.ts',
    'the name of an app password turns nothing beside it round',
    inFile('http/page/chosen_name.ts')('printableLine(name)', 'name'),
  ],
])
