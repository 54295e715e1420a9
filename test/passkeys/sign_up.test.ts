import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { PASSKEY_CHALLENGE } from '../../base/lifetimes.ts'
import { PAGE_LANGUAGES } from '../../http/language.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { type Misdeeds, SoftAuthenticator } from '../../lab/world/browser/passkeys.ts'
import { signUpTexts } from '../../pages/sign_up/locales/index.ts'
import { PdsClient } from '../../pds/client.ts'
import { newChallenge } from '../../sagas/sign_in/passkey_challenge.ts'
import {
  beginPasskeySignUp,
  firstPasskeyOptions,
  signUpWithPasskey,
} from '../../sagas/sign_up/passkey_sign_up.ts'
import { settleSignUp } from '../../sagas/sign_up/sign_up.ts'
import type { SignUpPolicy } from '../../sagas/sign_up/sign_up_rules.ts'
import { startWorld, type World } from '../attacks/endings/world.ts'
import { formTo, PAGE as SECURITY } from '../shared/pages/security_page.ts'
import { answerOf, asked } from '../shared/people/passkey_owner.ts'
import { push, type Seen, Visitor } from '../shared/people/visitor.ts'
import { servicesOf } from '../shared/services.ts'

/** Signing up with a passkey in the place of a password, at a PDS and a PLC directory. */
let world: World
let app: AppInProcess
let invited: AppInProcess
let people = 0
const PAGE = '/account/passkey-sign-up'
const words = signUpTexts.en

beforeAll(async () => {
  world = await startWorld()
  app = world.app
  invited = await startApp({ env: { ENTRYWAY_INVITE_REQUIRED: 'true' } })
})
afterAll(() => Promise.all([world?.close(), invited?.close()]))
afterEach(() => {
  vi.useRealTimers()
})

const newNames = () => {
  const handle = `nyx${++people}`
  return { handle, email: `${handle}@mail.internal` }
}
const whole = ({ handle }: { handle: string }) => `${handle}.test`
const newAuthenticator = () => new SoftAuthenticator(app.runner.settings.publicUrl)
const findDid = async (names: { handle: string }) =>
  (await app.actors.directory.find(whole(names)))?.did
const make = (page: Seen, authenticator = newAuthenticator(), misdeeds: Misdeeds = {}) =>
  answerOf(authenticator.create(asked(page), misdeeds))
/** Goes as far as to the passkey. */
async function begin(names = newNames(), address = PAGE) {
  const visitor = new Visitor(app)
  const page = await visitor.send(await visitor.open(address), names)
  return { visitor, page, names }
}

