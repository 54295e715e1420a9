import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { PASSKEY_CHALLENGE } from '../../../base/lifetimes.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { type Misdeeds, SoftAuthenticator } from '../../../lab/world/browser/passkeys.ts'
import { newChallenge } from '../../../sagas/sign_in/passkey_challenge.ts'
import { trailOf } from '../../shared/account_state.ts'
import { post } from '../../shared/ask.ts'
import { eachTestAnew } from '../../shared/each_test_anew.ts'
import { come as enter } from '../../shared/pages/security_page.ts'
import { enrol, nextStep } from '../../shared/people/authenticator.ts'
import { answerOf, asked, newOwner, type Owner } from '../../shared/people/passkey_owner.ts'
import { newPerson, type Person } from '../../shared/people/person.ts'
import { push, type Seen, Visitor } from '../../shared/people/visitor.ts'

/** Passkeys that are forged, of elsewhere, shown again, or somebody else's. */
let app: AppInProcess
let kim: Owner
let lee: Owner
beforeAll(async () => {
  app = await startApp()
  kim = await newOwner(app)
  lee = await newOwner(app)
})
afterAll(() => app?.close())
eachTestAnew(() => app)

const REFUSED = 'This passkey was not accepted. Try again, or choose another way.'
const STALE = 'The page was open for too long. Please sign in again.'
const audit = ({ did }: Owner, event: string) => trailOf(app.actors.account(did), event)

async function come(more: Record<string, string> = {}): Promise<{ visitor: Visitor; page: Seen }> {
  const visitor = new Visitor(app)
  return { visitor, page: await visitor.open((await push(app, more)).url) }
}
const use = (page: Seen, { authenticator }: Owner, misdeeds: Misdeeds = {}) =>
  answerOf(authenticator.use(asked(page), misdeeds))
/** What the answer leads to: the consent page names who has signed in. */
async function signedIn(visitor: Visitor, answer: Seen): Promise<string> {
  expect(answer.status).toBe(303)
  return (await visitor.follow(answer)).text
}
async function browserOf({ handle: username, password }: Person): Promise<Visitor> {
  const visitor = new Visitor(app)
  await visitor.send(await visitor.open('/account/sign-in?step=sign-in'), { username, password })
  return visitor
}
async function isRefused(owner: Owner, misdeeds: Misdeeds): Promise<void> {
  const { visitor, page } = await come()
  const answer = await visitor.send(page, use(page, owner, misdeeds))
  expect([answer.status, answer.alert]).toEqual([400, REFUSED])
  expect(answer.cookies.join()).not.toContain('sign-in=')
  const right = await visitor.send(answer, use(answer, owner))
  expect(await signedIn(visitor, right)).toContain(owner.handle)
}

