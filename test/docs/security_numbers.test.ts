import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as lifetimes from '../../base/lifetimes.ts'
import { VALUES } from '../../base/values/value_bounds.ts'
import { MOST_LINES } from '../../base/watching/event_log.ts'
import { MAX_AUDIT } from '../../database/account/audit.ts'
import { ACCOUNT_BOUNDS, MAX_APP_PASSWORDS, MAX_PASSKEYS } from '../../database/account/bounds.ts'
import type { Bounded } from '../../database/bounded_table.ts'
import * as flowBounds from '../../database/flow/bounds.ts'
import { NARROW_COUNTERS, NEAR_LIMITS } from '../../database/limits/bounds.ts'
import { CAPACITY } from '../../gateway/capacity.ts'
import { ACCOUNT_LIMITS } from '../../sagas/accounts/account_limits.ts'
import { LOOKUP_LIMIT, LOOKUPS } from '../../sagas/services/foreign_lookups.ts'
import { mailLimits, NOTICES_OF_RIGHT } from '../../sagas/services/mail_limits.ts'
import { limit } from '../shared/limit.ts'

/**
 * The numbers that docs/security.md promises. Other tests take them from the program, and hold with any: here each is
 * what the page says.
 */
const security = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8')
/** On one line. */
const page = security.replaceAll(/\s+/g, ' ')

