import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { TOTP_BEGUN } from '../../base/lifetimes.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { changeEmail, setEmail } from '../../sagas/changes/email_change.ts'
import {
  beginTotp,
  confirmTotp,
  listFactors,
  removeTotp,
  renewRecoveryCodes,
  setMailFactor,
  switchMailFactor,
} from '../../sagas/factors/factors.ts'
import type { Services } from '../../sagas/services/services.ts'
import { proveFactor } from '../../sagas/sign_in/second_factor.ts'
import { readThere, signInNow, trailOf } from '../shared/account_state.ts'
import { codesOf, enrol, nextStep } from '../shared/people/authenticator.ts'
import { newPerson } from '../shared/people/person.ts'
import { servicesOf } from '../shared/services.ts'

/** How a person's factors come, change and go, before any page. */
let app: AppInProcess
let services: Services
let did: string
beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_NAME: 'The Entryway' } })
  services = servicesOf(app)
})
afterAll(() => app?.close())
beforeEach(async () => {
  ;({ did } = await newPerson(app))
})
afterEach(() => {
  vi.useRealTimers()
})

const account = () => app.actors.account(did)
const read = () => readThere(account())
const basis = () => signInNow(account())
const audit = (event: string) => trailOf(account(), event)
/** The mails that came with a subject, to the account. */
async function mailed(subject: string, count = 1, address?: string): Promise<string[]> {
  const email = address ?? (await read()).email
  return vi.waitFor(
    async () => {
      const mails = (await app.readMails()).filter(
        (mail) => mail.subject === subject && mail.to?.[0]?.address === email,
      )
      expect(mails).toHaveLength(count)
      return mails.map(({ text = '' }) => text)
    },
    { timeout: 60_000 },
  )
}
async function confirmAddress(): Promise<void> {
  const { email } = await read()
  const { token } = await account().issueEmailToken('confirm_email', null, email)
  await account().confirmEmail(email, token, await basis())
}
const prove = async (code: string) => proveFactor(services, did, code, await basis(), null)
const refused = { code: 'InvalidToken' }
const NONE = { password: true, passkeys: 0, totp: null, mail: false, recoveryCodes: 0 }

describe('an authenticator', () => {
  test('counts when a code has confirmed it, and comes with recovery codes', async () => {
    const { secret, uri } = await beginTotp(services, did, await basis())
    expect(uri).toContain(`secret=${secret}`)
    expect(uri).toContain(encodeURIComponent((await read()).handle ?? ''))
    expect(await listFactors(services, did)).toMatchObject({ totp: null, recoveryCodes: 0 })
    await expect(confirmTotp(services, did, '000000x', await basis())).rejects.toMatchObject(
      refused,
    )
    const before = await read()
    const { account, recoveryCodes } = await confirmTotp(
      services,
      did,
      codesOf(secret)(),
      await basis(),
    )
    expect(account.generation).toBeGreaterThan(before.generation)
    expect(new Set(recoveryCodes).size).toBe(10)
    expect(await listFactors(services, did)).toEqual({
      password: true,
      passkeys: 0,
      totp: { addedAt: expect.any(Number) },
      mail: false,
      recoveryCodes: 10,
    })
    expect(await audit('factor_added')).toMatchObject([{ detail: { kind: 'totp' } }])
    const [text] = await mailed('A second factor was added')
    expect(text).toContain('authenticator app')
    expect(text).not.toContain(secret)
  })

  test('that counts already is not confirmed once more', async () => {
    const { secret } = await beginTotp(services, did, await basis())
    const confirm = async () => confirmTotp(services, did, codesOf(secret)(), await basis())
    await confirm()
    nextStep()
    await expect(confirm()).rejects.toMatchObject({ code: 'ExpiredToken' })
    expect(await audit('factor_added')).toHaveLength(1)
  })

  test('that was begun anew, or too long ago, is not the one before', async () => {
    const first = await beginTotp(services, did, await basis())
    const second = await beginTotp(services, did, await basis())
    const confirm = async (secret: string) =>
      confirmTotp(services, did, codesOf(secret)(), await basis())
    await expect(confirm(first.secret)).rejects.toMatchObject(refused)
    nextStep(TOTP_BEGUN / 30_000 + 1)
    await expect(confirm(second.secret)).rejects.toMatchObject({ code: 'ExpiredToken' })
    expect(await listFactors(services, did)).toMatchObject({ totp: null })
  })

  test('is not replaced by another, nor begun by a sign-in that has ended', async () => {
    await enrol(app, did)
    const ended = await basis()
    await expect(beginTotp(services, did, ended)).rejects.toMatchObject({ code: 'InvalidRequest' })
    await account().signOutEverywhere()
    for (const change of [beginTotp, removeTotp, renewRecoveryCodes]) {
      await expect(change(services, did, ended)).rejects.toMatchObject({ code: 'SignedOut' })
    }
  })

  test('goes with the recovery codes when it was the only one', async () => {
    await enrol(app, did)
    await removeTotp(services, did, await basis())
    expect(await listFactors(services, did)).toEqual(NONE)
    expect(await audit('factor_removed')).toMatchObject([{ detail: { kind: 'totp' } }])
    expect((await mailed('A second factor was removed'))[0]).toContain('authenticator app')
    expect(await removeTotp(services, did, await basis())).toMatchObject({ isChanged: false })
    expect(await audit('factor_removed')).toHaveLength(1)
  })

  test('a new password by mail does not remove it', async () => {
    await enrol(app, did)
    const { email } = await read()
    const { token } = await account().issueEmailToken('reset_password', null, email)
    await account().resetPassword(token, 'another password')
    expect(await listFactors(services, did)).toMatchObject({ recoveryCodes: 10, totp: {} })
    await account().setEmail(`other.${email}`)
    expect(await listFactors(services, did)).toMatchObject({ recoveryCodes: 10, totp: {} })
  })

  test('goes with the account', async () => {
    await enrol(app, did)
    await account().erase()
    expect(await account().read()).toBeNull()
    await expect(account().listFactors()).rejects.toMatchObject({ code: 'AccountNotFound' })
  })
})

