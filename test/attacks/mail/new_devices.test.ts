import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { DEVICE_UNUSED, DEVICES_LEARNED, KNOWN_DEVICE } from '../../../base/lifetimes.ts'
import { sweepFlow } from '../../../database/flow/sweep.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { en } from '../../../mail/locales/en.ts'
import { fr } from '../../../mail/locales/fr.ts'
import { sv } from '../../../mail/locales/sv.ts'
import { hashPassword } from '../../../passwords/scrypt.ts'
import { mailLimits } from '../../../sagas/services/mail_limits.ts'
import { signInNow } from '../../shared/account_state.ts'
import { post } from '../../shared/ask.ts'
import { formsOf } from '../../shared/pages/forms_of.ts'
import { enrol } from '../../shared/people/authenticator.ts'
import { answerOf, asked, newOwner } from '../../shared/people/passkey_owner.ts'
import { newPerson, type Person } from '../../shared/people/person.ts'
import { type Seen, Visitor } from '../../shared/people/visitor.ts'

/** A sign-in from a device that the account does not know, through each door. */
const HERE = '192.0.2.1'
const ELSEWHERE = '198.51.100.7'
const APP = 'Some App/1.4.2 (Android 14)'
let app: AppInProcess
let kim: Person
let did: string

beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())
beforeEach(async () => {
  app.counters.exec('DELETE FROM counter')
  kim = await newPerson(app)
  did = kim.did
})
afterEach(() => {
  vi.useRealTimers()
})

type From = { userAgent?: string; address?: string; password?: string }

/** @returns the answer's body, and whether a mail told of it */
async function createSession({
  userAgent = APP,
  address = HERE,
  password = kim.password,
}: From = {}) {
  const before = await told()
  const input = { identifier: kim.handle, password }
  const { status, body } = await post(
    app,
    '/xrpc/com.atproto.server.createSession',
    input,
    { 'user-agent': userAgent },
    address,
  )
  return { status, body: body as Record<string, string>, isTold: (await told()) > before }
}

async function told(): Promise<number> {
  const mails = (await app.readMails()).filter(({ to }) => to?.[0]?.address === kim.email)
  return mails.filter(({ subject }) => subject === en.notices.newDevice.subject).length
}

/** Signs in on the page. @returns whether a mail told of it */
async function signIn(visitor: Visitor, box: Record<string, string> = {}, address = HERE) {
  const before = await told()
  const page = await visitor.open('/account/sign-in?step=sign-in', { address })
  const fields = { username: kim.handle, password: kim.password, ...box }
  expect((await visitor.send(page, fields, { address })).status).toBe(303)
  return (await told()) > before
}

const basis = () => signInNow(app.actors.account(did))

/** An account in which somebody has signed in with an app. */
async function withDevice() {
  expect((await createSession()).isTold).toBe(false)
}

describe('44. an app', () => {
  test('is told when it is another one, or at another address, and then is known', async () => {
    await withDevice()
    expect((await createSession()).isTold).toBe(false)
    // After an update.
    expect((await createSession({ userAgent: APP.replace('1.4.2', '1.5') })).isTold).toBe(false)
    for (const other of [{ userAgent: 'curl/8.0' }, { address: ELSEWHERE }, { userAgent: '' }]) {
      expect(await createSession(other)).toMatchObject({ status: 200, isTold: true })
      expect(await createSession(other)).toMatchObject({ status: 200, isTold: false })
    }
  })

  test('is told when it has an app password', async () => {
    await withDevice()
    const { body } = await createSession()
    const { generation } = await basis()
    const session = { generation }
    const account = app.actors.account(did)
    const { password } = await account.createAppPassword('an app', false, session)
    expect((await createSession({ password })).isTold).toBe(false)
    expect((await createSession({ password, address: ELSEWHERE })).isTold).toBe(true)
    expect(body.did).toBe(did)
  })

  test('has no mail sent by who does not get in', async () => {
    await withDevice()
    const wrong = { password: 'wrong', address: ELSEWHERE }
    for (let i = 0; i < 5; i++) expect((await createSession(wrong)).isTold).toBe(false)
    await enrol(app, did)
    const right = await createSession({ address: ELSEWHERE })
    expect([right.status, right.isTold]).toEqual([401, false])
  })
})

