import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { ResponseEnvelope } from '../../http/envelope.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import type { ActorCall } from '../../lab/world/app/watched_actors.ts'
import { LegacyScope, LegacyTokens, newSessionId } from '../../tokens/legacy_tokens.ts'
import { itemsOf } from '../shared/pages/forms_of.ts'
import { formTo, PAGE } from '../shared/pages/security_page.ts'
import { command } from '../shared/people/operators.ts'
import { newPerson, type Person } from '../shared/people/person.ts'
import { Visitor } from '../shared/people/visitor.ts'
import { signUpWith } from './invited.ts'

/** Invite codes of people's own, on the security page and as apps ask for them. */
const MOST = 3
const env = { ENTRYWAY_INVITE_REQUIRED: 'true', ENTRYWAY_USER_INVITES: String(MOST) }

let app: AppInProcess
/** Is told of each call to an actor, before it is made. */
let onCall: ((call: ActorCall) => void | Promise<void>) | undefined
beforeAll(async () => {
  app = await startApp({ env, onCall: (call) => onCall?.(call) })
})
afterAll(() => app?.close())
beforeEach(() => {
  onCall = undefined
  app.counters.exec('DELETE FROM counter')
})

async function come({ handle: username, password }: Person): Promise<Visitor> {
  const visitor = new Visitor(app)
  const page = await visitor.follow(await visitor.open(PAGE))
  await visitor.send(page, { username, password, remember: 'on' })
  return visitor
}

const make = async (visitor: Visitor) =>
  visitor.send(formTo(await visitor.open(PAGE), 'make-invite'))
const codesIn = ({ text }: { text: string }) =>
  [...text.matchAll(/<code class="whole">([^<]*)/g)].map(([, code = '']) => code)
const codesOf = async ({ did }: Person) =>
  (await app.actors.directory.listInviteCodesOf(did)).map(({ code }) => code)

/** An access JWT of somebody, for methods that its app calls. */
async function accessOf({ did }: Person): Promise<string> {
  const tokens = new LegacyTokens(app.runner.secrets, app.runner.settings)
  const session = { id: newSessionId(), jti: newSessionId() }
  const { pdsDid, generation } = (await app.actors.account(did).read()) ?? {
    pdsDid: '',
    generation: 0,
  }
  const signed = await tokens.sign({
    ...{ did, pdsDid, scope: LegacyScope.Access, sessionId: session.id, jti: session.jti },
  })
  const row = { ...session, expiresAt: signed.refreshExpiresAt, appPasswordName: null }
  await app.actors.account(did).createLegacySession(row, { generation })
  return signed.accessJwt
}

async function askFor(jwt: string, query = ''): Promise<{ status: number; codes: string[] }> {
  const target = `/xrpc/com.atproto.server.getAccountInviteCodes${query}`
  const answer = await app.ask({ target, headers: { authorization: `Bearer ${jwt}` } })
  const { status, body } = answer as ResponseEnvelope
  const { codes = [] } = JSON.parse(String(body))
  return { status, codes: codes.map(({ code }: { code: string }) => code) }
}

