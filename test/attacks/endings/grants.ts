import { randomBytes } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'
import type { Basis } from '../../../actors/account/basis.ts'
import { Refusal } from '../../../base/errors.ts'
import { upsertClient } from '../../../database/flow/client.ts'
import { linkAccount } from '../../../database/flow/device.ts'
import { creationOptions } from '../../../factors/passkey.ts'
import { SoftAuthenticator } from '../../../lab/world/browser/passkeys.ts'
import { requireAccount } from '../../../sagas/accounts/accounts.ts'
import { provenOn } from '../../../sagas/sign_in/prove_again.ts'
import { makeInvites } from '../../../sagas/sign_up/invites.ts'
import { writeRefreshToken } from '../../../tokens/refresh_token.ts'
import { Attacker, makeDpopKey, SCOPE, type Session } from '../../shared/people/attacker.ts'
import { codesOf } from '../../shared/people/authenticator.ts'
import { servicesOf } from '../../shared/services.ts'
import { Browser } from './browser.ts'
import type { By } from './endings.ts'
import { APP, basisOf, openSession, PASSWORD, type Person, type World } from './world.ts'

/** What was handed out, and whether it still opens anything. */
export type Held = {
  name: string
  isAlive(): Promise<boolean>
  /** The call that granted it, where nothing in the account says so. */
  grantedBy?: string
}

/** Something that an account grants. */
export type Grant = {
  by: By
  /** Whether the PDS and PLC have a part in it. */
  onPds?: true
  /** Whether the address is confirmed at first. */
  isConfirmed?: true
  /** The endings it meets, where another grant takes the same steps and meets all. */
  only?: readonly string[]
  /** What does not end it: a session outlives the device on which it was consented to. */
  outlives?: string
  /** Makes everything ready. @returns what asks for the grant, and gives what came of it */
  begin(world: World, person: Person): Promise<() => Promise<Held[]>>
}

const CLIENT_ID = 'https://app.vestibule.internal'
const REDIRECT_URI = 'https://app.vestibule.internal/callback'

/** A client that is not on this machine, so that consents to it are kept. */
export function registerClient({ app }: World): void {
  const metadata = {
    client_id: CLIENT_ID,
    redirect_uris: [REDIRECT_URI],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: SCOPE,
    token_endpoint_auth_method: 'none',
    application_type: 'web',
    dpop_bound_access_tokens: true,
  }
  upsertClient(app.flow, CLIENT_ID, JSON.stringify(metadata))
}

const clientOf = (world: World) =>
  new Attacker(world, { clientId: CLIENT_ID, redirectUri: REDIRECT_URI })

/** @param jwts as `createSession` answers with them */
function heldJwts(world: World, jwts: Record<string, unknown>): Held[] {
  const [accessJwt, refreshJwt] = [String(jwts.accessJwt), String(jwts.refreshJwt)]
  const isTaken = async (nsid: string, jwt: string, input?: null) =>
    (await world.call(nsid, input, jwt)).status === 200
  return [
    { name: 'access JWT', isAlive: () => isTaken('server.getSession', accessJwt) },
    { name: 'refresh JWT', isAlive: () => isTaken('server.refreshSession', refreshJwt, null) },
  ]
}

function heldSession(client: Attacker, session: Session): Held {
  return {
    name: 'OAuth session',
    isAlive: async () => (await client.refresh(session)).status === 200,
  }
}

const signIn = (world: World, password: string, person: Person, code?: string) => async () => {
  const input = { identifier: person.handle, password, ...(code && { authFactorToken: code }) }
  const { status, body } = await world.call('server.createSession', input)
  return status === 200 ? heldJwts(world, body) : []
}

/** Calls a method with an access JWT. */
const byToken =
  (nsid: string, input: (person: Person) => object | null | Promise<object>) =>
  async (world: World, person: Person) => {
    const { accessJwt } = await openSession(world, person)
    const given = await input(person)
    return async () => {
      await world.call(nsid, given, accessJwt)
      return []
    }
  }