describe('44. a browser', () => {
  test('is known by its cookie, also a day after nobody is signed in there', async () => {
    await withDevice()
    const [here, there] = [new Visitor(app), new Visitor(app)]
    expect(await signIn(here)).toBe(true)
    expect(await signIn(here)).toBe(false)
    sweepFlow(app.flow, Date.now() + DEVICE_UNUSED + 60_000)
    expect(await signIn(here, {}, ELSEWHERE)).toBe(false)
    expect(await signIn(there)).toBe(true)
    expect(await signIn(there, { remember: 'on' })).toBe(false)
  })

  test('is not known by a cookie that it made up, or of another account', async () => {
    await withDevice()
    const visitor = new Visitor(app)
    await signIn(visitor)
    const mark = visitor.cookies.get('known-browser')
    expect(mark?.value).toMatch(/^[\w-]{22}$/)
    for (const value of ['', 'x', 'A'.repeat(22), `${mark?.value.slice(0, 21)}`]) {
      const thief = new Visitor(app)
      thief.cookies.set('known-browser', { value, path: '/' })
      expect(await signIn(thief)).toBe(true)
    }
    kim = await newPerson(app)
    did = kim.did
    await withDevice()
    expect(await signIn(visitor)).toBe(true)
  })

  test('is told of that signs in with a passkey alone, and then is known', async () => {
    const owner = await newOwner(app)
    kim = owner
    const enter = async (visitor: Visitor, address = HERE) => {
      const before = await told()
      const page = await visitor.open('/account/sign-in?step=sign-in', { address })
      const { status } = await visitor.send(page, answerOf(owner.authenticator.use(asked(page))), {
        address,
      })
      return { status, isTold: (await told()) > before }
    }
    const [first, thief] = [new Visitor(app), new Visitor(app)]
    expect(await enter(first)).toEqual({ status: 303, isTold: false })
    expect(await enter(thief, ELSEWHERE)).toEqual({ status: 303, isTold: true })
    expect(await enter(thief, HERE)).toEqual({ status: 303, isTold: false })
    expect(await enter(first, ELSEWHERE)).toEqual({ status: 303, isTold: false })
    const trail = await app.actors.account(owner.did).listAudit(100)
    expect(trail.filter(({ event }) => event === 'signed_in')).toHaveLength(4)
  })

  test('is told of that gives a second factor, and then is known', async () => {
    const owner = await newOwner(app)
    kim = owner
    const byCode = () => ({ code: owner.recoveryCodes.pop() ?? '' })
    const byPasskey = (step: Seen) => answerOf(owner.authenticator.use(asked(step)))
    const enter = async (visitor: Visitor, second: (step: Seen) => Record<string, string>) => {
      const before = await told()
      const page = await visitor.open('/account/sign-in?step=sign-in')
      const step = await visitor.send(page, { username: kim.handle, password: kim.password })
      expect((await told()) - before).toBe(0)
      const { status } = await visitor.send(step, second(step))
      return { status, isTold: (await told()) > before }
    }
    const [first, thief, another] = [new Visitor(app), new Visitor(app), new Visitor(app)]
    expect(await enter(first, byCode)).toEqual({ status: 303, isTold: false })
    expect(await enter(thief, byCode)).toEqual({ status: 303, isTold: true })
    expect(await enter(thief, byPasskey)).toEqual({ status: 303, isTold: false })
    expect(await enter(another, byPasskey)).toEqual({ status: 303, isTold: true })
    const trail = await app.actors.account(owner.did).listAudit(100)
    expect(trail.filter(({ event }) => event === 'signed_in')).toHaveLength(4)
  })

  test('is the one in which a new password was set; no other is known any more', async () => {
    await withDevice()
    const [thief, owner] = [new Visitor(app), new Visitor(app)]
    await signIn(thief)
    const { token: code } = await app.actors
      .account(did)
      .issueEmailToken('reset_password', null, kim.email)
    await app.actors.directory.putResetToken(code, did, Date.now())
    const page = await owner.open('/account/new-password')
    kim.password = 'another secret'
    await owner.send(page, { code, password: kim.password })
    expect(await signIn(owner)).toBe(false)
    expect(await signIn(thief)).toBe(true)
  })

  test('stays known where it signs out all others', async () => {
    await withDevice()
    const [here, there] = [new Visitor(app), new Visitor(app)]
    for (const visitor of [here, there]) await signIn(visitor, { remember: 'on' })
    const forms = formsOf(await here.open('/account/security'))
    await here.send(
      forms.find(({ action }) => action?.includes('end-others')) ?? { action: '', fields: {} },
    )
    expect(await signIn(here, { remember: 'on' })).toBe(false)
    expect(await signIn(there)).toBe(true)
  })
})