describe('41. a passkey', () => {
  test.each<[string, Misdeeds]>([
    ['of another origin', { origin: 'https://evil.test' }],
    ['of a part of our host', { origin: 'http://localhost' }],
    ['for another host', { rpId: 'evil.test' }],
    ['that nobody unlocked', { isVerified: false }],
    ['for a challenge of its own', { challenge: newChallenge().value }],
    ['that is asked for in a frame', { crossOrigin: true }],
    ['that was made, not used', { type: 'webauthn.create' }],
    ['that another key signed', { isForged: true }],
    ['of nobody', { userHandle: '' }],
  ])('%s is refused', async (_, misdeeds) => isRefused(kim, misdeeds))

  test('that says it is of another account is refused', async () => {
    await isRefused(kim, { userHandle: Buffer.from(lee.did).toString('base64url') })
    expect(await audit(lee, 'sign_in_failed')).toEqual([])
  })

  test('is for the page that asked for it, in the browser that it was shown to', async () => {
    const { visitor, page } = await come()
    const other = await come()
    const foreign = await visitor.send(page, use(other.page, kim))
    expect([foreign.status, foreign.alert]).toEqual([400, REFUSED])
    const stolen = await other.visitor.send(
      { ...other.page, fields: { ...other.page.fields, form: page.fields.form ?? '' } },
      use(page, kim),
    )
    expect([stolen.status, stolen.alert]).toEqual([400, STALE])
    const own = await other.visitor.send(other.page, use(other.page, kim))
    expect(await signedIn(other.visitor, own)).toContain(kim.handle)
  })

  test('works once', async () => {
    const { visitor, page } = await come()
    const given = use(page, kim)
    const wrong = await visitor.send(page, use(page, kim, { rpId: 'evil.test' }))
    expect(wrong.alert).toBe(REFUSED)
    const spent = await visitor.send(page, given)
    expect([spent.status, spent.alert]).toEqual([400, STALE])
    const right = use(spent, kim)
    expect((await visitor.send(spent, right)).status).toBe(303)
    const again = await visitor.send(spent, right)
    expect([again.status, again.alert]).toEqual([400, STALE])
  })

  test('is not late', async () => {
    const visitor = new Visitor(app)
    const page = await visitor.open('/account/sign-in')
    const given = use(page, kim)
    const now = Date.now()
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(now + PASSKEY_CHALLENGE + 1)
    const late = await visitor.send(page, given)
    expect([late.status, late.alert]).toEqual([400, STALE])
    expect((await visitor.send(late, use(late, kim))).status).toBe(303)
  })

  test('of another account is none where the app asks for one', async () => {
    const { visitor, page } = await come({ login_hint: lee.handle })
    const answer = await visitor.send(page, use(page, kim))
    expect([answer.status, answer.alert]).toEqual([400, REFUSED])
    const own = await visitor.send(answer, use(answer, lee))
    expect(await signedIn(visitor, own)).toContain(lee.handle)
  })

  test.each(['null', '[]', '{}', '{"id":1}', '"', `{"id":"${'a'.repeat(5_000)}"}`])(
    '%.20s is none',
    async (passkey) => {
      const { visitor, page } = await come()
      const answer = await visitor.send(page, { passkey })
      expect([answer.status, answer.alert]).toEqual([400, REFUSED])
    },
  )

  test('after a password is of the same account, and asked for', async () => {
    const { visitor, page } = await come()
    const entered = { username: kim.handle, password: kim.password }
    const step = await visitor.send(page, entered)
    expect([step.status, step.title]).toEqual([200, 'Use your passkey'])
    const others = await visitor.send(step, use(step, lee))
    expect([others.status, others.alert]).toEqual([400, REFUSED])
    const code = await visitor.send(others, { with: 'recovery' })
    expect(code.text).not.toContain('data-passkey')
    const unasked = await visitor.send(code, use(others, kim))
    expect([unasked.status, unasked.alert]).toEqual([
      400,
      'This code is wrong or was used already.',
    ])
    const again = await visitor.send(unasked, { with: 'passkey' })
    expect(await signedIn(visitor, await visitor.send(again, use(again, kim)))).toContain(
      kim.handle,
    )
  })

  test('that was copied is refused, and noted', async () => {
    const single = new SoftAuthenticator(app.runner.settings.publicUrl, { isSynced: false })
    const owner = await newOwner(app, single)
    const enter = async () => {
      const { visitor, page } = await come()
      return (await visitor.send(page, use(page, owner))).status
    }
    const [made] = single.made
    if (!made) throw new Error('none')
    expect([await enter(), await enter()]).toEqual([303, 303])
    made.counter = 0
    expect(await enter()).toBe(400)
    expect(await audit(owner, 'passkey_copied')).toHaveLength(1)
    made.counter = 2
    expect(await enter()).toBe(303)
  })
})

