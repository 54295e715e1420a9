import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createOwners, ownerHere } from '../../actors/auth/owners.ts'
import { createCounters } from '../../actors/auth/shared_counters.ts'
import { EMAIL_TOKEN } from '../../base/lifetimes.ts'
import type { Log } from '../../base/watching/log.ts'
import { rateLimited } from '../../base/watching/metrics.ts'
import { Background } from '../../base/work/background.ts'
import { closeDatabase, type Db, openDatabase, transact } from '../../database/database.ts'
import { takePoints } from '../../database/limits/counter.ts'
import { limitsSchema } from '../../database/limits/schema.ts'
import { HttpRequest } from '../../http/message.ts'
import { asRequester } from '../../http/requester.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import {
  isNotice,
  type MailContents,
  type MailKind,
  mailKinds,
  noticeKinds,
} from '../../mail/kinds.ts'
import { createMailer, type Mailer } from '../../mail/mailer.ts'
import { type MailLimit, mailLimits, NOTICES_OF_RIGHT } from '../../sagas/services/mail_limits.ts'
import { type Addressee, OutgoingMail, toCounter } from '../../sagas/services/outgoing_mail.ts'
import { importsOf, listSources } from '../house/imports.ts'

/** Every kind of mail against every limit, over real counters and mails that become files. */
let folder: TemporaryFolder
let db: Db
let mailer: Mailer
let mail: OutgoingMail

beforeEach(async () => {
  folder = await makeTemporaryFolder('mail-limits')
  await mkdir(join(folder.path, 'mail'))
  db = openDatabase(join(folder.path, 'limits.sqlite'), limitsSchema, 'program')
  const log = pino({ level: 'silent' }) as Log
  const here = ownerHere(db, db)
  const noPeer = () => expect.unreachable() as never
  const counters = createCounters(createOwners(here, { number: 0, of: 1, peer: noPeer }), log)
  mailer = createMailer({
    dataDir: folder.path,
    publicUrl: 'http://localhost:2600',
    service: 'Vestibule',
    log,
  })
  mail = new OutgoingMail({ mailer, background: new Background(log), log }, counters)
})
afterEach(async () => {
  mailer.close()
  closeDatabase(db)
  await folder.remove()
})

const code = { handle: 'kim.test', token: 'ABCDE-23456' }
const notice = { handle: 'kim.test', signOutLink: 'sealed.AAAA' }
const contentOf = (kind: MailKind): MailContents[MailKind] => {
  if (kind === 'message') return { subject: 'Hello', text: 'Hello' }
  return isNotice(kind) ? notice : code
}

let last = 0
const newAddressee = (): Addressee => {
  const n = ++last
  return { did: `did:plc:${n}`, email: `kim${n}@mail.test`, emailConfirmedAt: n }
}
const newClient = () => `198.51.${last++ >> 8}.${last & 255}`

const from = <T>(address: string, work: () => T): T =>
  asRequester(
    new HttpRequest({
      method: 'POST',
      url: new URL('http://localhost:2600/'),
      headers: new Map(),
      body: null,
      peer: { address, port: 1, viaProxy: false, mayBeProxy: false },
    }),
    work,
  )

/** Sends from a client, and says how many mails there are afterwards. */
async function send(kind: MailKind, addressee: Addressee, client: string) {
  const refusal = await from(client, () => mail.send(kind, addressee, () => contentOf(kind))).catch(
    (err: unknown) => err,
  )
  return { refusal, mails: (await readdir(join(folder.path, 'mail'))).length }
}

/** Spends what a limit gives to a subject, all but `left`, as if the mails had been sent. */
function spend(limit: MailLimit, kind: MailKind, to: Addressee, client: string, left = 0): void {
  const counter = from(client, () => toCounter(limit, kind, to))
  if (!counter) throw new Error('there is nothing to count')
  transact(db, () => {
    for (let i = left; i < limit.points; i++) takePoints(db, [counter])
  })
}

