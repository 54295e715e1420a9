import { scryptSync } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { createServiceJwt } from '@atproto/xrpc-server'
import pLimit from 'p-limit'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { accountFunctions } from '../../../actors/account/index.ts'
import { newHeadlessBrowser } from '../../../lab/clients/headless_browser.ts'
import { methodRoutes } from '../../../xrpc/routes.ts'
import { send } from '../../shared/people/attacker.ts'
import { endings, PROOF } from './endings.ts'
import { called, interleave, untilOpened } from './gates.ts'
import { authorization, type Grant, grants, type Held, registerClient } from './grants.ts'
import {
  APP,
  begin,
  handleInPlc,
  newPerson,
  PASSWORD,
  type Person,
  startWorld,
  stateOf,
  type World,
} from './world.ts'

/** Hashes that cost little: a thousand sign-ins are not about them. */
const threads = await vi.hoisted(() =>
  vi.importActual<object>('../../../passwords/scrypt_threads.ts'),
)
vi.mock('../../../passwords/scrypt_threads.ts', () => ({
  ...threads,
  deriveKey: async (password: string, salt: string, length: number) => {
    await untilOpened()
    return scryptSync(password, salt, length, { N: 2 })
  },
}))

let world: World
beforeAll(async () => {
  world = await startWorld()
  registerClient(world)
})
afterAll(() => world?.close())

/** What an account can be asked that gives no one anything; what is new is looked at here. */
const GRANTS_NOTHING: ReadonlySet<string> = new Set([
  // It reads.
  ...['read', 'listFactors', 'listPasskeys', 'findPasskeyOwner', 'resumeLogin', 'isSessionOpen'],
  ...['checkEmailToken', 'findSessionByTokenId', 'findSessionByCode', 'listSessions'],
  ...['listAppPasswords', 'listLegacySessions', 'listDevices', 'listTrustedDevices'],
  ...['listAuthorizedClients', 'listAudit', 'listActivity', 'readLanguage'],
  'readAppPasswordRevocation',
  ...['findOpenidGrant', 'listOpenidGrants', 'readOpenidConsent', 'findOpenidChain'],
  'listPassingBrowsers',
  ...['listOpenidSignInsToTell', 'noteOpenidSignInsTold'],
  // What is public on the PDS.
  'noteProfile',
  // It ends something.
  ...['erase', 'takeDown', 'signOutEverywhere', 'signOutElsewhere', 'useSignOutLink'],
  ...['resetPassword', 'changePassword', 'forgetDevice', 'forgetConsent'],
  ...['endSession', 'endSessionByTokenId', 'deleteLegacySession'],
  ...['revokeTrustedDevice', 'distrustDevice', 'makeRoomOnDevice'],
  ...['endOpenidSession', 'endOpenidGrant', 'endOpenidChain'],
  ...['endOpenidSignIn', 'endBrowser', 'noteEmailTokenSent'],
  // What is found there has its sign-in with it, which is looked at again.
  ...['findOpenidSession', 'findOpenidSessionByUid'],
  // It belongs to a grant, and goes with it.
  ...['putOpenidTokens', 'findOpenidToken'],
  // What it gives goes into a mail, and only ends something.
  ...['makeSignOutLink', 'readSignOutLink'],
  // What is known of devices decides about mails only.
  ...['noteSignIn', 'learnDevice', 'unlearnDevice'],
  // What rests on it looks at the sign-in again.
  ...['proveOn', 'isTrustedDevice', 'loginWithPasskey', 'provePasskey', 'proveFactor'],
  // A new account, to which nothing else has happened (41), or the operator.
  ...['create', 'createAgain', 'import', 'setEmail', 'setInvitesDisabled', 'removeRecoveryCodes'],
  'removePasskeys',
  // The account goes: its password and a code by mail are looked at in one transaction.
  'mayDelete',
])

/** How often a grant was stopped, and how often what it rests on was over then. */
type Count = { runs: number; refused: number }