const admin = (method: string, input: object) =>
  app.ask({
    method: 'POST',
    target: `/xrpc/com.atproto.admin.${method}`,
    headers: {
      authorization: `Basic ${Buffer.from(`admin:${app.runner.secrets.adminPassword}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(input),
  })

test('one is made, shown with its link and what is left, and taken out of use', async () => {
  const person = await newPerson(app)
  const visitor = await come(person)
  const before = await visitor.open(PAGE)
  expect(before.text).toContain(`You can make ${MOST} more this month.`)
  const answer = await make(visitor)
  expect(answer.header('location')).toMatch(/#invites$/)
  const page = await visitor.follow(answer)
  expect(page.notice).toBe('The new code is the first in the list.')
  const [code = ''] = codesIn(page)
  expect(code).toMatch(/^localhost-[a-z2-7]{5}-[a-z2-7]{5}$/)
  expect(page.text).toContain(`You can make ${MOST - 1} more this month.`)

  const link = page.hrefs.find((href) => href.includes(code)) ?? ''
  const { origin, pathname, search } = new URL(link)
  expect(origin).toBe(app.runner.settings.publicUrl)
  const signUp = await new Visitor(app).open(pathname + search)
  expect(signUp.fields.invite).toBe(code)

  const after = await visitor.follow(await visitor.send(formTo(page, 'disable-invite')))
  expect(after.notice).toBe('The code is out of use.')
  expect(itemsOf(after).find((item) => item.includes(code))).toContain('Out of use')
  expect(after.hrefs.filter((href) => href.includes(code))).toEqual([])
  await expect(signUpWith(app, code)).rejects.toMatchObject({ code: 'InvalidInviteCode' })
  // It is one of the month all the same.
  expect(after.text).toContain(`You can make ${MOST - 1} more this month.`)
  const events = await app.actors.account(person.did).listAudit(3)
  expect(events.map(({ event }) => event)).toEqual(
    expect.arrayContaining(['invites_made', 'invite_disabled']),
  )
})

test('of many requests at once no more are made than the month has', async () => {
  const person = await newPerson(app)
  const [visitor, jwt] = [await come(person), await accessOf(person)]
  const form = formTo(await visitor.open(PAGE), 'make-invite')
  const answers = await Promise.all([
    ...Array.from({ length: MOST + 5 }, () => visitor.send(form)),
    askFor(jwt),
    askFor(jwt),
  ])
  expect(await codesOf(person)).toHaveLength(MOST)
  expect(answers.filter(({ status }) => status >= 500)).toEqual([])
  const last = await visitor.send(form)
  expect([last.status, last.alert]).toEqual([400, 'No code was made: none is left this month.'])
  const page = await visitor.open(PAGE)
  expect(() => formTo(page, 'make-invite')).toThrow('No form')
})

test('the next month has more, as far as those of before are used', async () => {
  const person = await newPerson(app)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2027, 0, 31, 23, 59) })
  try {
    const codes = (await askFor(await accessOf(person))).codes
    expect(codes).toHaveLength(MOST)
    await signUpWith(app, codes[0] as string)
    vi.setSystemTime(Date.UTC(2027, 1, 1))
    const jwt = await accessOf(person)
    expect((await askFor(jwt)).codes).toHaveLength(MOST + 1)
    // What was taken out of use in a month before is forgotten with the next that is made.
    await app.actors.directory.disableOwnInvite(person.did, codes[1] as string)
    vi.setSystemTime(Date.UTC(2027, 2, 1))
    await askFor(await accessOf(person))
    const left = await codesOf(person)
    expect(left).not.toContain(codes[1])
    expect(left).toContain(codes[0])
  } finally {
    vi.useRealTimers()
  }
})

test('an app gets those that are left, unless it says that it wants none', async () => {
  const person = await newPerson(app)
  const jwt = await accessOf(person)
  expect(await askFor(jwt, '?createAvailable=false')).toEqual({ status: 200, codes: [] })
  const { codes } = await askFor(jwt)
  expect(codes).toHaveLength(MOST)
  expect((await askFor(jwt)).codes.sort()).toEqual(codes.sort())
  const gift = { account: person.did, uses: 5 }
  const { body } = await command(app, 'invite/create', gift)
  expect((await askFor(jwt)).codes).toContain(body.codes[0])
})

test('who came by which, for the person and for the operator', async () => {
  const person = await newPerson(app)
  const [code = ''] = (await askFor(await accessOf(person))).codes
  const guest = await signUpWith(app, code)
  const page = await (await come(person)).open(PAGE)
  expect(itemsOf(page).find((item) => item.includes(code))).toContain(`Used by @${guest.handle}`)

  const { body: list } = await command(app, 'invite/list', { account: person.handle })
  expect(list.codes.find((each: { code: string }) => each.code === code)).toMatchObject({
    ...{ forAccount: person.did, forHandle: person.handle, used: 1 },
    uses: [{ usedBy: guest.did, handle: guest.handle }],
  })
  expect((await command(app, 'account/show', { account: guest.did })).body).toMatchObject({
    ...{ invitedWith: code, invitedBy: { did: person.did, handle: person.handle } },
  })
  expect((await command(app, 'account/show', { account: person.did })).body).toMatchObject({
    ...{ invited: 1, newestInvited: [{ did: guest.did, handle: guest.handle }] },
  })
})

