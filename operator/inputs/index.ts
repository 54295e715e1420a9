import { z } from 'zod'
import { aMove } from '../../base/files/move.ts'
import { INVITES } from '../../base/values/value_bounds.ts'
import { AUDIT_EVENTS, type AuditEvent } from '../../base/watching/events.ts'
import { FACTOR_KINDS } from '../../factors/kinds.ts'
import { withoutScheme } from '../../identity/subject.ts'
import { aDid, importedAccount, importedInvite } from './imported.ts'

/** A handle, DID or e-mail address, as typed. */
const accountName = z.string().min(1).max(512)
const newHandle = z.string().min(1).transform(withoutScheme)
const anAccount = z.strictObject({ account: accountName })
const nothing = z.strictObject({})

/** How many entries a page has at most. */
const MAX_LISTED = 500
const MAX_COMPARED = 50

/** Of a list in the order of its ids: from the one after `after`. */
const aPage = z.strictObject({
  after: z.string().default(''),
  limit: z.int().min(1).max(MAX_LISTED).default(MAX_LISTED),
})

const eventName = z.enum(Object.keys(AUDIT_EVENTS) as [AuditEvent, ...AuditEvent[]])
/** A date, or a time as ISO 8601 or this program writes it; in UTC unless it has an offset. */
const MOMENT =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?: ?(?:Z|UTC)|([+-]\d\d:\d\d))?)?$/
/** @returns ms since the epoch */
const moment = z.string().transform((typed, context) => {
  const [, day, time = '00:00', offset = 'Z'] = MOMENT.exec(typed) ?? []
  const at = day === undefined ? Number.NaN : Date.parse(`${day}T${time}${offset}`)
  if (!Number.isNaN(at)) return at
  context.addIssue('Give a date or a time, such as 2026-11-26 or 2026-11-26T14:00')
  return z.NEVER
})

const aPds = z.strictObject({ pds: z.string() })
const address = z
  .url({ protocol: /^https?$/, error: 'must be an http(s) URL, such as https://pds.example.com' })
  .transform((url) => new URL(url).origin)
/** A host name alone is one with https. */
const origin = z
  .string()
  .transform((name) => (name.includes('://') ? name : `https://${name}`))
  .pipe(address)
const aNamedPds = z.strictObject({
  url: origin,
  address: address.optional(),
  did: z.string().optional(),
})

const aClient = z.strictObject({ id: z.string().min(1) })
/** Letters, digits and marks of ASCII. */
const aName = (longest: number) =>
  z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must have no spaces, and no letters but a to z')
    .max(longest)