/** Stops a grant at each of its gates, ends the sign-in there, and looks at what came of it. */
async function sweep(grant: Grant, name: string): Promise<Count> {
  const ending = endings[name]
  if (!ending) throw new Error(name)
  const person = await newPerson(world, grant.onPds ?? false, grant.by === 'app password')
  const count = { runs: 0, refused: 0 }
  for (let gate = 0; ; gate++) {
    await begin(world, person, grant.isConfirmed ?? false)
    const work = await grant.begin(world, person)
    const before = stateOf(person)
    let atEnding = before
    const { isReached, made, answer } = await interleave(gate, work, async () => {
      await ending.end(person, world)
      atEnding = stateOf(person)
    })
    if (!isReached) {
      // No sign-in was ended: it is granted.
      expect(answer.length > 0 || !isDeepStrictEqual(stateOf(person), before)).toBe(true)
      await expectAlive(answer, true)
      return count
    }
    count.runs++
    const isProven = made.includes(PROOF[grant.by] ?? '')
    if (!isProven && !ending.ends.includes(grant.by)) continue
    count.refused++
    const where = `${name}, after ${made.at(-1) ?? 'nothing'} (gate ${gate})`
    expect(stateOf(person), where).toEqual(atEnding)
    if (ending.signsOut) {
      const { session, legacy, consent, code, trusted } = atEnding
      const { openidSession, openidGrant, openidConsent } = atEnding
      const left = [session, legacy, consent, code, trusted]
      left.push(openidSession, openidGrant, openidConsent)
      expect(left.flat(), where).toEqual([])
      const granted = answer.filter(({ grantedBy }) => !grantedBy || !made.includes(grantedBy))
      await expectAlive(granted, false, where)
    }
    await expectSameOnPds(person, where)
  }
}

async function expectAlive(held: Held[], isAlive: boolean, where?: string): Promise<void> {
  for (const { name, isAlive: look } of held) {
    expect([name, await look()], where).toEqual([name, isAlive])
  }
}

/** What was refused here is not done at the PDS or at PLC either. */
async function expectSameOnPds({ did, account, pds }: Person, where: string): Promise<void> {
  const row = await account.read()
  if (!row || !pds) return
  const standing = await pds.readStanding(did)
  expect(standing?.isDeactivated, where).toBe(row.deactivatedAt !== null)
  expect(await handleInPlc(world, did), where).toBe(row.handle)
}

describe('32. nothing outlives the sign-in that it rests on', () => {
  const counts: Count[] = []

  test.each(Object.entries(grants))('%s', async (_name, grant) => {
    const names = Object.entries(endings)
      .filter(([, { ends, endsUnderWay }]) => [...ends, ...endsUnderWay].includes(grant.by))
      .filter(([, { needsConfirmed }]) => grant.isConfirmed || !needsConfirmed)
      .map(([name]) => name)
      .filter((name) => name !== grant.outlives && (grant.only?.includes(name) ?? true))
    expect(names.length).toBeGreaterThanOrEqual(grant.only?.length ?? 5)
    // All is in this process: several at once would wait for a PDS until its deadline on a busy machine.
    const limit = pLimit(grant.onPds ? 1 : names.length)
    const sweeps = names.map((name) => limit(() => sweep(grant, name)))
    for (const count of await Promise.all(sweeps)) {
      expect(count.refused).toBeGreaterThan(0)
      counts.push(count)
    }
  })

  test('whatever an account grants is among them', () => {
    const granting = Object.keys(accountFunctions).filter((name) => !GRANTS_NOTHING.has(name))
    expect(granting.filter((name) => !called.has(`account.${name}`))).toEqual([])
  })

  test('every grant met every ending, at every call', () => {
    const sum = (key: keyof Count) => counts.reduce((total, count) => total + count[key], 0)
    expect(counts.length).toBeGreaterThanOrEqual(150)
    expect(sum('runs')).toBeGreaterThan(700)
    expect(sum('refused')).toBeGreaterThan(600)
  })
})

