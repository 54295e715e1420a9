import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { PROOF_AGAIN, SIGN_OUT_LINK } from '../../../base/lifetimes.ts'
import type { Log } from '../../../base/watching/log.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { signInTexts } from '../../../pages/sign_in/locales/index.ts'
import { signInNow } from '../../shared/account_state.ts'
import { eachTestAnew } from '../../shared/each_test_anew.ts'
import { newOwner } from '../../shared/people/passkey_owner.ts'
import { Visitor } from '../../shared/people/visitor.ts'

/** The link in a mail that signs everybody out, in the hands of others. */
const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }
const eve = { handle: 'eve.test', email: 'eve@mail.internal', password: 'secret of eve' }
const OVER = 'This link no longer works'
let app: AppInProcess
let logged = ''
const dids: Record<string, string> = {}

beforeAll(async () => {
  const write = (line: string) => {
    logged += line
  }
  app = await startApp({ log: pino({ level: 'trace' }, { write }) as Log })
  for (const person of [kim, eve]) dids[person.handle] = await app.addAccount(person)
})
afterAll(() => app?.close())
eachTestAnew(() => app)

const account = ({ handle }: typeof kim) => app.actors.account(dids[handle] as string)

async function call(nsid: string, input: object | undefined, jwt?: string) {
  const answer = await app.ask({
    method: 'POST',
    target: `/xrpc/com.atproto.server.${nsid}`,
    headers: {
      ...(input && { 'content-type': 'application/json' }),
      ...(jwt && { authorization: `Bearer ${jwt}` }),
    },
    body: input ? JSON.stringify(input) : null,
  })
  if (!('status' in answer)) throw new Error('no answer')
  return { status: answer.status, body: JSON.parse(Buffer.from(answer.body ?? '').toString()) }
}

let passwords = 0

async function newestMailTo({ email }: Pick<typeof kim, 'email'>): Promise<string | undefined> {
  return (await app.readMails()).findLast(({ to }) => to?.[0]?.address === email)?.text
}

async function linkTo(person: Pick<typeof kim, 'email'>): Promise<string> {
  const text = (await newestMailTo(person)) ?? ''
  return /\/account\/sign-out-everywhere\S+/.exec(text)?.[0] ?? ''
}

/** Signs in everywhere, and has a mail sent. @returns the address in it, and what is signed in */
async function alarm(person = kim) {
  const { handle: identifier, password } = person
  const { body } = await call('createSession', { identifier, password })
  const name = `app password ${++passwords}`
  const made = await call('createAppPassword', { name }, body.accessJwt)
  const app1 = await call('createSession', { identifier, password: made.body.password })
  const visitor = new Visitor(app)
  const page = await visitor.open('/account/sign-in?step=sign-in')
  await visitor.send(page, { username: identifier, password, remember: 'on' })
  const link = await linkTo(person)
  const isIn = async () => [
    (await call('refreshSession', undefined, body.refreshJwt)).status,
    (await call('refreshSession', undefined, app1.body.refreshJwt)).status,
    (await call('createSession', { identifier, password: made.body.password })).status,
    (await visitor.open('/account/security')).status,
  ]
  return { link, isIn }
}

const IN = [200, 200, 200, 200]
const OUT = [400, 400, 401, 303]

