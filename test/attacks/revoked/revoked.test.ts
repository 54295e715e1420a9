import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountFunctions, endingFunctions } from '../../../actors/account/index.ts'
import { LegacyScope, LegacyTokens } from '../../../tokens/legacy_tokens.ts'
import { registerClient } from '../endings/grants.ts'
import { begin, newPerson, startWorld, type World } from '../endings/world.ts'
import { ask, askWith, KINDS, type Kind, LIST, type SignedIn, signIn } from './held.ts'
import { readCodeIn } from './mailed_code.ts'
import { listen, upload } from './under_way.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ oneName: true })
  registerClient(world)
})
afterAll(() => world?.close())

type Ending = { ends: readonly Kind[]; end(signedIn: SignedIn): Promise<unknown> }

const operator = async (command: string, input: object) => {
  const answer = await world.app.ask({
    method: 'POST',
    target: `/_operator/${command}`,
    headers: {
      authorization: `Bearer ${world.app.runner.secrets.operatorToken}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(input),
    address: '127.0.0.1',
  })
  expect(answer).toMatchObject({ status: 200 })
}
const xrpc = async (nsid: string, input: object | null, jwt?: string) => {
  expect(await world.call(nsid, input, jwt)).toMatchObject({ status: 200 })
}
const ALL = KINDS
const NEW_PASSWORD = 'the password of afterwards'

const endings: Record<string, Ending> = {
  'the app signs out by its token': {
    ends: ['OAuth'],
    end: async ({ oauth: { client, session } }) =>
      expect(await client.revoke(session)).toMatchObject({ status: 200 }),
  },
  'a refresh token is used again': {
    ends: ['OAuth'],
    end: async ({ oauth: { client, session } }) => {
      const { body } = await client.refresh(session)
      const next = { ...session, refreshToken: String(body.refresh_token) }
      expect(await client.refresh(next)).toMatchObject({ status: 200 })
      expect(await client.refresh(session)).toMatchObject({ status: 400 })
    },
  },
  'the person revokes the app on the account page': {
    ends: ['OAuth'],
    end: async ({ person: { account, did }, oauth: { browser } }) => {
      const [found] = await account.listSessions()
      const input = { did, tokenId: found?.session.tokenId }
      expect(await browser.api('revoke-oauth-session', input)).toMatchObject({ status: 200 })
    },
  },
  'the operator revokes a session': {
    ends: ['OAuth'],
    end: async ({ person: { account, did } }) => {
      const [found] = await account.listSessions()
      await operator('account/revoke', { account: did, session: found?.session.id })
    },
  },
  'the operator signs out everywhere': {
    ends: ALL,
    end: ({ person: { did } }) => operator('account/revoke', { account: did }),
  },
  'the operator sets a password': {
    ends: ALL,
    end: ({ person: { did } }) =>
      operator('account/reset-password', { account: did, password: NEW_PASSWORD }),
  },
  'a password is reset by mail': {
    ends: ALL,
    end: async ({ person: { email } }) => {
      await xrpc('server.requestPasswordReset', { email })
      const token = await readCodeIn(world.app, email)
      await xrpc('server.resetPassword', { token, password: NEW_PASSWORD })
    },
  },
  'a takedown': {
    ends: ALL,
    end: ({ person: { did } }) => operator('account/take-down', { account: did, ref: 'reason' }),
  },
  'deactivation on the account page': {
    ends: ALL,
    end: async ({ person: { did }, oauth: { browser } }) =>
      expect(await browser.api('deactivate-account', { did })).toMatchObject({ status: 200 }),
  },
  deletion: {
    ends: ALL,
    end: ({ person: { did } }) => operator('account/delete', { account: did }),
  },
  deleteSession: {
    ends: ['password'],
    end: ({ legacy }) => xrpc('server.deleteSession', null, legacy.password.refreshJwt),
  },
  'an app password is revoked': {
    ends: ['app password'],
    end: ({ legacy }) =>
      xrpc('server.revokeAppPassword', { name: 'app' }, legacy.password.accessJwt),
  },
}

/** As the PDS refuses a token that has expired, which apps understand. */
const refusal = (kind: Kind) =>
  kind === 'OAuth'
    ? { status: 401, body: { error: 'invalid_token' } }
    : { status: 400, body: { error: 'ExpiredToken', message: 'Token has expired' } }

async function expectOver(signedIn: SignedIn, kind: Kind): Promise<void> {
  expect(await ask(world, signedIn, kind), kind).toMatchObject(refusal(kind))
}

async function expectAlive(signedIn: SignedIn, kind: Kind): Promise<void> {
  const { status, body } = await ask(world, signedIn, kind)
  expect([status, body.error], kind).toEqual([200, undefined])
}

describe('33. revoked means out, from the next request on', () => {
  test.each(Object.entries(endings))('%s', async (_, { ends, end }) => {
    const person = await newPerson(world, true, true)
    await begin(world, person, false)
    const signedIn = await signIn(world, person)
    for (const kind of KINDS) await expectAlive(signedIn, kind)
    const underWay = await Promise.all(
      KINDS.flatMap((kind) =>
        [upload, listen].map(async (way) => ({
          kind,
          ...(await way(world, signedIn, kind)),
        })),
      ),
    )
    await end(signedIn)
    for (const kind of KINDS) {
      if (ends.includes(kind)) await expectOver(signedIn, kind)
      else await expectAlive(signedIn, kind)
    }
    for (const { kind, isOver } of underWay) {
      if (ends.includes(kind)) await expect.poll(isOver).toBe(true)
    }
    for (const { kind, isOver, end: stop } of underWay) {
      expect(isOver(), kind).toBe(ends.includes(kind))
      stop()
    }
  })

  test('whatever an account can be asked that ends sessions is told', () => {
    const others = Object.keys(accountFunctions).filter(
      (name) => !endingFunctions.has(name as never),
    )
    expect(others.filter((name) => !ENDS_NOTHING.has(name))).toEqual([])
  })

  test('an auth actor that has not heard of an ending yet does not let go on what is under way', async () => {
    const person = await newPerson(world, true, true)
    await begin(world, person, false)
    const signedIn = await signIn(world, person)
    const { did, account } = person
    const sessions = (['password', 'app password'] as const).map((kind) => {
      const { sid } = decodeJwt(signedIn.legacy[kind].accessJwt)
      return { did, sid: String(sid) }
    })
    // It is remembered from now on that they are open.
    for (const kind of KINDS) await expectAlive(signedIn, kind)
    expect(await world.app.app.areOpen(sessions)).toEqual([true, true])
    // As through another auth actor: this one is not told.
    await account.signOutEverywhere()
    expect(await world.app.app.areOpen(sessions)).toEqual([false, false])
  })

  test('also where nothing is under way that is asked about, and who signs in again in the same second is let in', async () => {
    const person = await newPerson(world, true, true)
    await begin(world, person, false)
    const before = await signIn(world, person)
    // It is remembered from now on that they are open.
    for (const kind of KINDS) await expectAlive(before, kind)
    await operator('account/revoke', { account: person.did })
    const after = await signIn(world, person)
    for (const kind of KINDS) {
      await expectOver(before, kind)
      await expectAlive(after, kind)
    }
  })

  test('one that ends alone keeps no other from what lasts', async () => {
    const person = await newPerson(world, true, true)
    await begin(world, person, false)
    const { legacy } = await signIn(world, person)
    const [found] = await person.account.listSessions()
    await operator('account/revoke', { account: person.did, session: found?.session.id })
    await xrpc('server.revokeAppPassword', { name: 'app' }, legacy.password.accessJwt)
    expect((await person.account.read())?.signedOutAt).toBeNull()
  })

  test('browser apps can read the refusal, and it is the one that the PDS gives', async () => {
    const person = await newPerson(world, true, true)
    await begin(world, person, false)
    const signedIn = await signIn(world, person)
    await operator('account/revoke', { account: person.did })
    const legacy = await ask(world, signedIn, 'password')
    const expired = await new LegacyTokens(world.app.runner.secrets, {
      did: world.app.runner.settings.did,
      accessTokenLifetime: -60_000,
    }).signAccess({ did: person.did, pdsDid: world.pds.did, scope: LegacyScope.Access })
    const atPds = await askWith({ url: world.pds.address }, { authorization: `Bearer ${expired}` })
    expect([legacy.status, legacy.body]).toEqual([atPds.status, atPds.body])
    expect(legacy.headers.get('access-control-allow-origin')).toBe('*')
    const oauth = await ask(world, signedIn, 'OAuth')
    expect(oauth.headers.get('www-authenticate')).toMatch(/^DPoP error="invalid_token"/)
    expect(oauth.headers.get('access-control-allow-origin')).toBe('*')
    expect(oauth.headers.get('access-control-expose-headers')).toMatch(/WWW-Authenticate/i)
  })

  test('a token that is written otherwise is no way around', async () => {
    const person = await newPerson(world, true, true)
    await begin(world, person, false)
    const signedIn = await signIn(world, person)
    const { accessJwt } = signedIn.legacy.password
    await operator('account/revoke', { account: person.did })
    // The last character of a signature of 64 bytes has four bits that are not read.
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const others = [...letters].filter((letter) => {
      const bits = (of: string) => letters.indexOf(of) >> 4
      return bits(letter) === bits(accessJwt.at(-1) as string)
    })
    expect(others).toHaveLength(16)
    const ways = [
      ...others.map((letter) => `Bearer ${accessJwt.slice(0, -1)}${letter}`),
      `Bearer ${accessJwt}=`,
      `Bearer ${accessJwt}==`,
      `bearer ${accessJwt}`,
      `Bearer  ${accessJwt}`,
      `Bearer\t${accessJwt}`,
      `Bearer ${accessJwt} `,
      `Bearer ${accessJwt} x`,
      `Bearer ${accessJwt}, Bearer ${accessJwt}`,
      `DPoP ${accessJwt}`,
    ]
    for (const way of ways) {
      const { status } = await askWith(world, { authorization: way })
      expect([400, 401], way).toContain(status)
    }
  })

  test('nor is one that is sent in two headers, which a PDS reads as one', async () => {
    const person = await newPerson(world, true, true)
    await begin(world, person, false)
    const signedIn = await signIn(world, person)
    const { accessJwt } = signedIn.legacy.password
    await operator('account/revoke', { account: person.did })
    for (const authorization of [
      [`Bearer ${accessJwt}`, ''],
      ['', `Bearer ${accessJwt}`],
      [`Bearer ${accessJwt}`, '\t'],
      [`Bearer ${accessJwt}`, '', ''],
    ]) {
      const asked = request(world.url + LIST)
      // Written once for each value; the types know of one.
      asked.setHeader('authorization', authorization)
      const [{ statusCode }] = (await once(asked.end(), 'response')) as [IncomingMessage]
      asked.destroy()
      expect([400, 401], authorization.join(' and ')).toContain(statusCode)
    }
  })
})

/** What is new is looked at here. */
const ENDS_NOTHING: ReadonlySet<string> = new Set([
  ...[
    'create',
    'createAgain',
    'import',
    'read',
    'readWithSession',
    'assertGood',
    'setHandle',
    'activate',
  ],
  ...[
    'setInvitesDisabled',
    'noteInvitesMade',
    'noteProfile',
    'login',
    'mayDelete',
    'createAppPassword',
    'listAppPasswords',
    'readAppPasswordRevocation',
  ],
  ...['issueEmailToken', 'checkEmailToken', 'spendEmailToken', 'confirmEmail', 'changeEmail'],
  ...[
    'noteEmailTokenSent',
    'setEmail',
    'resumeLogin',
    'listFactors',
    'proveFactor',
    'beginTotp',
    'confirmTotp',
  ],
  ...['removeTotp', 'setMailFactor', 'switchMailFactor', 'renewRecoveryCodes'],
  ...['removeRecoveryCodes', 'isSessionOpen'],
  ...['findSessionByTokenId', 'findSessionByCode', 'findSessionByRefreshToken', 'listSessions'],
  ...['listLegacySessions', 'rememberDevice', 'readDevice', 'listDevices', 'forgetDevice'],
  ...['trustDevice', 'isTrustedDevice', 'listTrustedDevices', 'revokeTrustedDevice'],
  ...['distrustDevice', 'makeRoomOnDevice'],
  ...['listPasskeys', 'findPasskeyOwner', 'addPasskey', 'renamePasskey', 'removePasskey'],
  'removePassword',
  ...['removePasskeys', 'loginWithPasskey', 'provePasskey'],
  ...[
    'proveOn',
    'authorizeClient',
    'listAuthorizedClients',
    'audit',
    'listAudit',
    'listActivity',
    'readLanguage',
  ],
  ...['makeSignOutLink', 'readSignOutLink', 'noteSignIn', 'learnDevice', 'unlearnDevice'],
  ...['setProtection', 'forgetConsent'],
  // Its tokens are looked up here, and the PDS takes none.
  ...['putOpenidSession', 'findOpenidSession', 'findOpenidSessionByUid', 'endOpenidSession'],
  ...['consentToOpenid', 'readOpenidConsent', 'putOpenidGrant', 'findOpenidGrant'],
  ...['endOpenidGrant', 'listOpenidGrants', 'putOpenidTokens', 'findOpenidToken'],
  ...['findOpenidChain', 'endOpenidChain'],
  ...['endOpenidSignIn', 'listOpenidSignInsToTell', 'noteOpenidSignInsTold'],
  ...['listPassingBrowsers', 'endBrowser'],
  // The one that was not used longest makes room, at the bound only.
  ...['createSession', 'createLegacySession'],
  // The tokens of before end, and the session goes on.
  ...['rotateSession', 'rotateLegacySession'],
])