describe('32. over HTTP', () => {
  const post = (nsid: string, input: object | null, jwt?: string, at = world.url) =>
    send(`${at}/xrpc/com.atproto.${nsid.includes('.') ? nsid : `server.${nsid}`}`, {
      method: 'POST',
      headers: {
        ...(input && { 'content-type': 'application/json' }),
        ...(jwt && { authorization: `Bearer ${jwt}` }),
      },
      ...(input && { body: JSON.stringify(input) }),
    })
  const signIn = (person: Person, password: string) =>
    post('createSession', { identifier: person.handle, password })
  const signedIn = async (person: Person, password: string) =>
    String((await signIn(person, password)).body.accessJwt)
  const fresh = async (onPds = false) => {
    const person = await newPerson(world, onPds, true)
    await begin(world, person, false)
    return person
  }
  const reset = async ({ did, account }: Person) => {
    const { email = '' } = (await account.read()) ?? {}
    const { token } = await account.issueEmailToken('reset_password', null, email)
    await world.app.actors.directory.putResetToken(token, did, Date.now())
    return post('resetPassword', { token, password: NEW })
  }
  const NEW = 'the password of afterwards'
  const NOT_FOR_A_PDS: ReadonlySet<unknown> = new Set([
    ...['AuthenticationRequired', 'InvalidToken', 'UntrustedIss'],
  ])

  /** Has the PDS ask for everything on behalf of a person, with inputs that name nothing. */
  const askEveryMethod = async ({ did }: Person, before: () => void = () => {}) => {
    const keypair = await world.pds.pds.ctx.actorStore.keypair(did)
    const aud = world.app.runner.settings.did
    const answers: { method: string; body: Record<string, unknown> }[] = []
    for (const { name: lxm, methods, body, isForCaller } of methodRoutes) {
      if (!isForCaller) continue
      before()
      const jwt = await createServiceJwt({ iss: did, aud, lxm, keypair })
      const method = lxm.slice('com.atproto.'.length)
      const answer = methods.includes('GET')
        ? await world.call(`${method}?did=${did}&dids=${did}`, undefined, jwt)
        : await world.call(method, body === 'json' ? {} : null, jwt)
      answers.push({ method, body: answer.body })
    }
    return answers
  }

  test('four loops of createSession while the password is changed: no session stays', async () => {
    const person = await fresh()
    const opened: string[] = []
    const loop = async () => {
      for (;;) {
        const { status, body } = await signIn(person, PASSWORD)
        if (status !== 200) return status
        opened.push(String(body.refreshJwt))
      }
    }
    const loops = Promise.all([loop(), loop(), loop(), loop()])
    await expect.poll(() => opened.length).toBeGreaterThan(4)
    expect(await reset(person)).toMatchObject({ status: 200 })
    expect(await loops).toEqual([401, 401, 401, 401])
    const statuses = opened.map(async (jwt) => (await post('refreshSession', null, jwt)).status)
    expect(new Set(await Promise.all(statuses))).toEqual(new Set([400]))
    expect((await signIn(person, NEW)).status).toBe(200)
  })

  test('four browsers that sign in while the password is changed: none stays', async () => {
    const person = await fresh()
    const input = { locale: 'en', username: person.handle, password: PASSWORD }
    const browsers = Array.from({ length: 4 }, () => newHeadlessBrowser(world.url))
    const signIns = browsers.map((browser) =>
      browser.callApi(`${world.url}/account`, 'sign-in', input).catch(() => {}),
    )
    expect(await reset(person)).toMatchObject({ status: 200 })
    await Promise.all(signIns)
    for (const browser of browsers) {
      expect(await browser.readApi(`${world.url}/account`, 'device-sessions')).toEqual([])
    }
  })

  test('an access JWT of before a reset opens nothing, one of afterwards works at once', async () => {
    const person = await fresh()
    const before = await signedIn(person, PASSWORD)
    const methods: [string, object | null][] = [
      ['createAppPassword', { name: 'thief' }],
      ['updateEmail', { email: 'thief@mail.internal' }],
      ['requestEmailConfirmation', null],
      ['deactivateAccount', {}],
    ]
    expect(await reset(person)).toMatchObject({ status: 200 })
    const after = await signedIn(person, NEW)
    for (const [method, input] of methods) {
      const refused = { status: 400, body: { error: 'ExpiredToken' } }
      expect(await post(method, input, before), method).toMatchObject(refused)
    }
    const created = await post('createAppPassword', { name: 'owner' }, after)
    expect(created).toMatchObject({ status: 200 })
  })

  test('a PDS gets nothing that lasts until access tokens of before have expired', async () => {
    const person = await fresh(true)
    const before = await signedIn(person, PASSWORD)
    const ask = (name: string, jwt: string, at = world.pds.url) =>
      post('createAppPassword', { name }, jwt, at)
    const invites = async (jwt: string) => {
      const url = `${world.pds.url}/xrpc/com.atproto.server.getAccountInviteCodes`
      const { status, body } = await send(url, { headers: { authorization: `Bearer ${jwt}` } })
      return { status, codes: (body.codes as unknown[]).length }
    }
    expect(await ask('one', before)).toMatchObject({ status: 200 })
    expect(await reset(person)).toMatchObject({ status: 200 })
    world.app.runner.settings.userInvites = 5
    const after = await signedIn(person, NEW)
    for (const jwt of [before, after]) {
      const refused = { status: 400, body: { message: expect.stringContaining('signed out') } }
      expect(await ask('two', jwt)).toMatchObject(refused)
      // It may be asked for what there is.
      expect(await invites(jwt)).toEqual({ status: 200, codes: 0 })
    }
    expect(await post('requestEmailUpdate', null, after, world.pds.url)).toMatchObject({
      status: 200,
    })
    expect(await ask('two', after, world.url)).toMatchObject({ status: 200 })
    person.forgetSignOut()
    expect(await ask('three', after)).toMatchObject({ status: 200 })
    expect(await invites(after)).toEqual({ status: 200, codes: 5 })
    world.app.runner.settings.userInvites = null
  })

  test('nor until then what rests on a session, or an app password, that was ended alone', async () => {
    const person = await fresh(true)
    const { did, account } = person
    const ended = await signedIn(person, PASSWORD)
    const ofApp = await signedIn(person, person.appPassword.password)
    const atPds = async (method: string, input: object, jwt: string) =>
      (await post(method, input, jwt, world.pds.url)).body.message
    const refusal = expect.stringContaining('signed out')
    const handle = { handle: person.handle.replace('.', 'x.') }
    const sessions = await account.listLegacySessions(Date.now())
    const { id: session } = sessions.find((each) => each.appPasswordName === null) ?? {}
    const operator = { authorization: `Bearer ${world.app.runner.secrets.operatorToken}` }
    const revoke = await send(`${world.url}/_operator/account/revoke`, {
      method: 'POST',
      headers: { ...operator, 'content-type': 'application/json' },
      body: JSON.stringify({ account: did, session }),
    })
    expect(revoke).toMatchObject({ status: 200 })
    expect(await atPds('createAppPassword', { name: 'thief' }, ended)).toEqual(refusal)
    person.forgetSignOut()
    const stays = await signedIn(person, PASSWORD)
    expect(await post('revokeAppPassword', { name: APP }, stays)).toMatchObject({ status: 200 })
    expect(await atPds('identity.updateHandle', handle, ofApp)).toEqual(refusal)
    expect(await atPds('createAppPassword', { name: 'instead' }, stays)).toBeUndefined()
    expect(await post('createAppPassword', { name: 'owner' }, stays)).toMatchObject({ status: 200 })
  })

  test('nor what rests on an app that its person signed out, but one may sign itself out', async () => {
    const person = await fresh(true)
    const { did, account, db } = person
    const signIn = async () => {
      const signedIn = await (await authorization(world, person, true))()
      if (!signedIn) throw new Error('Not signed in')
      return signedIn
    }
    const signedOutAt = () => db.prepare('SELECT signed_out_at FROM account').pluck().get()
    const { client, session } = await signIn()
    expect(await client.revoke(session)).toMatchObject({ status: 200 })
    expect(signedOutAt()).toBeNull()
    const { browser } = await signIn()
    const [found] = await account.listSessions()
    const input = { did, tokenId: found?.session.tokenId }
    expect(await browser.api('revoke-oauth-session', input)).toMatchObject({ status: 200 })
    expect(signedOutAt()).not.toBeNull()
  })

  test('a PDS that has not heard of a takedown: every method', async () => {
    const person = await fresh(true)
    await person.account.takeDown('reason')
    const byError = new Map<unknown, string[]>()
    for (const { method, body } of await askEveryMethod(person, person.forgetSignOut)) {
      const error = NOT_FOR_A_PDS.has(body.error) ? 'not for a PDS' : body.error
      byError.set(error, [...(byError.get(error) ?? []), method])
    }
    const { AccountTakedown, ...others } = Object.fromEntries(byError)
    expect(AccountTakedown).toEqual([
      ...['identity.updateHandle', 'server.confirmEmail', 'server.createAppPassword'],
      ...['server.getAccountInviteCodes', 'server.requestAccountDelete'],
      ...['server.requestEmailConfirmation', 'server.requestEmailUpdate', 'server.updateEmail'],
    ])
    expect(others).toEqual({
      'not for a PDS': expect.arrayContaining(['admin.updateAccountPassword']),
      // As in the reference: the owner may move away, deactivate, and see and revoke app passwords.
      undefined: [
        ...['identity.requestPlcOperationSignature', 'server.deactivateAccount'],
        'server.listAppPasswords',
      ],
      InvalidRequest: [
        ...['admin.sendEmail', 'identity.signPlcOperation', 'server.createAccount'],
        // The first refuses each account that is taken down, the other lacks the name.
        ...['server.getSession', 'server.revokeAppPassword'],
      ],
    })
  })

  test.each([
    {
      after: 'a sign-out',
      end: reset,
      refused: [
        ...['identity.signPlcOperation', 'identity.updateHandle', 'server.confirmEmail'],
        ...['server.createAppPassword', 'server.deactivateAccount', 'server.updateEmail'],
      ],
    },
    {
      after: 'an app password was ended alone',
      end: async (person: Person) =>
        post('revokeAppPassword', { name: APP }, await signedIn(person, PASSWORD)),
      refused: ['identity.updateHandle', 'server.confirmEmail'],
    },
  ])('a PDS just after $after: every method', async ({ end, refused }) => {
    const person = await fresh(true)
    await signedIn(person, person.appPassword.password)
    person.forgetSignOut()
    expect(await end(person)).toMatchObject({ status: 200 })
    const answers = await askEveryMethod(person)
    const isRefused = ({ body }: { body: { message?: unknown } }) =>
      /signed out a moment ago/.test(String(body.message))
    expect(answers.filter(isRefused).map(({ method }) => method)).toEqual(refused)
  })

  test('a reset by mail ends app passwords, the operator may keep them', async () => {
    const person = await fresh()
    const { password } = person.appPassword
    await person.account.changePassword(NEW, 'kept')
    expect((await signIn(person, password)).status).toBe(200)
    expect(await reset(person)).toMatchObject({ status: 200 })
    expect((await signIn(person, password)).status).toBe(401)
  })

  test('a refresh JWT that was rotated long ago signs out', async () => {
    const person = await fresh()
    const first = String((await signIn(person, PASSWORD)).body.refreshJwt)
    const next = async (jwt: string) =>
      String((await post('refreshSession', null, jwt)).body.refreshJwt)
    const third = await next(await next(first))
    const other = String((await signIn(person, PASSWORD)).body.refreshJwt)
    // The first two do not answer any more, and the next sign-in sweeps them.
    person.db.prepare('DELETE FROM legacy_session WHERE next_jti IS NOT NULL').run()
    expect(await post('deleteSession', null, first)).toMatchObject({ status: 200 })
    expect(await post('refreshSession', null, third)).toMatchObject({ status: 400 })
    expect(await post('refreshSession', null, other)).toMatchObject({ status: 200 })
  })

  test('a refresh JWT of two rotations ago does not bring a session back', async () => {
    const person = await fresh()
    const first = String((await signIn(person, PASSWORD)).body.refreshJwt)
    const next = async (jwt: string) =>
      String((await post('refreshSession', null, jwt)).body.refreshJwt)
    const third = await next(await next(first))
    expect(await post('deleteSession', null, third)).toMatchObject({ status: 200 })
    expect(await post('refreshSession', null, first)).toMatchObject({ status: 400 })
    expect(await post('refreshSession', null, third)).toMatchObject({ status: 400 })
  })
})