async function rememberedBrowser(world: World, person: Person): Promise<Browser> {
  const browser = new Browser(world)
  await browser.open(`${world.url}/account`)
  linkAccount(world.app.flow, browser.deviceId, person.did)
  await person.account.rememberDevice(browser.deviceId, await basisOf(person))
  return browser
}

/** Calls the API of the pages on a device where the person is signed in. */
const onDevice =
  (endpoint: string, input: (person: Person) => object | Promise<object>) =>
  async (world: World, person: Person) => {
    const browser = await rememberedBrowser(world, person)
    const given = await input(person)
    return async () => {
      await browser.api(endpoint, { did: person.did, ...given })
      return []
    }
  }

/** What an app got, and the browser in which a person let it. */
export type OAuthSignIn = { client: Attacker; session: Session; browser: Browser }

/** Consents and takes the code to a session; signs in first, unless the device is remembered. */
export async function authorization(world: World, person: Person, isRemembered: boolean) {
  const browser = isRemembered ? await rememberedBrowser(world, person) : new Browser(world)
  const [client, key] = [clientOf(world), await makeDpopKey()]
  const verifier = randomBytes(32).toString('base64url')
  const pushed = await client.push(key, { proof: null }, verifier)
  const page = client.authorizeUrl(pushed.body.request_uri)
  await client.nonce()
  await browser.open(page)
  return async (): Promise<OAuthSignIn | null> => {
    let bearer: string | undefined
    if (!isRemembered) {
      const input = { locale: 'en', username: person.handle, password: PASSWORD, remember: false }
      const signedIn = await browser.api('sign-in', input, { page })
      if (signedIn.status !== 200) return null
      bearer = String(signedIn.body.ephemeralToken)
    }
    const consented = await browser.api(
      'consent',
      { did: person.did },
      { page, ...(bearer && { bearer }) },
    )
    const code = URL.parse(String(consented.body.url))?.searchParams.get('code')
    if (!code) return null
    const { status, body } = await client.exchange({ code, verifier, key })
    if (status !== 200) return null
    const session = {
      accessToken: String(body.access_token),
      refreshToken: String(body.refresh_token),
      key,
    }
    return { client, session, browser }
  }
}

const heldAuthorization =
  (isRemembered: boolean) =>
  async (world: World, person: Person): Promise<() => Promise<Held[]>> => {
    const grant = await authorization(world, person, isRemembered)
    return async () => {
      const granted = await grant()
      return granted ? [heldSession(granted.client, granted.session)] : []
    }
  }

/** An authenticator whose code of now is used up, the next one, and a recovery code. */
async function authenticatorOf(person: Person) {
  const { account } = person
  await account.removeTotp(null)
  const code = codesOf(await account.beginTotp(await basisOf(person)))
  const { recoveryCodes } = await account.confirmTotp(code(), await basisOf(person))
  return { nextCode: code(1), recoveryCode: recoveryCodes?.[0] ?? '' }
}

/** A passkey that was made, and is not added yet. */
export async function madePasskey({ did }: Person) {
  const origin = 'http://localhost:2600'
  const party = { id: 'localhost', origin, name: 'Vestibule' }
  const challenge = randomBytes(32).toString('base64url')
  const options = await creationOptions(party, { did, name: did }, [], challenge)
  return { party, challenge, response: new SoftAuthenticator(origin).create(options) }
}

/** The only passkey of an account. @returns its id */
async function onlyPasskey(person: Person): Promise<string> {
  const { account } = person
  await account.removePasskeys(null)
  await account.addPasskey(await madePasskey(person), 'Phone', await basisOf(person))
  return (await account.listPasskeys())[0]?.id ?? ''
}

/** Asks the account on a device where the person is signed in, as the security page does. */
const onSecurityPage =
  (begin: (person: Person, basis: () => Promise<Basis>) => Promise<() => Promise<unknown>>) =>
  async (world: World, person: Person) => {
    const { deviceId } = await rememberedBrowser(world, person)
    const change = await begin(person, async () => {
      const device = await person.account.readDevice(deviceId)
      if (!device) throw new Refusal('SignedOut', 'Not signed in')
      return device.basis
    })
    return async () => {
      await change().catch((err) => {
        if (!(err instanceof Refusal)) throw err
      })
      return []
    }
  }

