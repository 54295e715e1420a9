import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AtpAgent } from '@atproto/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HeadlessBrowser, newHeadlessBrowser } from '../../lab/clients/headless_browser.ts'
import {
  type Credentials,
  headlessSignIn,
  newCredentials,
} from '../../lab/clients/headless_sign_in.ts'
import { discoverApp, loopbackClientId, type OAuthApp } from '../../lab/clients/oauth_app.ts'
import {
  finishLogin,
  type OAuthSession,
  refresh,
  startLogin,
} from '../../lab/clients/oauth_session.ts'
import { postAndReadBack, xrpc } from '../../lab/clients/xrpc.ts'
import { makeSecretHex } from '../../lab/world/keys.ts'
import type { Peer } from '../../lab/world/loopback.ts'
import {
  entrywayOf,
  makePdsHome,
  type Pds,
  type PdsHome,
  startPds,
} from '../../lab/world/servers/pds.ts'
import { startPlc } from '../../lab/world/servers/plc.ts'
import { cliJsonHere } from '../../lab/world/vestibule/cli_here.ts'
import { startVestibule, type Vestibule } from '../../lab/world/vestibule/vestibule.ts'

/** The signing key changes as `docs/keys.md` says. */
let plc: Peer
let home: PdsHome
let pds: Pds
let vestibule: Vestibule
let app: OAuthApp

const redirectUri = 'http://127.0.0.1/callback'
const scope = 'atproto transition:generic'
const kim = newCredentials('keyed')
const browser = () => newHeadlessBrowser(vestibule.url)

/** Starts the PDS with the lines that the entryway prints for it. */
async function startWithPrintedSettings(): Promise<Pds> {
  const printed = await cliJsonHere<Record<string, string>>(vestibule.env, ['pds-settings'])
  return startPds({ plcUrl: plc.url, home, entryway: entrywayOf(printed) })
}

beforeAll(async () => {
  plc = await startPlc()
  home = await makePdsHome()
  vestibule = await startVestibule({
    plcUrl: plc.url,
    pds: {
      url: `http://localhost:${home.port}`,
      did: `did:web:localhost%3A${home.port}`,
      adminPassword: home.adminPassword,
    },
    env: { ENTRYWAY_JWT_KEY_HEX: undefined },
  })
  pds = await startWithPrintedSettings()
  const clientId = loopbackClientId(redirectUri, scope)
  app = await discoverApp({ pdsUrl: pds.url, clientId, redirectUri, scope })
})
afterAll(async () => {
  await vestibule?.close()
  await pds?.close()
  await plc?.close()
  await home?.folder.remove()
})

async function login(person: Credentials, device = browser()): Promise<OAuthSession> {
  const started = await startLogin(app)
  const callback = await headlessSignIn(started.url, person, { browser: device, remember: true })
  return finishLogin(app, started, callback)
}
/** Consents on a device that a person is signed in on. */
async function consent(device: HeadlessBrowser, did: string): Promise<OAuthSession> {
  const started = await startLogin(app)
  await (await device.open(started.url)).body.dump()
  const { url } = await device.callApi<{ url: string }>(started.url, 'consent', { did })
  const redirect = await device.open(url, started.url)
  await redirect.body.dump()
  return finishLogin(app, started, new URL(String(redirect.headers.location)))
}
/** Signs in without being remembered. @returns what consents after that, and where it leads */
async function signInOnce({ handle, password }: Credentials, did: string) {
  const device = browser()
  const { url } = await startLogin(app)
  await (await device.open(url)).body.dump()
  const input = { locale: 'en', username: handle, password, remember: false }
  const { ephemeralToken } = await device.callApi<{ ephemeralToken: string }>(url, 'sign-in', input)
  return async () =>
    (await device.callApi<{ url: string }>(url, 'consent', { did }, ephemeralToken)).url
}
async function agent(identifier: string, password: string): Promise<AtpAgent> {
  const signedIn = new AtpAgent({ service: vestibule.url })
  await signedIn.login({ identifier, password })
  return signedIn
}
/** Whether the PDS takes an access token. */
async function accepts(session: OAuthSession): Promise<boolean> {
  const { status, body } = await xrpc(
    app,
    session,
    'GET',
    'com.atproto.server.getSession',
    {},
  ).catch(({ cause: [challenge], status }) => ({ status, body: challenge.parameters }))
  if (status !== 200) expect(body).toMatchObject({ error: 'invalid_token' })
  return status === 200
}
const legacySession = ({ session }: AtpAgent, method: 'getSession' | 'refreshSession') =>
  fetch(`${vestibule.url}/xrpc/com.atproto.server.${method}`, {
    method: method === 'getSession' ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${method === 'getSession' ? session?.accessJwt : session?.refreshJwt}`,
    },
  })

test('a new signing key: who goes on, and who signs in again', async () => {
  const legacy = new AtpAgent({ service: vestibule.url })
  await legacy.createAccount(kim)
  const { data: bot } = await legacy.com.atproto.server.createAppPassword({ name: 'bot' })
  const device = browser()
  const old = await login(kim, device)
  expect(await accepts(old)).toBe(true)
  expect((await legacySession(legacy, 'getSession')).status).toBe(200)

  const halfway = await signInOnce(kim, old.did)

  writeFileSync(join(vestibule.dataDir, 'secrets', 'jwt_key.hex'), `${makeSecretHex()}\n`)
  await vestibule.restart()
  const between = await refresh(app, old)
  expect(await accepts(between)).toBe(false)
  expect(await accepts(old)).toBe(true)

  await pds.close()
  pds = await startWithPrintedSettings()
  expect(await accepts(old)).toBe(false)
  expect(await accepts(between)).toBe(true)
  const refreshed = await refresh(app, between)
  expect(await postAndReadBack(app, refreshed, 'still here')).toBe('still here')

  // The browser is still signed in; who was about to consent on one that forgets is not.
  expect(await accepts(await consent(device, old.did))).toBe(true)
  const { searchParams } = new URL(await halfway())
  expect(searchParams.has('code')).toBe(false)
  expect(searchParams.get('error_description')).toBe('Invalid or expired bearer token')

  for (const method of ['getSession', 'refreshSession'] as const) {
    const refused = await legacySession(legacy, method)
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ error: 'InvalidToken' })
  }
  for (const password of [kim.password, bot.password]) {
    const signedIn = await agent(kim.handle, password)
    expect((await legacySession(signedIn, 'refreshSession')).status).toBe(200)
    const text = { text: 'signed in again', createdAt: new Date().toISOString() }
    expect((await signedIn.post(text)).uri).toContain(signedIn.assertDid)
  }
})
