import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { aroundCalls } from '../../actors/around_calls.ts'
import { MINUTE } from '../../base/lifetimes.ts'
import {
  checkEmailToken,
  deleteEmailToken,
  type EmailTokenPurpose,
  endFormerEmailToken,
  putEmailToken,
} from '../../database/account/email_token.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { type Smtp, startSmtp } from '../../lab/world/servers/smtp.ts'
import { createMailer, type Mailer } from '../../mail/mailer.ts'
import { sendEmailCode } from '../../sagas/notices/email_code.ts'
import type { Services } from '../../sagas/services/services.ts'
import { resetPassword } from '../../sagas/sign_in/password_reset.ts'
import { newPerson, type Person } from '../shared/people/person.ts'
import { servicesOf } from '../shared/services.ts'

/** All codes that are mailed. */
const PURPOSES = Object.keys({
  confirm_email: true,
  update_email: true,
  reset_password: true,
  delete_account: true,
  plc_operation: true,
  sign_in: true,
} satisfies Record<EmailTokenPurpose, true>) as EmailTokenPurpose[]

let app: AppInProcess
let smtp: Smtp
let mailer: Mailer
let services: Services

beforeAll(async () => {
  app = await startApp()
  smtp = await startSmtp()
  const { log, settings } = app.runner
  const { dataDir, publicUrl, name: service } = settings
  mailer = createMailer({ smtpUrl: smtp.url, dataDir, publicUrl, service, log })
  services = servicesOf({ ...app, runner: { ...app.runner, mailer } })
})
afterAll(async () => {
  mailer?.close()
  await smtp?.close()
  await app?.close()
})

/** @returns the code in the mail */
async function send({ did, account }: Person, purpose: EmailTokenPurpose): Promise<string> {
  const row = await account.read()
  if (!row) throw new Error(`There is no ${did}`)
  await sendEmailCode(services, row, purpose, 'en', null)
  return mailedCode()
}

const mailedCode = () =>
  /\b[A-Z2-7]{5}-[A-Z2-7]{5}\b/.exec(smtp.mails.at(-1)?.text ?? '')?.[0] ?? ''

/** Does it by a clock that is half a minute ahead. */
async function ahead<T>(work: () => T): Promise<Awaited<T>> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + MINUTE / 2 })
  try {
    return await work()
  } finally {
    vi.useRealTimers()
  }
}

async function refused(person: Person, purpose: EmailTokenPurpose): Promise<void> {
  smtp.refuse('no room')
  try {
    await expect(send(person, purpose)).rejects.toThrow('mail')
  } finally {
    smtp.refuse(undefined)
  }
}

test.each(PURPOSES)(
  'a code (%s) is good until the mail server has taken the mail with the next',
  async (purpose) => {
    const person = await newPerson(app)
    const isGood = (code: string) =>
      person.account.checkEmailToken(purpose, code).then(
        () => true,
        () => false,
      )
    const first = await send(person, purpose)
    for (let i = 0; i < 3; i++) await refused(person, purpose)
    expect(await isGood(first)).toBe(true)

    const next = await send(person, purpose)
    expect([await isGood(first), await isGood(next)]).toEqual([false, true])

    await refused(person, purpose)
    await person.account.spendEmailToken(purpose, next, null)
    expect([await isGood(first), await isGood(next)]).toEqual([false, false])
  },
)

test('so it is where the clock of the account is ahead, and yet another is asked for meanwhile', async () => {
  const person = await newPerson(app)
  const { did, email } = person
  const first = await send(person, 'sign_in')
  const issueThere = () => ahead(() => person.account.issueEmailToken('sign_in', null, email))
  const account = aroundCalls(person.account, async (ask, name) => {
    // The mail with that one never leaves.
    if (name === 'noteEmailTokenSent') await issueThere()
    return ahead(ask)
  })
  const apart = { ...services, actors: { ...services.actors, account: () => account } }
  const before = await ahead(() => send(person, 'sign_in'))
  const row = await person.account.read()
  if (!row) throw new Error(`There is no ${did}`)
  await sendEmailCode(apart, row, 'sign_in', 'en', null)
  const next = mailedCode()
  const state = (code: string) =>
    person.account.checkEmailToken('sign_in', code).then(
      () => 'good',
      ({ code: why }) => why,
    )
  expect(await Promise.all([first, before, next].map(state))).toEqual([
    ...['InvalidToken', 'InvalidToken', 'good'],
  ])
})

test('a new password is set with it', async () => {
  const person = await newPerson(app)
  const code = await send(person, 'reset_password')
  await refused(person, 'reset_password')
  expect(await resetPassword(services, code, 'a new secret')).toMatchObject({ did: person.did })
})

/**
 * The codes that are good after some were put, whose mails then left in this order.
 *
 * @param late those that were put once all others had ended, as where one was used
 */
function goodAfter(put: string[], left: string[], late: string[] = []): string[] {
  const db = openDatabase(':memory:', accountSchema)
  try {
    const at = new Map<string, number>()
    const add = (token: string) => {
      at.set(token, at.size + 1)
      putEmailToken(db, 'sign_in', token, at.size)
    }
    const leave = (token: string) => endFormerEmailToken(db, 'sign_in', token, at.get(token) ?? 0)
    const isGood = (token: string) => checkEmailToken(db, 'sign_in', token, at.size) === 'valid'
    add('before')
    leave('before')
    put.forEach(add)
    if (late.length > 0) deleteEmailToken(db, 'sign_in')
    late.forEach(add)
    left.forEach(leave)
    const good = [...at.keys()].filter(isGood)
    deleteEmailToken(db, 'sign_in')
    expect([...at.keys()].filter(isGood)).toEqual([])
    left.forEach(leave)
    expect([...at.keys()].filter(isGood)).toEqual([])
    return good
  } finally {
    closeDatabase(db)
  }
}

test('so it is where two are asked for at once, of which one is not taken, or comes later', () => {
  expect(goodAfter(['one', 'two'], [])).toEqual(['before', 'two'])
  expect(goodAfter(['one', 'two'], ['one'])).toEqual(['one', 'two'])
  expect(goodAfter(['one', 'two'], ['two'])).toEqual(['two'])
  expect(goodAfter(['one', 'two'], ['one', 'two'])).toEqual(['two'])
  expect(goodAfter(['one', 'two'], ['two', 'one'])).toEqual(['two'])
})

test('a mail that the server takes late puts no code in the place of a newer one that was sent', () => {
  expect(goodAfter(['one', 'two', 'three'], ['one', 'two'])).toEqual(['two', 'three'])
  expect(goodAfter(['one', 'two', 'three'], ['two', 'one'])).toEqual(['two', 'three'])
})

test('nor is a code good again that ended before the server said that it has the mail', () => {
  expect(goodAfter(['one'], ['one'], ['two', 'three'])).toEqual(['two', 'three'])
  expect(goodAfter(['one'], ['two', 'one'], ['two', 'three'])).toEqual(['two', 'three'])
})