describe('43. the link in a mail that signs everybody out', () => {
  test('opening it does nothing, however often; its button ends everything, without a sign-in', async () => {
    const { link, isIn } = await alarm()
    const scanner = new Visitor(app)
    const scanning: Record<string, string>[] = [
      {},
      { 'user-agent': 'a scanner of mails' },
      { purpose: 'prefetch' },
    ]
    for (const headers of scanning) {
      const page = await scanner.open(link, { headers })
      expect([page.status, page.title]).toEqual([200, 'Sign out everywhere?'])
    }
    expect(await isIn()).toEqual(IN)
    const person = new Visitor(app)
    const done = await person.send(await person.open(link))
    expect([done.status, done.title]).toEqual([200, 'Reset your password'])
    expect(done.notice).toMatch(/^Everything is signed out\./)
    const french = done.hrefs.find((href) => href.includes('lang=fr')) ?? ''
    expect((await person.open(french)).title).toBe(signInTexts.fr.resetTitle)
    expect(await isIn()).toEqual(OUT)
    expect((await account(kim).listAudit(2))[1]).toMatchObject({
      event: 'signed_out_everywhere',
      detail: { address: '192.0.2.1' },
    })
    const sent = await person.send(done, { email: kim.email })
    expect((await person.follow(sent)).title).toBe('Choose a new password')
  })

  test('it leaves no passkey of a thief unsaid, nor does a new password', async () => {
    const owner = await newOwner(app)
    const link = await linkTo(owner)
    const person = new Visitor(app)
    const out = await person.send(await person.open(link))
    expect(out.text).toContain(signInTexts.en.passkeysStay)
    expect(out.text).toContain('<li>Phone</li>')
    expect(out.hrefs).toContain('/account/security/passkeys')
    const page = await person.follow(await person.send(out, { email: owner.email }))
    expect(page.text).not.toContain('Phone')
    const [code = ''] = /[A-Z2-7]{5}-[A-Z2-7]{5}/.exec((await newestMailTo(owner)) ?? '') ?? []
    const set = await person.send(page, { code, password: 'another password' })
    expect(set.notice).toBe(signInTexts.en.saved)
    expect(set.text).toContain('<li>Phone</li>')
  })

  test('it works once', async () => {
    const first = await alarm()
    const visitor = new Visitor(app)
    const page = await visitor.open(first.link)
    await visitor.send(page)
    const { isIn } = await alarm()
    for (const again of [await visitor.send(page), await visitor.open(first.link)]) {
      expect([again.status, again.title]).toEqual([400, OVER])
    }
    expect(await isIn()).toEqual(IN)
  })

  test('sent twice at once, it ends once', async () => {
    const { link } = await alarm()
    const visitor = new Visitor(app)
    const page = await visitor.open(link)
    const answers = await Promise.all([1, 2, 3].map(() => new Visitor(app).send(page)))
    answers.push(await visitor.send(page))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(new Set(answers.map(({ notice }) => notice)).size).toBe(1)
    const [newest, before] = await account(kim).listAudit(2)
    expect(newest?.event).toBe('signed_out_everywhere')
    expect(before?.event).not.toBe('signed_out_everywhere')
    expect((await visitor.open(link)).title).toBe(OVER)
    vi.useFakeTimers({ now: Date.now() + PROOF_AGAIN + 1_000, toFake: ['Date'] })
    expect((await visitor.send(page)).title).toBe(OVER)
  })

  test('it works for a week', async () => {
    const { link, isIn } = await alarm()
    const visitor = new Visitor(app)
    const page = await visitor.open(link)
    const now = Date.now()
    vi.useFakeTimers({ now: now + SIGN_OUT_LINK - 60_000, toFake: ['Date'] })
    expect((await visitor.open(link)).status).toBe(200)
    vi.setSystemTime(now + SIGN_OUT_LINK + 1_000)
    expect((await visitor.open(link)).title).toBe(OVER)
    expect((await visitor.send(page)).title).toBe(OVER)
    vi.useRealTimers()
    expect(await isIn()).toEqual(IN)
  })

  test.each<[string, (link: string) => string]>([
    ['without anything in it', (link) => link.split('=')[0] ?? ''],
    ['made up', () => '/account/sign-out-everywhere?link=sealed.AAAA'],
    ['with a letter changed', (link) => `${link.slice(0, -3)}${link.at(-3) === 'A' ? 'B' : 'A'}AA`],
    ['in the clear', () => `/account/sign-out-everywhere?link=${dids['kim.test']}+secret`],
  ])('one %s ends nothing', async (_, change) => {
    const { link, isIn } = await alarm()
    const visitor = new Visitor(app)
    const page = await visitor.open(link)
    const changed = change(link)
    expect((await visitor.open(changed)).title).toBe(OVER)
    const form = new URLSearchParams(changed.split('?')[1]).get('link') ?? ''
    expect((await visitor.send(page, { form })).title).toBe(OVER)
    expect(await isIn()).toEqual(IN)
    expect((await visitor.send(page)).status).toBe(200)
  })

  test('that of one account ends nothing of another', async () => {
    const [theirs, { isIn }] = [await alarm(eve), await alarm()]
    const visitor = new Visitor(app)
    const page = await visitor.open(theirs.link)
    expect(page.text).toContain('@eve.test')
    await visitor.send(page)
    expect(await isIn()).toEqual(IN)
  })

  test('it outlives what a thief does: another address, a new password, everything signed out', async () => {
    const { link } = await alarm()
    const basis = await signInNow(account(kim))
    await account(kim).setEmail('thief@mail.internal')
    await account(kim).signOutElsewhere('the browser of the thief', basis, {})
    await account(kim).changePassword('the password of a thief', 'kept')
    const thief = { ...kim, email: 'thief@mail.internal', password: 'the password of a thief' }
    const { isIn } = await alarm(thief)
    const visitor = new Visitor(app)
    await visitor.send(await visitor.open(link))
    expect(await isIn()).toEqual(OUT)
    await account(kim).setEmail(kim.email)
    await account(kim).changePassword(kim.password, 'kept')
  })

  test('it stands in no log', async () => {
    const { link } = await alarm()
    const visitor = new Visitor(app)
    const page = await visitor.open(link)
    await visitor.send({ ...page, action: `${page.action}?x=%zz` })
    await visitor.send(page, {}, { behind: '&form=x' })
    await visitor.send(page)
    await visitor.open(link)
    const [, secret = ''] = link.split('sealed.')
    expect(secret.length).toBeGreaterThan(80)
    expect(logged).not.toContain(secret.slice(0, 40))
  })

  test('a deleted account has none', async () => {
    const did = await app.addAccount({ ...kim, handle: 'lee.test', email: 'lee@mail.internal' })
    dids['lee.test'] = did
    const { link } = await alarm({ ...kim, handle: 'lee.test', email: 'lee@mail.internal' })
    await account({ ...kim, handle: 'lee.test' }).erase()
    await app.actors.directory.removeAccount(did)
    expect((await new Visitor(app).open(link)).title).toBe(OVER)
  })
})