let handles = 0
const newHandle = () => `changed${++handles}.test`
const newEmail = (person: Person) => person.email.replace('@', '.new@')
const codeFor = (person: Person, purpose: 'confirm_email' | 'plc_operation') =>
  person.account.issueEmailToken(purpose, null, person.email).then((issued) => issued.token)

export const grants: Record<string, Grant> = {
  'createSession with the password': {
    by: 'password',
    isConfirmed: true,
    begin: async (world, person) => signIn(world, PASSWORD, person),
  },
  'createSession with an app password': {
    by: 'app password',
    isConfirmed: true,
    begin: async (world, person) => signIn(world, person.appPassword.password, person),
  },
  'createSession with a code by mail': {
    by: 'password and code',
    isConfirmed: true,
    begin: async (world, person) => {
      await person.account.switchMailFactor(true, null, await basisOf(person))
      const { token: code } = await person.account.issueEmailToken('sign_in', null, person.email)
      return signIn(world, PASSWORD, person, code)
    },
  },
  'createSession with a code of an authenticator': {
    by: 'password and code',
    isConfirmed: true,
    begin: async (world, person) => {
      const { nextCode } = await authenticatorOf(person)
      return signIn(world, PASSWORD, person, nextCode)
    },
  },
  'createSession with a recovery code': {
    by: 'password and code',
    isConfirmed: true,
    begin: async (world, person) => {
      const { recoveryCode } = await authenticatorOf(person)
      return signIn(world, PASSWORD, person, recoveryCode)
    },
  },
  'an authenticator that is begun': {
    by: 'device',
    begin: onSecurityPage(async ({ account }, basis) => {
      await account.removeTotp(null)
      return async () => account.beginTotp(await basis())
    }),
  },
  'an authenticator that is confirmed': {
    by: 'device',
    begin: onSecurityPage(async (person, basis) => {
      const { account } = person
      await account.removeTotp(null)
      const code = codesOf(await account.beginTotp(await basisOf(person)))
      return async () => account.confirmTotp(code(), await basis())
    }),
  },
  'an authenticator that is removed': {
    by: 'device',
    begin: onSecurityPage(async (person, basis) => {
      await authenticatorOf(person)
      return async () => person.account.removeTotp(await basis())
    }),
  },
  'new recovery codes': {
    by: 'device',
    begin: onSecurityPage(async (person, basis) => {
      await authenticatorOf(person)
      return async () => person.account.renewRecoveryCodes(await basis())
    }),
  },
  'a passkey that is added': {
    by: 'device',
    begin: onSecurityPage(async (person, basis) => {
      await person.account.removePasskeys(null)
      const made = await madePasskey(person)
      return async () => person.account.addPasskey(made, 'Phone', await basis())
    }),
  },
  'a passkey that is renamed': {
    by: 'device',
    begin: onSecurityPage(async (person, basis) => {
      const id = await onlyPasskey(person)
      return async () => person.account.renamePasskey(id, 'Key', await basis())
    }),
  },
  'a passkey that is removed': {
    by: 'device',
    begin: onSecurityPage(async (person, basis) => {
      const id = await onlyPasskey(person)
      return async () => person.account.removePasskey(id, await basis())
    }),
  },
  'a password that is removed': {
    by: 'device',
    begin: onSecurityPage(async (person, basis) => {
      await onlyPasskey(person)
      return async () => person.account.removePassword(await basis())
    }),
  },
  'a device that is trusted': {
    by: 'device',
    begin: onSecurityPage(async ({ account }, basis) => async () => {
      const device = { deviceId: 'dev-trusted', userAgent: null }
      return account.trustDevice(device, await basis(), {})
    }),
  },
  'mails of new devices, turned off': {
    by: 'device',
    begin: onSecurityPage(async ({ account }, basis) => async () => {
      return account.setProtection('newDeviceMails', false, await basis(), {})
    }),
  },
  'the main password, taken by programs again': {
    by: 'device',
    begin: onSecurityPage(async (person, basis) => {
      await person.account.setProtection('onlyAppPasswords', true, await basisOf(person), {})
      return async () => person.account.setProtection('onlyAppPasswords', false, await basis(), {})
    }),
  },
  'a session at the OpenID provider': {
    by: 'device',
    begin: onSecurityPage(async ({ account }, basis) => async () => {
      const { device = '', ...sign } = await basis()
      const session = {
        uid: device,
        payload: '{}',
        deviceId: device,
        isRemembered: true,
        signIns: [],
      }
      const expiresAt = Date.now() + 60_000
      return account.putOpenidSession({ ...session, expiresAt }, 'id', { ...sign, device }, true)
    }),
  },
  'consent to an OpenID client': {
    by: 'device',
    begin: onSecurityPage(async ({ account }, basis) => async () => {
      return account.consentToOpenid(
        CLIENT_ID,
        { scope: 'openid', refused: '', resources: {} },
        await basis(),
      )
    }),
  },
  'what an OpenID client is granted': {
    by: 'device',
    begin: onSecurityPage(async ({ account }, basis) => {
      const id = randomBytes(16).toString('hex')
      const grant = { id, clientId: CLIENT_ID, payload: '{}', expiresAt: Date.now() + 60_000 }
      return async () => account.putOpenidGrant(grant, await basis(), null, null)
    }),
  },
  'an invite code': {
    by: 'device',
    begin: async (world, person) => {
      const all = servicesOf(world.app)
      const services = { ...all, settings: { ...all.settings, userInvites: 100 } }
      const account = await requireAccount(services, person.did)
      const { deviceId } = await rememberedBrowser(world, person)
      return async () => {
        const device = await person.account.readDevice(deviceId)
        if (!device) return []
        const making = makeInvites(services, account, device.basis, {}, 1)
        const made = await making.catch((err) => {
          if (err instanceof Refusal) return []
          throw err
        })
        const isInUse = async (code: string) =>
          (await world.app.actors.directory.readInviteCode(code))?.disabled === false
        return made.map((code) => ({ name: 'invite code', isAlive: () => isInUse(code) }))
      }
    },
  },
  'the code by mail, switched': {
    by: 'device',
    isConfirmed: true,
    begin: onSecurityPage(async ({ account }, basis) => async () => {
      const isOn = (await account.read())?.emailAuthFactor === true
      return account.setMailFactor(!isOn, await basis())
    }),
  },
  refreshSession: {
    by: 'legacy session',
    isConfirmed: true,
    begin: async (world, person) => {
      const { refreshJwt } = await openSession(world, person)
      return async () => {
        const { status, body } = await world.call('server.refreshSession', null, refreshJwt)
        return status === 200 ? heldJwts(world, body) : []
      }
    },
  },
  'signing in on the pages, remembered': {
    by: 'password',
    isConfirmed: true,
    begin: async (world, person) => {
      const browser = new Browser(world)
      await browser.open(`${world.url}/account`)
      const input = { locale: 'en', username: person.handle, password: PASSWORD }
      return async () => {
        await browser.api('sign-in', input)
        return []
      }
    },
  },
  'signing in on the pages, consent and code': {
    by: 'password',
    isConfirmed: true,
    begin: heldAuthorization(false),
  },
  'consent and code on a remembered device': {
    by: 'device',
    outlives: 'a device signed out',
    isConfirmed: true,
    begin: heldAuthorization(true),
  },
  'an app password made on the security page': {
    by: 'device',
    isConfirmed: true,
    begin: onSecurityPage(async (person, basis) => {
      const { account } = person
      const { device = '' } = await basis()
      await account.proveOn(device, 'any', await basisOf(person))
      return async () =>
        account.createAppPassword('another', false, provenOn(device, await basis()))
    }),
  },
  createAppPassword: {
    by: 'access token',
    isConfirmed: true,
    begin: byToken('server.createAppPassword', () => ({ name: 'another' })),
  },
  revokeAppPassword: {
    by: 'access token',
    isConfirmed: true,
    begin: byToken('server.revokeAppPassword', () => ({ name: APP })),
  },
  'updateEmail, unconfirmed': {
    by: 'access token',
    begin: byToken('server.updateEmail', (person) => ({ email: newEmail(person) })),
  },
  confirmEmail: {
    by: 'access token',
    begin: byToken('server.confirmEmail', async (person) => ({
      email: person.email,
      token: await codeFor(person, 'confirm_email'),
    })),
  },
  'updateEmail, second factor': {
    by: 'access token',
    isConfirmed: true,
    begin: byToken('server.updateEmail', ({ email }) => ({ email, emailAuthFactor: true })),
  },
  requestEmailUpdate: {
    by: 'access token',
    isConfirmed: true,
    begin: byToken('server.requestEmailUpdate', () => null),
  },
  'address on a remembered device': {
    by: 'device',
    begin: onDevice('update-email-confirm', (person) => ({ email: newEmail(person) })),
  },
  'confirmation on a remembered device': {
    by: 'device',
    begin: onDevice('verify-email-confirm', async (person) => ({
      email: person.email,
      token: await codeFor(person, 'confirm_email'),
    })),
  },
  'deletion code on a remembered device': {
    by: 'device',
    isConfirmed: true,
    begin: onDevice('delete-account-request', () => ({})),
  },
  'OAuth refresh': {
    by: 'OAuth session',
    isConfirmed: true,
    begin: async (world, person) => {
      const [client, key] = [clientOf(world), await makeDpopKey()]
      const secret = `ref-${randomBytes(32).toString('hex')}`
      const now = Date.now()
      const dpop_jkt = await calculateJwkThumbprint(key.jwk)
      const session = {
        tokenId: `tok-${randomBytes(16).toString('hex')}`,
        createdAt: now,
        updatedAt: now,
        expiresAt: now + 900_000,
        clientId: CLIENT_ID,
        clientAuth: JSON.stringify({ method: 'none' }),
        deviceId: null,
        parameters: JSON.stringify({ client_id: CLIENT_ID, scope: SCOPE, dpop_jkt }),
        scope: SCOPE,
        code: null,
        refreshToken: secret,
      }
      const sessionId = await person.account.createSession(session, await basisOf(person))
      const parts = { secret, sessionId: sessionId ?? '', did: person.did }
      const refreshToken = writeRefreshToken(parts, world.app.runner.secrets.refreshTokenSecret)
      await client.nonce()
      return async () => {
        const { status, body } = await client.refresh({ accessToken: '', refreshToken, key })
        if (status !== 200) return []
        const next = { accessToken: '', refreshToken: String(body.refresh_token), key }
        return [heldSession(client, next)]
      }
    },
  },
  'updateHandle by an app': {
    by: 'app access token',
    only: ['an app password revoked', 'a session signed out', 'sign out everywhere'],
    onPds: true,
    isConfirmed: true,
    begin: async (world, person) => {
      const { accessJwt } = await openSession(world, person, APP)
      return async () => {
        await world.call('identity.updateHandle', { handle: newHandle() }, accessJwt)
        return []
      }
    },
  },
  'handle on a remembered device': {
    by: 'device',
    onPds: true,
    isConfirmed: true,
    begin: onDevice('update-handle', () => ({ handle: newHandle() })),
  },
  activateAccount: {
    by: 'access token',
    onPds: true,
    isConfirmed: true,
    begin: async (world, person) => {
      await person.pds?.updateStatus(person.did, { deactivated: true })
      await person.account.deactivate({ deleteAfter: null, deleteCredentials: false }, null)
      return byToken('server.activateAccount', () => null)(world, person)
    },
  },
  deactivateAccount: {
    by: 'access token',
    onPds: true,
    isConfirmed: true,
    begin: byToken('server.deactivateAccount', () => ({})),
  },
  signPlcOperation: {
    by: 'access token',
    onPds: true,
    isConfirmed: true,
    begin: async (world, person) => {
      const { accessJwt } = await openSession(world, person)
      const token = await codeFor(person, 'plc_operation')
      return async () => {
        const { status } = await world.call('identity.signPlcOperation', { token }, accessJwt)
        const operation = { name: 'signed operation', isAlive: async () => true }
        return status === 200 ? [{ ...operation, grantedBy: 'account.spendEmailToken' }] : []
      }
    },
  },
}