/** An account whose notices of right are spent. */
function told(kind: MailKind): Addressee {
  const to = newAddressee()
  const [limit] = mailLimits(kind)
  if (limit && isNotice(kind)) {
    spend(limit, kind, to, newClient(), limit.points - NOTICES_OF_RIGHT)
  }
  return to
}

const cases = mailKinds.flatMap((kind) =>
  mailLimits(kind).map((limit) => [kind, limit.per, limit.over, limit] as const),
)

test.each(cases)('%s is limited by %s, over %s', async (kind, per, over, limit) => {
  const to = newAddressee()
  const client = newClient()
  const isShared = per === 'client' || per === 'site' || per === 'everybody'
  const another = { account: newAddressee(), recipient: newAddressee() }
  spend(limit, kind, to, client, 1)
  expect(await send(kind, to, client)).toEqual({ refusal: undefined, mails: 1 })

  const again = {
    account: () => send(kind, { ...another.account, did: to.did }, newClient()),
    recipient: () =>
      send(kind, { ...another.recipient, email: to.email.toUpperCase() }, newClient()),
    client: () => send(kind, told(kind), client),
    site: () => send(kind, told(kind), client),
    everybody: () => send(kind, told(kind), newClient()),
  }[per]
  const { refusal, mails } = await again()
  expect(mails).toBe(1)
  expect(refusal).toMatchObject({ code: 'RateLimitExceeded' })
  const { retryAfter } = (refusal as { detail: { retryAfter: number } }).detail
  expect(retryAfter).toBeGreaterThan(0)
  expect(retryAfter).toBeLessThanOrEqual(limit.seconds)

  if (isShared && isNotice(kind)) return
  const other = mailKinds.find((one) => one !== kind && one !== 'message') as MailKind
  if (over === 'kind') expect(await send(other, to, newClient())).toMatchObject({ mails: 2 })
  if (per !== 'everybody') {
    const { mails } = await send(kind, newAddressee(), newClient())
    expect(mails).toBe(over === 'kind' ? 3 : 2)
  }
})

const OF_ONE = ['account', 'recipient']