const WORDS = ['a', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const UNITS: Record<string, number> = {
  ...{ ms: 1, second: 1_000, minute: lifetimes.MINUTE, hour: lifetimes.HOUR },
  ...{ day: lifetimes.DAY, week: 7 * lifetimes.DAY },
}

/** The first duration in a text, ms. */
function durationIn(text: string): number {
  const whole = text.replace('a quarter of an hour', '15 minutes')
  const found = /(\d+|[a-z]+) (ms|second|minute|hour|day|week)s?\b/.exec(whole)
  const [, number = '', unit = ''] = found ?? []
  const word = WORDS.indexOf(number.replace(/^an$/, 'a'))
  return (word === -1 ? Number(number) : word + 1) * (UNITS[unit] ?? Number.NaN)
}

const l = lifetimes
const durations: [says: string, ms: number][] = [
  ['mailed codes | SHA-256; 50 random bits, 15 minutes, one use', l.EMAIL_TOKEN],
  ['links that sign out | SHA-256; 128 random bits, 7 days, one use', l.SIGN_OUT_LINK],
  ['SHA-256; 160 random bits or more, 30 days; its user agent', l.TRUSTED_DEVICE],
  ['audit trail with addresses (90 days)', l.AUDIT_MEMORY],
  ['SHA-256 of the id, the rest sealed; an hour', l.OPENID_INTERACTION],
  ['takes the present one and, for five minutes', l.DEVICE_RETRY_GRACE],
  ['unless its own was replaced less than five minutes ago', l.DEVICE_RETRY_GRACE],
  ['there since, for which it is five seconds', l.DEVICE_AT_ONCE],
  ['for the sign-in that it was shown for, within a day', l.SIGN_IN_FORM],
  ['within a quarter of an hour after the right password', l.SIGN_IN_STEP],
  ['The account keeps that for the device, for 5 minutes', l.PROOF_AGAIN],
  ['sealed in a cookie of that browser, for a minute at most', l.DONE],
  ['such as a name, is in it for ten minutes at most', l.ENTERED],
  ['but for a password, stays in its tab for ten minutes', l.ENTERED],
  ['is not asked for it for 30 days', l.TRUSTED_DEVICE],
  ['was not answered is repeated for as long as an hour', l.ASKED_IN_VAIN],
  ['Its challenge works once, for 5 minutes', l.PASSKEY_CHALLENGE],
  ['has signed in on the sign-in page less than 5 minutes before', l.PROOF_AGAIN],
  ['kept as a hash, good once within 10 minutes', l.OPERATOR_LINK],
  ['It ends after 30 minutes without a request', l.OPERATOR_IDLE],
  ['8 hours after the sign-in', l.OPERATOR_SESSION],
  ['works for a week, once', l.SIGN_OUT_LINK],
  ['has a week in which its devices are learned', l.DEVICES_LEARNED],
  ['that was rotated is forgotten after two hours', l.LEGACY_REFRESH_GRACE],
  ['documents that clients publish, ten minutes', l.CLIENT_METADATA],
  ['JWKS that clients publish, a minute', l.CLIENT_KEYS],
  ['which have ended, for 15 minutes', l.ACCESS_TOKEN_MAX],
  ['128 of one address, for 5 seconds at most', l.LOOKUP_WAIT],
  ['the DID document fetched anew, once in 2 seconds', l.DID_DOCUMENT_REFETCH],
  ['each exchanged code | 200 MB | after 30 days', l.SPENT_CODE_MEMORY],
  ['exchanged code | 100 MB | after 10 minutes at most', l.NONCE_MEMORY],
  ['an assertion of an OpenID client after an hour', l.OPENID_ASSERTION],
  ['those after a day, the others', l.DEVICE_UNUSED],
  ['the others after 100 days without a visit', l.SIGNED_IN_DEVICE_UNUSED],
  ['the latter after a day in which nobody signed in to it', l.OPENID_CLIENT_UNUSED],
  ['nobody signed in to it, later after 400 days', l.OPENID_USED_CLIENT_UNUSED],
  ['100 days after its last refresh', l.SESSION_UNUSED],
  ['is new again | after 400 days', l.KNOWN_DEVICE],
  ['does not work any more | after 7 days', l.SIGN_OUT_LINK],
  ['is asked for again | after 5 minutes', l.PROOF_AGAIN],
  ['512 characters of a text | after 90 days', l.AUDIT_MEMORY],
  ['`sign_up` | the same | finished or undone after 2 minutes', l.SAGA_ABANDONED],
  ['comes within an hour after that', l.EVENTS_LATE],
  ['after 3 minutes idle', l.CLIENT_IDLE],
  ['15 seconds for the headers of a request', l.CLIENT_HEADERS],
  ['2 minutes without a byte of a longer one', l.UPSTREAM_IDLE],
  ['sleeps after a minute without calls', l.ACCOUNT_SLEEP],
  ['One that fails is told again for a day', l.OPENID_LOGOUT],
  ['has a second to be answered', l.LAST_REQUEST],
  ['has had no answer for 3 seconds by then', l.ENDINGS_LEASE],
  ['hear or ask for 13 seconds', l.OPEN_IN_DOUBT + l.ENDINGS_LEASE],
  ['works here for five minutes', l.DID_DOCUMENT_STALE],
  ['or a day while PLC does not answer', l.DID_DOCUMENT_EXPIRED],
  ['they live for 15 minutes at most', l.ACCESS_TOKEN_MAX],
  ['access tokens ≤ 15 minutes', l.ACCESS_TOKEN_MAX],
  ['the newest answers for a minute more', l.REFRESH_RETRY_GRACE],
  ['and by more than 50 ms', l.RECEIVED_TOGETHER],
  ["what is older, by its client's clock, than five minutes", l.REFRESH_HELD],
  ['documents may be a minute (keys)', l.CLIENT_KEYS],
  ['though not more than once a second', l.CLIENT_REFETCH],
]

test.each(durations)('it lasts so long: %s', (says, ms) => {
  expect(page).toContain(says)
  expect(durationIn(says)).toBe(ms)
})

type Limit = { points: number; seconds: number }
const [guesses, guessesFromAll] = ACCOUNT_LIMITS['second factor'].limits
const [deviceCodes, deviceCodesOfOne] = ACCOUNT_LIMITS['device code'].limits
const [handles, handlesADay] = ACCOUNT_LIMITS['handle change'].limits
const [ofKind] = mailLimits('updateEmail') as readonly Limit[]
const [ofResets, , ofRecipient, ofClient, ofSite, ofAll] = mailLimits(
  'resetPassword',
) as readonly Limit[]

const limits: [says: string, of: Limit][] = [
  [
    '10 in 5 minutes from one address at one account',
    limit('password, one address at one account'),
  ],
  ['100 an hour at one account from everywhere', limit('password, one account')],
  ['100 in 5 minutes from one address. Devices', limit('security form')],
  ['20 an hour from one address at one account', limit('sign-in code, one address at one account')],
  ['10 in 5 minutes from one address, 100 an hour from everywhere', guesses],
  ['100 an hour from everywhere. Three', guessesFromAll],
  ['20 in 10 minutes by one account, 60', deviceCodes],
  ['10 times in 5 minutes and 50 times', handles],
  ['50 times a day, as at the reference', handlesADay],
  ['One address begins 1,000 in 5 minutes', LOOKUP_LIMIT],
  ['20 of one kind an hour', ofKind as Limit],
  ['the account counts wrong ones: 10 in 5 minutes', ACCOUNT_LIMITS['new password'].limits[0]],
  ['100 times in 5 minutes for one address', limit('reserved signing key')],
  ['20 wrong ones in 5 minutes from one address are tried', limit('operator link')],
  ['it gets 30 mails an hour at most', mailLimits('resetPassword', false)[2] as Limit],
  ['a request; 30,000 in 5 minutes by address', limit('pushed request')],
  ['without cookies; 3,000 in 5 minutes by address', limit('page')],
  ['or a sign-out; 1,000 in 5 minutes by address', limit('OpenID request')],
  ['lets them: 20 an hour by address', limit('OpenID registration')],
  ['sign-ups: 100 in 5 minutes by address', limit('sign-up')],
  ['5,000 an hour, and `ENTRYWAY_INVITE_REQUIRED`', limit('sign-up, everybody')],
  ['A new password can be asked for 6 times in 15 minutes', limit('reset, one account')],
  ['6 codes for a new password in 15 minutes', ofResets as Limit],
  ['who asks for a reset: 6 in 15 minutes by account', limit('reset, one account')],
]

test.each(limits)('it is limited so: %s', (says, { points, seconds }) => {
  expect(page).toContain(says)
  expect(Number(/\d[\d,]*/.exec(says)?.[0].replace(',', ''))).toBe(points)
  expect(durationIn(says)).toBe(seconds * 1_000)
})

const count = (number: number) => number.toLocaleString('en-US')
const { runningOfOne, runningOfSite, waiting, waitingOfOne, running } = LOOKUPS

test.each([
  `at one account, ${limit('password, one address').points} from one address (IPv6: one /64)`,
  `${limit('sign-in code, one account').points} at one account.`,
  `${deviceCodesOfOne.points} from one address (45)`,
  `${ofRecipient?.points} of all kinds by recipient`,
  `${ofClient?.points} by client address, ${count(ofSite?.points ?? 0)} by its site, ${count(ofAll?.points ?? 0)} for everybody`,
  `of one kind the first ${WORDS[NOTICES_OF_RIGHT - 1]} within an hour`,
  `are ${MOST_LINES.ofOne} a minute of one kind for one address (IPv6: /64), ${count(MOST_LINES.ofSite)} for one site (IPv6: /48) and ${count(MOST_LINES.ofAll)} for all`,
  `3,000 in 5 minutes by address, ${count(limit('page, one site').points)} by site`,
  `1,000 in 5 minutes by address, ${count(limit('OpenID request, one site').points)} by site`,
  `${running} run at once, ${runningOfOne} of one address (IPv6: /64) and ${runningOfSite} of one /48, ${waiting} wait, ${waitingOfOne} of one address`,
  `have ${count(VALUES)} values and scopes at most`,
  `by address, of ${count(flowBounds.MAX_OAUTH_REQUEST)} bytes each`,
  `by site, of ${count(flowBounds.MAX_OPENID_REQUEST)} bytes each`,
  `${count(limit('OpenID registration, everybody').points)} in all`,
  `connections | ${count(CAPACITY.connections)}:`,
  `new one is closed | ${count(CAPACITY.connectionsOfOne)}, trusted proxies without`,
  `as many as connections | ${count(CAPACITY.requestsOfOne)}, also behind a proxy`,
  `WebSockets | ${count(CAPACITY.webSockets)}: then`,
  `answered 503 | ${CAPACITY.webSocketsOfOne}, also behind a proxy`,
  `first asked with (SHA-256, ${count(CAPACITY.refreshTokensInVain)} of them)`,
])('it is bounded so: %s', (says) => {
  expect(page).toContain(says)
})

/** The rows of a table of the page, by the first of their names. */
function rowsOf(heading: string): Map<string, string> {
  const [, section = ''] = security.split(`### ${heading}\n`)
  const rows = section.split(/\n#/)[0]?.match(/^\| `.*$/gm) ?? []
  return new Map(rows.map((row) => [/`(\w+)`/.exec(row)?.[1] ?? '', row]))
}

test('each table of an account has as many rows as the page says', () => {
  const rows = rowsOf('Tables of an account')
  const bounds: Record<string, { rows: number; maxBytes?: number }> = {
    ...ACCOUNT_BOUNDS,
    app_password: { rows: MAX_APP_PASSWORDS },
    passkey: { rows: MAX_PASSKEYS },
    audit: { rows: MAX_AUDIT },
  }
  const megabytes = (bytes?: number) => (bytes === undefined ? '' : `${bytes / 1_000_000} MB`)
  const others = Object.entries(bounds).filter(([table, { rows: most, maxBytes }]) => {
    const [, , , bound = ''] = rows.get(table)?.split('|') ?? []
    return !bound.startsWith(` ${count(most)}`) || !bound.includes(megabytes(maxBytes))
  })
  expect(others).toEqual([])
})

test.each([
  ['an auth actor', Object.values(flowBounds).filter((each) => typeof each === 'object')],
  ['the limits', [NARROW_COUNTERS, NEAR_LIMITS]],
])('each table of %s has as many bytes as the page says', (of, bounds: readonly Bounded[]) => {
  const rows = rowsOf(`Tables of ${of}`)
  const others = bounds.filter(
    ({ table, maxBytes }) => !rows.get(table)?.includes(`${maxBytes / 1_000_000} MB`),
  )
  expect(bounds.length).toBeGreaterThan(1)
  expect(others).toEqual([])
})
