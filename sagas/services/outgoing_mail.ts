import type { Counters } from '../../actors/auth/shared_counters.ts'
import type { Runner } from '../../actors/runner.ts'
import { networkOf, siteOf } from '../../base/values/network.ts'
import { logEvent } from '../../base/watching/event_log.ts'
import type { Log } from '../../base/watching/log.ts'
import { rateLimited } from '../../base/watching/metrics.ts'
import type { Background } from '../../base/work/background.ts'
import type { Counter, Quota } from '../../database/limits/counter.ts'
import { requester } from '../../http/requester.ts'
import { readSubject } from '../../identity/subject.ts'
import { isNotice, type MailContents, type MailKind, mailKinds } from '../../mail/kinds.ts'
import type { Mailer } from '../../mail/mailer.ts'
import { type MailLimit, mailLimits, NOTICES_OF_RIGHT } from './mail_limits.ts'
import { tooOften } from './too_often.ts'

/** Whom a mail is for: an account, its address, and since when (ms) that is known to be its own. */
export type Addressee = {
  readonly did: string
  readonly email: string
  readonly emailConfirmedAt: number | null
}

// A counter that appears with its first refusal has not grown by it, so an alert would miss that one.
for (const kind of mailKinds) {
  const shared = mailLimits(kind).filter(({ per }) => per === 'everybody')
  for (const limit of shared) rateLimited.inc({ limit: nameOf(limit, kind) }, 0)
}

/** Sends every mail of this program, within {@link mailLimits}. */
export class OutgoingMail {
  readonly #mailer: Mailer
  readonly #counters: Counters | null
  readonly #background: Background
  readonly #log: Log

  /** @param counters null where nothing is limited */
  constructor(
    { mailer, background, log }: Pick<Runner, 'mailer' | 'background' | 'log'>,
    counters: Counters | null,
  ) {
    this.#mailer = mailer
    this.#counters = counters
    this.#background = background
    this.#log = log
  }

  /**
   * @param write makes the content; not called where the mail is refused, so that the code of the
   * mail before it stays good
   * @throws {Refusal} RateLimitExceeded; its detail has `retryAfter` in seconds
   * @throws {MailError}
   */
  async send<K extends MailKind>(
    kind: K,
    addressee: Addressee,
    write: () => MailContents[K] | Promise<MailContents[K]>,
  ): Promise<void> {
    await this.#count(kind, addressee)
    const about = { kind, did: addressee.did }
    const address = requester()?.address
    const content = await write()
    await this.#mailer.send(kind, addressee.email, content).catch((err) => {
      logEvent(this.#log, 'mail_failed', { ...about, reason: reasonOf(err) }, address)
      throw err
    })
    logEvent(this.#log, 'mail_sent', about, address)
  }

  /** Runs `send`, for whose mail no answer waits; the log says when it was not sent. */
  aside(kind: MailKind, did: string, send: () => Promise<void>): void {
    this.#background.run('a mail', send, { kind, did })
  }

  async #count(kind: MailKind, addressee: Addressee): Promise<void> {
    if (!this.#counters) return
    const limits = mailLimits(kind, addressee.emailConfirmedAt !== null)
    const counters = limits.flatMap((limit) => toCounter(limit, kind, addressee) ?? [])
    const { isAllowed, quotas } = await this.#counters.take(counters)
    if (isAllowed) return
    if (isNotice(kind) && usedOf(counters, quotas) < NOTICES_OF_RIGHT) {
      const own = limits.filter(({ per }) => per === 'account' || per === 'recipient')
      const taken = own.flatMap((limit) => toCounter(limit, kind, addressee) ?? [])
      if ((await this.#counters.take(taken)).isAllowed) return
    }
    const isUsedUp = (_: Counter, i: number) => quotas[i]?.remaining === 0
    const usedUp = counters.filter(isUsedUp).map(({ key }) => key.slice(0, key.indexOf('\n')))
    const limited = { kind, did: addressee.did, limit: usedUp }
    logEvent(this.#log, 'mail_limited', limited, requester()?.address)
    throw tooOften('Too many emails were asked for.', quotas)
  }
}

/** Why a mail was not taken: the code of the connection or of the mail server, without its words. */
function reasonOf(err: unknown): string {
  const cause = (err as Error).cause as { code?: unknown; responseCode?: unknown } | undefined
  return [cause?.code, cause?.responseCode].filter((code) => code !== undefined).join(' ')
}

/** Mails of a kind about an account, which is the first that is counted. */
function usedOf([account]: Counter[], [quota]: Quota[]): number {
  return account && quota ? account.points - quota.remaining : 0
}

/** Null when the limit counts a client address, or its site, and the mail was not asked for by a request. */
export function toCounter(limit: MailLimit, kind: MailKind, addressee: Addressee): Counter | null {
  const { per, points, seconds } = limit
  const subject = subjectOf(per, addressee)
  if (subject === null) return null
  return { key: `${nameOf(limit, kind)}\n${subject}`, points, seconds }
}

function nameOf({ per, over }: MailLimit, kind: MailKind): string {
  return `mail, ${per}, ${{ kind, class: classOf(kind), all: 'all' }[over]}`
}

function subjectOf(per: MailLimit['per'], addressee: Addressee): string | null {
  switch (per) {
    case 'account':
      return addressee.did
    case 'recipient':
      return recipientOf(addressee)
    case 'client': {
      const sender = requester()
      return sender && networkOf(sender.address)
    }
    case 'site': {
      const sender = requester()
      return sender && siteOf(sender.address)
    }
    case 'everybody':
      return ''
  }
}

/**
 * The mailbox that a mail goes to. An address that was not confirmed may be a stranger's, and a
 * mailbox has as many addresses as there are words behind a plus (RFC 5233 section 1): together they
 * count as one, and apart from the confirmed ones, which their owners need.
 */
function recipientOf({ email, emailConfirmedAt }: Addressee): string {
  const { name: address } = readSubject(email)
  return emailConfirmedAt === null ? `unconfirmed ${address.replace(/\+[^@]*/, '')}` : address
}

function classOf(kind: MailKind): 'messages' | 'notices' | 'codes' {
  if (kind === 'message') return 'messages'
  return isNotice(kind) ? 'notices' : 'codes'
}