describe('every kind of mail', () => {
  test.each(mailKinds)('%s counts account, recipient and everybody', (kind) => {
    const subjects = mailLimits(kind).map(({ per }) => per)
    expect(subjects).toEqual(expect.arrayContaining(['account', 'recipient', 'everybody']))
    if (kind !== 'message') expect(subjects).toContain('client')
  })

  test.each(mailKinds.filter((kind) => kind !== 'message'))(
    'of %s one site uses up a tenth of what everybody has',
    (kind) => {
      const limits = mailLimits(kind)
      const [ofAll] = limits.filter(({ per }) => per === 'everybody')
      const part = { ...ofAll, per: 'site', points: (ofAll?.points ?? 0) / 10 }
      expect(limits.filter(({ per }) => per === 'site')).toEqual([part])
    },
  )

  test.each(mailKinds)(
    'of %s what strangers use up is there before the last code is over',
    (kind) => {
      const limits = mailLimits(kind)
      const isForStrangers = limits.some(({ per, over }) => per === 'everybody' && over === 'kind')
      expect(isForStrangers).toBe(kind === 'resetPassword')
      if (!isForStrangers) return
      const ofOne = limits.filter(({ per, over }) => OF_ONE.includes(per) && over === 'kind')
      for (const { seconds } of ofOne) expect(seconds).toBeLessThanOrEqual(EMAIL_TOKEN / 1_000)
      expect(ofOne).toHaveLength(OF_ONE.length)
    },
  )

  test('is sent at one place', () => {
    const reaching = listSources()
      .filter((file) => !/^(test|lab|demo)\//.test(file))
      .flatMap(importsOf)
      .filter(({ to }) => to === 'mail/mailer.ts' || to === 'nodemailer')
      .map(({ from }) => from)
    expect([...new Set(reaching)].sort()).toEqual([
      'actors/runner.ts',
      'mail/file_outbox.ts',
      'mail/smtp_outbox.ts',
      'mail/verify_smtp.ts',
      // To the operator alone, once a day at most.
      'maintenance/backup/daily_backup.ts',
      'programs/prepare_runner.ts',
      'sagas/services/outgoing_mail.ts',
    ])
  })
})

test('a refused mail is not written, so that the code before it stays good', async () => {
  const to = newAddressee()
  const [limit] = mailLimits('resetPassword')
  spend(limit as MailLimit, 'resetPassword', to, newClient())
  const write = () => expect.unreachable() as never
  await expect(mail.send('resetPassword', to, write)).rejects.toMatchObject({
    code: 'RateLimitExceeded',
  })
})

test('resets that a stranger asks for take no sign-in code away', async () => {
  const to = newAddressee()
  for (let i = 0; i < 200; i++) await send('resetPassword', to, newClient())
  const { mails } = await send('resetPassword', to, newClient())
  expect(await send('signInCode', to, newClient())).toEqual({
    refusal: undefined,
    mails: mails + 1,
  })
})

test('nor do those to many people, which are limited for everybody', async () => {
  const [shared] = mailLimits('resetPassword').filter(({ per }) => per === 'everybody')
  spend(shared as MailLimit, 'resetPassword', newAddressee(), newClient())
  expect(await send('resetPassword', newAddressee(), newClient())).toMatchObject({
    refusal: { code: 'RateLimitExceeded' },
  })
  expect(await send('signInCode', newAddressee(), newClient())).toMatchObject({ mails: 1 })
})

test('a site is all of its networks', async () => {
  const [limit] = mailLimits('resetPassword').filter(({ per }) => per === 'site')
  spend(limit as MailLimit, 'resetPassword', newAddressee(), '2001:db8:1:1::1')
  const ask = (client: string) => send('resetPassword', newAddressee(), client)
  expect(await ask('2001:db8:1:2::1')).toMatchObject({ refusal: { code: 'RateLimitExceeded' } })
  expect(await ask('2001:db8:2:1::1')).toEqual({ refusal: undefined, mails: 1 })
})

test('a limit on everybody that is used up is counted, as an alarm looks for it', async () => {
  const refused = async (kind: MailKind) => {
    const { values } = await rateLimited.get()
    return values.find(({ labels }) => labels.limit === `mail, everybody, ${kind}`)?.value
  }
  expect(await refused('resetPassword')).toBeTypeOf('number')
  const before = (await refused('resetPassword')) ?? 0
  const [shared] = mailLimits('resetPassword').filter(({ per }) => per === 'everybody')
  spend(shared as MailLimit, 'resetPassword', newAddressee(), newClient())
  await send('resetPassword', newAddressee(), newClient())
  expect(await refused('resetPassword')).toBe(before + 1)
})

test.each(noticeKinds)('what others use up keeps no %s from an owner', async (kind) => {
  const client = newClient()
  for (const limit of mailLimits(kind)) {
    if (!OF_ONE.includes(limit.per)) {
      spend(limit, kind, newAddressee(), client)
    }
  }
  const [kim, lee] = [newAddressee(), newAddressee()]
  for (let i = 1; i <= NOTICES_OF_RIGHT; i++) {
    expect(await send(kind, kim, client)).toEqual({ refusal: undefined, mails: i })
  }
  expect(await send(kind, kim, client)).toMatchObject({
    refusal: { code: 'RateLimitExceeded' },
    mails: NOTICES_OF_RIGHT,
  })
  expect(await send(kind, lee, client)).toMatchObject({ mails: NOTICES_OF_RIGHT + 1 })
})

test('without a request behind it a mail counts no client', async () => {
  await mail.send('resetPassword', newAddressee(), () => code)
  expect(await readdir(join(folder.path, 'mail'))).toHaveLength(1)
})

test('with limits off none is refused', async () => {
  const log = pino({ level: 'silent' }) as Log
  const free = new OutgoingMail({ mailer, background: new Background(log), log }, null)
  const to = newAddressee()
  for (let i = 0; i < 25; i++) await free.send('resetPassword', to, () => code)
  expect(await readdir(join(folder.path, 'mail'))).toHaveLength(25)
})