describe('41. guesses at passkeys', () => {
  test('are counted by the account where the passkey is known, with codes', async () => {
    const owner = await newOwner(app)
    await enrol(app, owner.did)
    for (let i = 0; i < 10; i++) {
      const { visitor, page } = await come()
      await visitor.send(page, use(page, owner, { rpId: 'evil.test' }))
    }
    expect(await audit(owner, 'sign_in_failed')).toHaveLength(10)
    const { visitor, page } = await come()
    const answer = await visitor.send(page, use(page, owner))
    expect(answer.status).toBe(429)
    const elsewhere = { address: '192.0.2.77' }
    expect((await visitor.send(answer, use(answer, owner), elsewhere)).status).toBe(303)
  })

  test('of a stranger lock nobody out, and are no entry of an audit trail', async () => {
    const owner = await newOwner(app)
    const stranger = new SoftAuthenticator(app.runner.settings.publicUrl)
    const user = { id: Buffer.from(owner.did).toString('base64url'), name: '', displayName: '' }
    const made = { rp: { id: 'localhost', name: '' }, user, challenge: '', pubKeyCredParams: [] }
    stranger.create(made)
    for (let i = 0; i < 30; i++) {
      const { visitor, page } = await come()
      const forged = await visitor.send(page, use(page, { ...owner, authenticator: stranger }))
      expect(forged.status).toBe(400)
    }
    expect(await audit(owner, 'sign_in_failed')).toEqual([])
    const { visitor, page } = await come()
    expect((await visitor.send(page, use(page, owner))).status).toBe(303)
  })

  test('nor do guesses of its password: a passkey proves that it is the person, too', async () => {
    const owner = await newOwner(app)
    const visitor = await enter(app, owner, {})
    const wrong = { identifier: owner.handle, password: 'wrong' }
    const guess = () => post(app, '/xrpc/com.atproto.server.createSession', wrong)
    await Promise.all(Array.from({ length: 10 }, guess))
    const byPassword = await visitor.open('/account/security/recovery-codes')
    const { password } = owner
    expect((await visitor.send(byPassword, { password })).status).toBe(429)
    const proof = await visitor.send(byPassword, { with: 'passkey' })
    const answer = await visitor.send(proof, use(proof, owner))
    expect((await visitor.follow(answer)).title).toBe('Recovery codes')
  })

  test('beside another proof hide nothing of its count', async () => {
    const owner = await newOwner(app)
    const visitor = await enter(app, owner, {})
    const proof = await visitor.open('/account/security/recovery-codes')
    const passkey = '{}'
    const { password, recoveryCodes } = owner
    const [code = ''] = recoveryCodes
    const others: Record<string, string>[] = [{ password }, { kind: 'recovery', code }]
    for (const given of [...others, { with: 'recovery' }]) {
      expect((await visitor.send(proof, { ...given, passkey })).status).toBe(400)
    }
    // Nobody is counted for who asks for a passkey.
    for (const given of others) {
      expect((await visitor.send(proof, { ...given, with: 'passkey' })).status).toBe(200)
    }
    const lee = await newPerson(app)
    const other = await browserOf(lee)
    const none = await other.open('/account/security/recovery-codes')
    expect((await other.send(none, { password: lee.password, with: 'passkey' })).status).toBe(200)
    expect(await audit(owner, 'recovery_code_used')).toEqual([])
    expect((await visitor.send(proof, { password })).status).toBe(303)
  })

  test('that are blank hide no password from its count', async () => {
    const owner = await newOwner(app)
    const blank = [' ', '\n', '\u00a0', '\ufeff']
    const guess = async (_: unknown, i: number) => {
      const { visitor, page } = await come()
      const passkey = blank[i % blank.length] ?? ''
      const entered = { username: owner.handle, password: 'not the password', passkey }
      return (await visitor.send(page, entered)).status
    }
    const statuses = await Promise.all(Array.from({ length: 12 }, guess))
    expect(statuses.sort()).toEqual([...Array(10).fill(400), 429, 429])
  })

  test('are bounded by address', async () => {
    const stranger = new SoftAuthenticator(app.runner.settings.publicUrl)
    const made = {
      rp: { id: 'localhost', name: '' },
      user: { id: 'AAAA', name: '', displayName: '' },
      ...{ challenge: '', pubKeyCredParams: [] },
    }
    stranger.create(made)
    const statuses: number[] = []
    for (let i = 0; i < 51; i++) {
      const { visitor, page } = await come()
      const answer = await visitor.send(page, {
        ...use(page, { ...kim, authenticator: stranger }),
        username: `somebody-${i}.test`,
      })
      statuses.push(answer.status)
    }
    expect(statuses.slice(0, 50)).toEqual(Array(50).fill(400))
    expect(statuses[50]).toBe(429)
  })
})

test('41. an account that was taken down is not signed in to', async () => {
  const owner = await newOwner(app)
  await app.actors.account(owner.did).takeDown('ref')
  const { visitor, page } = await come()
  const answer = await visitor.send(page, use(page, owner))
  expect([answer.status, answer.alert]).toEqual([
    400,
    'This account has been taken down. You cannot sign in to it.',
  ])
})

test('41. a password alone is not enough where there is a passkey, at any door', async () => {
  nextStep()
  const input = { identifier: kim.handle, password: kim.password }
  expect(await post(app, '/xrpc/com.atproto.server.createSession', input)).toMatchObject({
    status: 401,
    body: { error: 'AuthFactorTokenRequired' },
  })
  const visitor = new Visitor(app)
  await visitor.open('/account/sign-in')
  const api = await visitor.call('sign-in', {
    ...{ locale: 'en', username: kim.handle, password: kim.password, remember: false },
  })
  expect(api.status).toBe(400)
})
