import { EMAIL_TOKEN, SECONDS_AN_HOUR } from '../../base/lifetimes.ts'
import { partOfSite } from '../../base/values/network.ts'
import type { MailKind } from '../../mail/kinds.ts'

/**
 * Whom a limit on mails counts: the account that a mail is about, the mailbox that it goes to, the
 * client (IPv4 address, or IPv6 /64) whose request it answers, the site of that (IPv4 address, or IPv6 /48), or
 * everybody together.
 */
type MailSubject = 'account' | 'recipient' | 'client' | 'site' | 'everybody'

/** At most `points` mails within `seconds`, counted from the first of them. */
export type MailLimit = {
  readonly per: MailSubject
  /** What is counted together: mails of one kind, all of its class (with codes, notices, messages), or all. */
  readonly over: 'kind' | 'class' | 'all'
  readonly points: number
  readonly seconds: number
}

const OF_ONE_KIND = 20
/** An account changes its address for that of another person, and each gets a mail. */
const CONFIRMATIONS = 10
/** Of all kinds together, to a mailbox; fewer where it may be a stranger's. */
const TO_CONFIRMED = 150
const TO_UNCONFIRMED = 30
const OF_EVERYBODY = 10_000
const OF_SITE = partOfSite(OF_EVERYBODY)
/** A person who signs in on many devices; the requests are limited more tightly. */
const SIGN_IN_CODES = 60

/**
 * The limits on a kind of mail. A stranger can ask for resets only: what one kind of mail takes is
 * not missing for another, so that a stranger cannot keep a sign-in code away from its owner.
 *
 * @param isConfirmed whether the address is known to be that of the account's owner
 */
export function mailLimits(kind: MailKind, isConfirmed = true): readonly MailLimit[] {
  const ofKind = isForStrangers(kind)
    ? FOR_STRANGERS
    : { points: POINTS[kind] ?? OF_ONE_KIND, seconds: SECONDS_AN_HOUR }
  const inAll = isConfirmed ? TO_CONFIRMED : TO_UNCONFIRMED
  const inCommon = {
    over: isForStrangers(kind) ? 'kind' : 'class',
    seconds: SECONDS_AN_HOUR,
  } as const
  return [
    { per: 'account', over: 'kind', ...ofKind },
    { per: 'recipient', over: 'kind', ...ofKind },
    { per: 'recipient', over: 'all', points: inAll, seconds: SECONDS_AN_HOUR },
    ...(kind === 'message' ? [] : [CLIENT, { ...inCommon, per: 'site', points: OF_SITE } as const]),
    { ...inCommon, per: 'everybody', points: OF_EVERYBODY },
  ]
}

/** Whether it goes to whomever a stranger names. */
const isForStrangers = (kind: MailKind) => kind === 'resetPassword'

/**
 * What strangers have used up is there again before the code of the last mail is over: its owner has one that is good,
 * or gets one.
 */
const FOR_STRANGERS = { points: 6, seconds: EMAIL_TOKEN / 1_000 }

const POINTS: Partial<Record<MailKind, number>> = {
  confirmEmail: CONFIRMATIONS,
  signInCode: SIGN_IN_CODES,
}

/**
 * Of the notices of a kind about one account within an hour, so many wait for nothing that others can use
 * up (the limits on a client, its site and everybody): else a thief could spend those first, on accounts of their
 * own, and the owner of another would hear nothing.
 */
export const NOTICES_OF_RIGHT = 3

/** Not on moderators, who write to many people from one address; nor is that on a site. */
const CLIENT: MailLimit = { per: 'client', over: 'class', points: 300, seconds: SECONDS_AN_HOUR }