describe('a sign-up with a passkey', () => {
  test('makes an account without a password, and signs in', async () => {
    const authenticator = newAuthenticator()
    const { visitor, page, names } = await begin()
    expect([page.status, page.title]).toEqual([200, words.makeTitle])
    const { user } = asked(page)
    const did = Buffer.from(user.id, 'base64url').toString()
    expect(did).toMatch(/^did:plc:/)
    expect(user.name).toBe(whole(names))
    // Nothing is made as long as the passkey is not.
    expect(await findDid(names)).toBeUndefined()
    expect((await fetch(`${world.plc.url}/${did}`)).status).toBe(404)
    const done = await visitor.send(page, make(page, authenticator))
    expect([done.status, done.title]).toEqual([200, words.doneTitle])
    expect(done.text.match(/<code>/g)).toHaveLength(10)
    // In another language it would not show them.
    expect(done.hrefs.filter((href) => href.includes('lang='))).toEqual([])
    expect(await findDid(names)).toBe(did)
    const account = app.actors.account(did)
    expect(await account.listFactors()).toMatchObject({
      ...{ password: false, passkeys: 1, recoveryCodes: 10 },
    })
    expect(await new PdsClient(world.pds).readStanding(did)).toMatchObject({ isDeactivated: false })
    const next = done.hrefs.find((href) => href.startsWith('/account/u/')) ?? ''
    expect((await visitor.open(next)).status).toBe(200)
    expect(await account.listDevices()).toMatchObject([{ amr: ['hwk', 'user', 'mfa'] }])
    const other = new Visitor(app)
    const signIn = await other.open('/account/sign-in')
    const entered = await other.send(signIn, answerOf(authenticator.use(asked(signIn))))
    expect(entered.status).toBe(303)
  })

  test('goes on to the app that asked for it', async () => {
    const { url } = await push(app)
    const visitor = new Visitor(app)
    const first = await visitor.open(url)
    const link = first.hrefs.find((href) => href.includes('passkey-sign-up')) ?? ''
    const names = newNames()
    const page = await visitor.send(await visitor.open(link), names)
    const done = await visitor.send(page, make(page))
    const next = done.hrefs.find((href) => href.startsWith('/oauth/authorize')) ?? ''
    const consent = await visitor.open(next)
    expect(consent.text).toContain(whole(names))
    // As after the provider's sign-up, a browser remembers the account only where no app asked.
    const did = (await findDid(names)) ?? ''
    expect(await app.actors.account(did).listDevices()).toEqual([])
  })

  test('goes back to the names, which stand there, and makes nothing', async () => {
    const { visitor, page, names } = await begin()
    const back = await visitor.send(page, { back: '1' })
    expect([back.status, back.title]).toEqual([200, words.title])
    expect(back.fields).toMatchObject(names)
    const other = newNames()
    const again = await visitor.send(back, { handle: other.handle })
    expect((await visitor.send(again, make(again))).title).toBe(words.doneTitle)
    expect([await findDid(names), await findDid(other)]).toEqual([undefined, expect.anything()])
  })

  test.each<[string, Misdeeds]>([
    ['of another origin', { origin: 'https://evil.test' }],
    ['for another challenge', { challenge: 'AAAA' }],
    ['that nobody unlocked', { isVerified: false }],
  ])('%s is refused, and makes nothing', async (_, misdeeds) => {
    const { visitor, page, names } = await begin()
    const wrong = await visitor.send(page, make(page, newAuthenticator(), misdeeds))
    expect([wrong.status, wrong.alert]).toEqual([400, words.notAccepted])
    expect(await findDid(names)).toBeUndefined()
    const right = await visitor.send(wrong, make(wrong))
    expect(right.title).toBe(words.doneTitle)
  })

  test('that is late is asked for anew', async () => {
    const { visitor, page } = await begin()
    const given = make(page)
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Date.now() + PASSKEY_CHALLENGE + 1)
    const late = await visitor.send(page, given)
    expect([late.status, late.alert]).toEqual([400, words.stale])
    expect([page, late].map(({ text }) => text.includes('data-again'))).toEqual([false, true])
    expect((await visitor.send(late, make(late))).title).toBe(words.doneTitle)
  })

  test('counts in the browser that it was shown to, once', async () => {
    const { visitor, page, names } = await begin()
    const given = make(page)
    const thief = new Visitor(app)
    await thief.open(PAGE)
    const stolen = await thief.send(page, given)
    expect([stolen.status, stolen.alert]).toEqual([400, words.stale])
    expect(await findDid(names)).toBeUndefined()
    const answers = await Promise.all([visitor.send(page, given), visitor.send(page, given)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
  })

  test('of a name that somebody else took meanwhile leads back to the names', async () => {
    const { visitor, page, names } = await begin()
    const other = await begin(names)
    expect((await other.visitor.send(other.page, make(other.page))).title).toBe(words.doneTitle)
    const late = await visitor.send(page, make(page))
    expect([late.status, late.title, late.alert]).toEqual([400, words.title, words.handleTaken])
    expect(late.fields.email).toBe(names.email)
    const again = await visitor.send(late, newNames())
    expect((await visitor.send(again, make(again))).title).toBe(words.doneTitle)
  })

  test('whose answer was lost is finished once more, with the passkey that is made then', async () => {
    const { visitor, page, names } = await begin()
    const kept = new Map(visitor.cookies)
    const lost = await visitor.send(page, make(page))
    const [codeOfLost] = /<code>([^<]*)/.exec(lost.text)?.slice(1) ?? []
    visitor.cookies.clear()
    for (const [name, cookie] of kept) visitor.cookies.set(name, cookie)

    // The button of the page makes another, in the place of the one before in the authenticator.
    const spent = await visitor.send(page, make(page))
    expect([spent.status, spent.alert, spent.title]).toEqual([400, words.stale, words.makeTitle])
    const authenticator = newAuthenticator()
    const done = await visitor.send(spent, make(spent, authenticator))
    expect([done.status, done.title]).toEqual([200, words.doneTitle])
    expect(done.text.match(/<code>/g)).toHaveLength(10)
    expect(done.text).not.toContain(codeOfLost)
    const account = app.actors.account((await findDid(names)) ?? '')
    expect(await account.listPasskeys()).toHaveLength(1)
    expect(await account.listFactors()).toMatchObject({ recoveryCodes: 10 })
    const mails = (await app.readMails()).filter(({ to }) => to?.[0]?.address === names.email)
    expect(mails).toHaveLength(1)

    const other = new Visitor(app)
    const signIn = await other.open('/account/sign-in')
    const entered = await other.send(signIn, answerOf(authenticator.use(asked(signIn))))
    expect(entered.status).toBe(303)
    // From now on it is an account as any other.
    const late = await visitor.send(done, { ...spent.fields, ...make(spent) })
    expect(late.status).toBe(400)
    expect(await account.listPasskeys()).toHaveLength(1)
  })

  test.each(['the account page', 'an app'])(
    'for %s is not finished once more in a browser that has signed out',
    async (place) => {
      const page = place === 'an app' ? `${(await push(app)).url}&step=passkey-sign-up` : PAGE
      const begun = await begin(newNames(), page)
      const { visitor } = begun
      const done = await visitor.send(begun.page, make(begun.page))
      expect(done.title).toBe(words.doneTitle)
      const did = (await findDid(begun.names)) ?? ''
      const own = await app.actors.account(did).listPasskeys()
      expect((await visitor.call('sign-out', { did })).status).toBe(200)
      // Somebody else at this computer, who goes back to the form.
      const again = await visitor.send(begun.page, make(begun.page))
      const late = await visitor.send(again, make(again))
      expect([late.status, late.alert]).toEqual([400, words.handleTaken])
      expect(await app.actors.account(did).listPasskeys()).toEqual(own)
    },
  )

  test('is signed out on the security page in one line of the trail', async () => {
    const { visitor, page, names } = await begin()
    await visitor.send(page, make(page))
    const account = app.actors.account((await findDid(names)) ?? '')
    await visitor.send(formTo(await visitor.open(SECURITY), 'end-session'))
    const trail = (await account.listAudit(10)).map(({ event }) => event)
    expect(trail).toEqual(['browser_signed_out', 'account_created'])
  })

  test('shown anew makes no second passkey of the account, when its names are free again', async () => {
    const { visitor, page, names } = await begin()
    const anew = await visitor.send(page, { passkey: 'none' })
    expect(anew.alert).toBe(words.notAccepted)
    expect((await visitor.send(anew, make(anew))).title).toBe(words.doneTitle)
    const did = (await findDid(names)) ?? ''
    const others = newNames()
    const rename = app.directory.prepare('UPDATE account SET handle = ?, email = ? WHERE did = ?')
    rename.run(whole(others), others.email, did)
    expect((await visitor.send(page, make(page))).title).toBe(words.doneTitle)
    expect(await app.actors.account(did).listPasskeys()).toHaveLength(1)
    const { signUps } = await app.actors.directory.listUnderWay(Date.now() + 1)
    expect(signUps.map((each) => each.did)).not.toContain(did)
  })

  test('what is no member of a method makes nothing of it', async () => {
    const names = newNames()
    const identity = { did: 'did:plc:evil', op: {}, pdsDid: world.pds.did }
    const passkey = { response: {}, challenge: { value: '', at: 0 }, name: '', identity }
    const input = { handle: whole(names), email: names.email, password: 'a good password', passkey }
    const { status, body } = await world.call('server.createAccount', input)
    expect([status, body.did === identity.did]).toEqual([200, false])
    const { password: _, ...without } = input
    expect((await world.call('server.createAccount', without)).status).toBe(400)
  })
})

test('what was interrupted is finished, with its passkey', async () => {
  const services = servicesOf(app)
  const authenticator = newAuthenticator()
  const { handle, email } = newNames()
  const policy: SignUpPolicy = {
    invite: 'as configured',
    captcha: 'not needed',
    reservedHandles: 'refused',
    credential: 'passkey',
    minPasswordLength: 0,
    provenDid: null,
  }
  const begun = await beginPasskeySignUp(services, { handle: `${handle}.test`, email }, policy)
  const challenge = newChallenge()
  const options = await firstPasskeyOptions(services, begun, challenge)
  const made = { response: authenticator.create(options), challenge, name: 'Phone' }
  const account = () => {
    throw new Error('The program is killed')
  }
  const killed = { ...services, actors: { ...services.actors, account } }
  await expect(signUpWithPasskey(killed, begun, made, policy)).rejects.toThrow('is killed')
  const [left] = (await app.actors.directory.listUnderWay(Date.now() + 1)).signUps
  if (!left) throw new Error('Nothing is on record')
  const { did } = begun.identity
  const directory = new Proxy(app.actors.directory, {
    get: (stub, name) => (name === 'completeSignUp' ? account : Reflect.get(stub, name)),
  })
  const killedAgain = { ...services, actors: { ...services.actors, directory } }
  await expect(settleSignUp(killedAgain, left, 'under way')).rejects.toThrow('is killed')
  expect(await settleSignUp(services, left, 'under way')).toBe('finished')
  const own = app.actors.account(did)
  expect(await own.listPasskeys()).toMatchObject([{ name: 'Phone' }])
  expect((await own.listAudit(10)).map(({ event }) => event)).toEqual(['account_created'])
  const visitor = new Visitor(app)
  const page = await visitor.open('/account/sign-in')
  expect((await visitor.send(page, answerOf(authenticator.use(asked(page))))).status).toBe(303)
})

test.each(['a passkey', 'a password'])(
  'who signs up with %s is in, where somebody has signed out before',
  async (way) => {
    const { visitor, page, names } = await begin()
    visitor.cookies.set('signed-out', { value: '1', path: '/account' })
    const { email } = names
    const person = { locale: 'en', handle: whole(names), email, password: 'a good password' }
    const { status } =
      way === 'a passkey'
        ? await visitor.send(page, make(page))
        : await visitor.call('sign-up', person, '/account')
    expect([status, visitor.cookies.has('signed-out')]).toEqual([200, false])
  },
)

describe('names', () => {
  test.each([
    ['a reserved name', { handle: 'admin' }, words.handleTaken, 'handle'],
    ['one with a dot', { handle: 'a.bc.test' }, words.handleWrong, 'handle'],
    ['a foreign one', { handle: 'nyx.example.com' }, words.handleWrong, 'handle'],
    ['no name', { handle: '' }, words.handleWrong, 'handle'],
    ['no address', { email: '' }, 'This is not an email address.', 'email'],
    ['half an address', { email: 'nyx@' }, 'This is not an email address.', 'email'],
  ])('%s is refused before a passkey is made', async (_, wrong, alert, field) => {
    const { page, names } = await begin({ ...newNames(), ...wrong })
    expect([page.status, page.alert]).toEqual([400, alert])
    expect([page.begins, page.wrong]).toEqual([field, [field]])
    expect(page.fields.email).toBe(names.email)
  })

  test('an invite code is asked for where one is needed', async () => {
    const visitor = new Visitor(invited)
    const page = await visitor.open(PAGE)
    expect(page.fields).toHaveProperty('invite')
    for (const invite of ['', 'none-such']) {
      const answer = await visitor.send(page, { ...newNames(), invite })
      expect([answer.status, answer.alert]).toEqual([400, words.inviteWrong])
      expect([answer.begins, answer.wrong]).toEqual(['invite', ['invite']])
    }
  })

  test.each(PAGE_LANGUAGES)('in %s', async (language) => {
    const visitor = new Visitor(app)
    visitor.language = language
    const page = await visitor.open(PAGE)
    const texts = signUpTexts[language]
    expect([page.title, page.text.includes(texts.handle)]).toEqual([texts.title, true])
    const make = await visitor.send(page, newNames())
    expect(make.title).toBe(texts.makeTitle)
  })
})