describe('44. what is signed out alone', () => {
  const endOf = async (visitor: Visitor, kind: string, id?: string) => {
    const form = formsOf(await visitor.open('/account/security')).find(
      ({ fields }) => fields.kind === kind && (id === undefined || fields.id === id),
    )
    expect((await visitor.send(form ?? { action: '', fields: {} })).status).toBe(303)
  }

  test('is a new device again, a browser', async () => {
    await withDevice()
    const [here, there] = [new Visitor(app), new Visitor(app)]
    for (const visitor of [here, there]) await signIn(visitor, { remember: 'on' })
    await endOf(here, 'browser', there.cookies.get('dev-id')?.value)
    expect(await signIn(there)).toBe(true)
    expect(await signIn(here, { remember: 'on' })).toBe(false)
    // Who signs out here comes back unheard.
    await endOf(here, 'browser', here.cookies.get('dev-id')?.value)
    expect(await signIn(here)).toBe(false)
  })

  test('is a new device again, an app', async () => {
    await withDevice()
    const here = new Visitor(app)
    await signIn(here, { remember: 'on' })
    await endOf(here, 'session')
    expect((await createSession()).isTold).toBe(true)
    expect((await createSession()).isTold).toBe(false)
  })
})

describe('44. the mail', () => {
  test('comes where it was refused before: nothing that it did not tell of is known', async () => {
    await withDevice()
    const [limit] = mailLimits('newDevice')
    for (let i = 0; i < (limit?.points ?? 0); i++) {
      expect((await createSession({ userAgent: `app ${'x'.repeat(i + 1)}` })).isTold).toBe(true)
    }
    const thief = { userAgent: 'of a thief', address: ELSEWHERE }
    expect(await createSession(thief)).toMatchObject({ status: 200, isTold: false })
    app.counters.exec('DELETE FROM counter')
    expect((await createSession(thief)).isTold).toBe(true)
  })

  test('comes in the language of who owns the account, whatever a thief reads', async () => {
    const subjectsAfter = async (visitor: Visitor) => {
      await signIn(visitor)
      const mails = (await app.readMails()).filter(({ to }) => to?.[0]?.address === kim.email)
      return mails.map(({ subject }) => subject)
    }
    const [own, thief] = [new Visitor(app), new Visitor(app)]
    own.language = 'sv-SE, en;q=0.5'
    thief.language = 'ro'
    expect(await subjectsAfter(own)).toEqual([])
    const told = sv.notices.newDevice.subject
    expect(await subjectsAfter(thief)).toEqual([told])
    await app.actors.account(did).signOutEverywhere()
    expect(await subjectsAfter(thief)).toEqual([told, told])
    // Who has a browser that is known may have come to read another.
    thief.language = 'fr'
    await subjectsAfter(thief)
    expect(await subjectsAfter(new Visitor(app))).toEqual([
      told,
      told,
      fr.notices.newDevice.subject,
    ])
  })

  test.each(['x'.repeat(36), 'sv_SE', '<b>'])('comes in no language %j', async (language) => {
    const visitor = new Visitor(app)
    visitor.language = language
    await signIn(visitor)
    expect(await app.actors.account(did).readLanguage()).toBeNull()
  })

  test('can be turned off and on, and no other', async () => {
    await withDevice()
    const visitor = new Visitor(app)
    await signIn(visitor, { remember: 'on' })
    const press = async () => {
      const forms = formsOf(await visitor.open('/account/security'))
      const form = forms.find(({ action }) => action?.includes('/form/mails'))
      return visitor.send(form ?? { action: '', fields: {} })
    }
    const proof = await press()
    expect(proof.title).toBe('Confirm that it is you')
    expect((await createSession({ userAgent: 'heard' })).isTold).toBe(true)
    expect((await visitor.send(proof, { password: 'wrong' })).status).toBe(400)
    const task = await visitor.follow(await visitor.send(proof, { password: kim.password }))
    expect(task.text).toContain('You get no email.')
    const off = await visitor.follow(await visitor.send(task))
    expect([off.notice, off.text]).toEqual(['Saved.', expect.stringContaining('no email.')])
    const [last] = (await app.readMails()).slice(-1)
    expect(last?.subject).toBe(en.notices.protectionOff.subject)
    expect(last?.text).toContain(en.protections.newDeviceMails)
    expect((await createSession({ userAgent: 'unheard' })).isTold).toBe(false)
    const { body } = await createSession()
    await post(
      app,
      '/xrpc/com.atproto.server.createAppPassword',
      { name: 'mine' },
      { authorization: `Bearer ${body.accessJwt}` },
    )
    expect((await app.readMails()).at(-1)?.subject).toBe('An app password was made')
    await visitor.send(await visitor.open('/account/sign-in?step=sign-in'), {
      ...{ username: kim.handle, password: kim.password, remember: 'on' },
    })
    expect((await visitor.follow(await press())).text).toContain('You get an email.')
    expect((await createSession({ userAgent: 'unheard' })).isTold).toBe(false)
    expect((await createSession({ userAgent: 'of a thief' })).isTold).toBe(true)
    const trail = await app.actors.account(did).listAudit(100)
    expect(trail.filter(({ event }) => event === 'new_device_mails')).toHaveLength(2)
  })

  test('waits a week for the devices of an account that comes from elsewhere', async () => {
    const account = app.actors.account(did)
    const row = await account.read()
    if (!row) throw new Error('no account')
    await account.erase()
    const passwordScrypt = await hashPassword(kim.password)
    const sessions = {
      ...{ oauth: [], legacy: [], consents: [] },
      devices: [{ deviceId: 'dev-carried', updatedAt: Date.now() }],
    }
    await account.import({ ...row, passwordScrypt, appPasswords: [], sessions })
    expect((await createSession()).isTold).toBe(false)
    expect((await createSession({ address: ELSEWHERE })).isTold).toBe(false)
    vi.useFakeTimers({ now: Date.now() + DEVICES_LEARNED + 60_000, toFake: ['Date'] })
    expect((await createSession({ address: ELSEWHERE })).isTold).toBe(false)
    expect((await createSession({ userAgent: 'of a thief' })).isTold).toBe(true)
    const marks = ['browser x', 'device dev-carried']
    expect(await account.noteSignIn({ marks, deviceId: null, language: null, detail: {} })).toBe(
      null,
    )
  })
})

// Behind all others: its mail has a date ahead, and they read which came last.
test('44. an app is told once more when it was not seen for as long as devices are known', async () => {
  await withDevice()
  const seen = Date.now()
  for (const [at, isTold] of [
    [seen + KNOWN_DEVICE - 60_000, false],
    [seen + 2 * KNOWN_DEVICE, true],
  ] as const) {
    vi.useFakeTimers({ now: at, toFake: ['Date'] })
    expect(await createSession()).toMatchObject({ status: 200, isTold })
  }
})