describe('a code by mail', () => {
  test('is for a confirmed address, and comes with recovery codes if it is the first', async () => {
    await expect(setMailFactor(services, did, true, await basis())).rejects.toMatchObject({
      code: 'InvalidRequest',
    })
    await confirmAddress()
    const { recoveryCodes } = await setMailFactor(services, did, true, await basis())
    expect(recoveryCodes).toHaveLength(10)
    const again = await setMailFactor(services, did, true, await basis())
    expect(again).toMatchObject({ isChanged: false, recoveryCodes: null })
    expect((await mailed('A second factor was added'))[0]).toContain('code by email')
    const { email } = await read()
    await account().setEmail(`other.${email}`)
    expect(await listFactors(services, did)).toEqual(NONE)
  })

  test.each([
    ['that its owner changes', 'other.'],
    ['that stays, and is to be confirmed anew', ''],
    ['that the operator changes', 'operators.'],
  ])('goes with an address %s, which is on record and told there', async (_, prefix) => {
    await confirmAddress()
    await setMailFactor(services, did, true, await basis())
    const { email } = await read()
    const { token } = await account().issueEmailToken('update_email', null, email)
    const to = `${prefix}${email}`
    if (prefix === 'operators.') await setEmail(services, did, to)
    else await changeEmail(services, did, to, token, await basis())
    expect(await listFactors(services, did)).toEqual(NONE)
    expect(await audit('email_auth_factor')).toMatchObject([
      { detail: { on: false } },
      { detail: { on: true } },
    ])
    const [text] = await mailed('A second factor was removed', 1, email)
    expect(text).toContain('code by email')
  })

  test('that an app switches on makes no codes, which it could not show', async () => {
    await confirmAddress()
    await switchMailFactor(services, did, true, null, await basis())
    expect(await listFactors(services, did)).toMatchObject({ mail: true, recoveryCodes: 0 })
    await mailed('A second factor was added')
  })

  test('that was sent before it was switched off is none beside an authenticator', async () => {
    await confirmAddress()
    await enrol(app, did)
    await setMailFactor(services, did, true, await basis())
    const { token: code } = await account().issueEmailToken('sign_in', null, (await read()).email)
    await setMailFactor(services, did, false, await basis())
    await expect(prove(code)).rejects.toMatchObject(refused)
  })
})

describe('recovery codes', () => {
  test('work once each, and a mail says how many are left', async () => {
    const { recoveryCodes } = await enrol(app, did)
    const [first = '', second = ''] = recoveryCodes
    await prove(first.toLowerCase().replaceAll('-', ' '))
    await expect(prove(first)).rejects.toMatchObject(refused)
    await prove(second)
    expect(await audit('recovery_code_used')).toMatchObject([
      { detail: { left: 8 } },
      { detail: { left: 9 } },
    ])
    const texts = await mailed('A recovery code was used', 2)
    expect(texts.join()).toContain('Codes left: 9.')
    expect(texts.join()).toContain('Codes left: 8.')
    expect(texts.join()).not.toContain(first)
  })

  test('new ones end those before; without a factor there are none', async () => {
    await expect(renewRecoveryCodes(services, did, await basis())).rejects.toMatchObject({
      code: 'InvalidRequest',
    })
    const before = await enrol(app, did)
    const { recoveryCodes } = await renewRecoveryCodes(services, did, await basis())
    await expect(prove(before.recoveryCodes[0] ?? '')).rejects.toMatchObject(refused)
    await prove(recoveryCodes?.[0] ?? '')
    expect(await listFactors(services, did)).toMatchObject({ recoveryCodes: 9 })
  })
})