test.each<[string, (person: Person) => Promise<unknown>]>([
  [
    'whom a moderator lets make none',
    ({ did }) => admin('disableAccountInvites', { account: did }),
  ],
  [
    'who is deactivated',
    ({ did }) =>
      app.actors.account(did).deactivate({ deleteAfter: null, deleteCredentials: false }, null),
  ],
])('%s gets none, also where that comes in between', async (_, end) => {
  for (const action of ['createOwnInvites', 'noteInvitesMade', null]) {
    const person = await newPerson(app)
    const visitor = await come(person)
    const form = formTo(await visitor.open(PAGE), 'make-invite')
    if (action === null) await end(person)
    else {
      onCall = async (call) => {
        if (call.action !== action) return
        onCall = undefined
        await end(person)
      }
    }
    const answer = await visitor.send(form)
    expect([action, answer.status]).toEqual([action, 400])
    expect(await codesOf(person)).toEqual([])
    expect((await visitor.open(PAGE)).text).toContain('You can make 0 more this month.')
  }
})

test('who is let invite again may', async () => {
  const person = await newPerson(app)
  const jwt = await accessOf(person)
  await admin('disableAccountInvites', { account: person.did })
  expect((await askFor(jwt)).codes).toEqual([])
  await admin('enableAccountInvites', { account: person.did })
  expect((await askFor(jwt)).codes).toHaveLength(MOST)
})

test('a takedown that comes in between leaves no code', async () => {
  const person = await newPerson(app)
  const jwt = await accessOf(person)
  onCall = async (call) => {
    if (call.action !== 'noteInvitesMade') return
    onCall = undefined
    await app.actors.account(person.did).takeDown('reason')
  }
  expect((await askFor(jwt)).status).toBe(401)
  expect(await codesOf(person)).toEqual([])
})

test('the codes of an account end with it', async () => {
  const person = await newPerson(app)
  const { codes } = await askFor(await accessOf(person))
  await app.actors.directory.removeAccount(person.did)
  for (const code of codes) {
    await expect(signUpWith(app, code)).rejects.toMatchObject({ code: 'InvalidInviteCode' })
  }
  const allowance = { most: MOST, since: 0 }
  const making = app.actors.directory.createOwnInvites(person.did, {
    ...{ host: 'localhost', count: 1, allowance },
  })
  await expect(making).rejects.toMatchObject({ code: 'AccountNotFound' })
})

test("nobody takes another's code out of use", async () => {
  const [owner, other] = [await newPerson(app), await newPerson(app)]
  const [code = ''] = (await askFor(await accessOf(owner))).codes
  const visitor = await come(other)
  await make(visitor)
  const form = formTo(await visitor.open(PAGE), 'disable-invite')
  await visitor.send(form, { code })
  expect(await app.actors.directory.readInviteCode(code)).toMatchObject({ disabled: false })
})

test('without the setting there is nothing of it', async () => {
  const other = await startApp({ env: { ENTRYWAY_INVITE_REQUIRED: 'true' } })
  try {
    const { did, handle: username, password } = await newPerson(other)
    const visitor = new Visitor(other)
    const page = await visitor.follow(await visitor.open(PAGE))
    await visitor.send(page, { username, password, remember: 'on' })
    const shown = await visitor.open(PAGE)
    expect([shown.title, shown.text.includes('id="invites"')]).toEqual(['Security', false])
    const form = formTo(shown, 'mails')
    const made = { ...form, action: form.action?.replace('/form/mails', '/form/make-invite') }
    expect((await visitor.send({ ...made } as typeof form)).status).toBe(400)
    expect(await other.actors.directory.listInviteCodesOf(did)).toEqual([])
  } finally {
    await other.close()
  }
})