const anOpenidClient = z.strictObject({ id: aName(200) })
const aRegistrationToken = z.strictObject({ name: z.string().trim().min(1).max(100) })
const aResource = z.strictObject({ address: aName(500) })
/** RFC 6749 section 3.3: what a scope may consist of. */
const aScope = aName(100).regex(/^[^"\\]*$/, 'must have no " and no \\')

/** What each command takes, apart from what it does: the command line describes all and does none. */
export const inputs = {
  status: nothing,
  overview: nothing,
  trail: z
    .strictObject({
      event: eventName.optional(),
      account: accountName.optional(),
      by: z.string().optional(),
      search: z.string().optional(),
      address: z.string().optional(),
      since: moment.optional(),
      until: moment.optional(),
      before: z.int().optional(),
      limit: z.int().min(1).max(1_000).default(100),
    })
    .refine(({ since = 0, until = Number.POSITIVE_INFINITY }) => since < until, {
      ...{ path: ['until'], message: 'must be later than `since`' },
    }),

  /** Without `around`, only what the running program alone can see. */
  doctor: z.strictObject({ around: z.boolean().default(true) }),

  'data/hand-over': z.strictObject({
    /** On which data the program has to run. */
    dataDir: z.string(),
    /** Without, it is only looked whether it does. */
    move: aMove.extend({ state: z.literal('moving') }).nullable(),
  }),

  'operator/add': anAccount,
  'operator/list': nothing,
  'operator/remove': anAccount,
  'operator/link': nothing,
  'operator/sign-out': nothing,

  'account/list': aPage.extend({
    search: z.string().default(''),
    standing: z.boolean().default(false),
  }),
  'account/show': anAccount,
  'account/create': z.strictObject({ handle: newHandle, email: z.string(), password: z.string() }),
  'account/reset-password': anAccount.extend({
    password: z.string(),
    keepAppPasswords: z.boolean().default(false),
  }),
  'account/set-email': anAccount.extend({ email: z.string().min(1) }),
  'account/set-handle': anAccount.extend({ handle: newHandle }),
  'account/factors': anAccount
    .extend({
      remove: z.enum(FACTOR_KINDS).nullable().default(null),
      /** Name of the one passkey that is removed; all of them are without it. */
      passkey: z.string().nullable().default(null),
      add: z.literal('mail').nullable().default(null),
    })
    .refine(({ remove, passkey }) => passkey === null || remove === 'passkey', {
      ...{ path: ['passkey'], message: 'goes with `passkey` as what to remove' },
    })
    .refine(({ remove, add }) => remove === null || add === null, {
      ...{ path: ['add'], message: 'goes without anything to remove: do one after the other' },
    }),
  'account/name-pds': anAccount,
  'account/activate': anAccount,
  'account/deactivate': anAccount,
  'account/take-down': anAccount
    .extend({
      /** `operator` unless given. */
      ref: z.string().min(1).optional(),
      lift: z.boolean().default(false),
    })
    .refine(({ ref, lift }) => ref === undefined || !lift, {
      ...{ path: ['ref'], message: 'goes without `lift`, after which nothing is remembered of it' },
    }),
  'account/delete': anAccount,
  'account/audit': anAccount.extend({ limit: z.int().min(1).max(10_000).default(50) }),
  'account/compare': z.strictObject({
    after: z.string().default(''),
    limit: z.int().min(1).max(MAX_COMPARED).default(MAX_COMPARED),
  }),
  'account/sessions': anAccount,
  'account/revoke': anAccount.extend({ session: z.string().optional() }),

  'invite/create': z.strictObject({
    count: z.int().min(1).max(1000).default(1),
    uses: z.int().min(1).max(INVITES.uses).default(1),
    account: accountName.optional(),
  }),
  'invite/list': z.strictObject({
    usable: z.boolean().default(false),
    account: accountName.optional(),
    after: z.string().optional(),
    limit: z.int().min(1).max(MAX_LISTED).default(MAX_LISTED),
  }),
  'invite/disable': z.strictObject({
    codes: z.array(z.string()).default([]),
    accounts: z.array(accountName).default([]),
  }),

  'limits/list': z.strictObject({
    search: z.string().default(''),
    limit: z.int().min(1).max(1_000).default(100),
  }),
  'limits/lift': z.strictObject({ id: z.string() }),

  'pds/list': nothing,
  'pds/look': aNamedPds,
  'pds/add': aNamedPds.extend({ adminPassword: z.string().min(1) }),
  'pds/place': aPds.extend({
    open: z.boolean().optional(),
    weight: z.int().min(0).optional(),
    capacity: z.int().min(0).nullable().optional(),
  }),
  'pds/remove': aPds,
  'pds/check': nothing,

  'client/add': aClient.extend({ metadata: z.record(z.string(), z.unknown()) }),
  'client/list': aPage,
  'client/show': aClient,
  'client/remove': aClient,

  'openid/client-add': anOpenidClient.extend({ metadata: z.record(z.string(), z.unknown()) }),
  'openid/client-list': aPage,
  'openid/client-show': anOpenidClient,
  'openid/client-rotate-secret': anOpenidClient,
  'openid/client-remove': anOpenidClient,
  'openid/rotate-keys': z.strictObject({ atOnce: z.boolean().default(false) }),
  'openid/registration-token-add': aRegistrationToken.extend({
    days: z.int().min(1).max(365).default(30),
  }),
  'openid/registration-token-list': nothing,
  'openid/registration-token-remove': aRegistrationToken,
  'openid/resource-add': aResource.extend({
    name: z.string().trim().min(1).max(100).optional(),
    scopes: z.array(aScope).min(1).max(100),
    alg: z.enum(['RS256', 'ES256']).default('RS256'),
  }),
  'openid/resource-list': nothing,
  'openid/resource-show': aResource,
  'openid/resource-remove': aResource,

  'import/accounts': z.strictObject({
    pds: aDid,
    dryRun: z.boolean(),
    accounts: z.array(importedAccount),
  }),
  'import/invites': z.strictObject({ dryRun: z.boolean(), codes: z.array(importedInvite) }),
}
