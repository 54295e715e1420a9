import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Agent, AtpAgent } from '@atproto/api'
import type { BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { grant } from '../../lab/clients/browser_steps.ts'
import { type Credentials, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { type HostedClient, hostWebClient, makeClientKey } from '../../lab/clients/hosted_client.ts'
import { makeNodeClient, type NodeClient } from '../../lab/clients/node_client.ts'
import { type CertificateAuthority, trustHere } from '../../lab/world/certificates.ts'
import type { Peer } from '../../lab/world/loopback.ts'
import {
  envOf,
  makePdsHome,
  type Pds,
  type PdsHome,
  startPds,
} from '../../lab/world/servers/pds.ts'
import { startPlc } from '../../lab/world/servers/plc.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { untilStatus } from '../../lab/world/until.ts'
import { childEnvironment } from '../../lab/world/vestibule/child.ts'
import { cliJson } from '../../lab/world/vestibule/cli.ts'
import { cliJsonHere } from '../../lab/world/vestibule/cli_here.ts'
import { type Run, runProgram } from '../../lab/world/vestibule/program.ts'
import { sharedAuthority } from '../shared/authority.ts'
import { sharedBrowser } from '../shared/browser.ts'

let plc: Peer
let ca: CertificateAuthority
let home: PdsHome
let url: string
let pds: Pds | null
/** Where an operator has the program. */
let folder: TemporaryFolder
let program: Run | null = null
const browser = sharedBrowser()
/** A web app on a server, which keeps its sessions there. */
let host: HostedClient
let app: NodeClient
/** Uses what she has in between; the other one only afterwards. */
let wanda: SignedIn
let idle: SignedIn

/** Somebody who is signed in in all the ways there are. */
type SignedIn = Credentials & { did: string; agent: AtpAgent; context: BrowserContext }

beforeAll(async () => {
  plc = await startPlc()
  ca = await sharedAuthority()
  await trustHere(ca)
  home = await makePdsHome()
  folder = await makeTemporaryFolder('adopt')
  pds = await startPds({ plcUrl: plc.url, home })
  url = pds.url
  const key = await makeClientKey()
  host = await hostWebClient(ca, key, 'atproto transition:generic')
  app = await makeNodeClient(host, key, { handleResolver: url, plcUrl: plc.url })
  host.routes.set('/sign-in', async (request, response) => {
    const { searchParams } = new URL(request.url ?? '/', host.url)
    const to = await app.client.authorize(searchParams.get('handle') ?? '')
    response.writeHead(303, { location: to.href }).end()
  })
  host.routes.set('/callback', async (request, response) => {
    const { searchParams } = new URL(request.url ?? '/', host.url)
    const { session } = await app.client.callback(searchParams)
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<output>${session.did}</output>`)
  })
  wanda = await newSignedIn('wanda')
  idle = await newSignedIn('idle')
})
afterAll(async () => {
  await program?.end('SIGTERM')
  await host?.close()
  await pds?.close()
  await plc?.close()
  await folder?.remove()
  await home?.folder.remove()
})

async function newSignedIn(name: string): Promise<SignedIn> {
  const person = newCredentials(name)
  const agent = new AtpAgent({ service: url })
  const { data } = await agent.createAccount(person)
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${host.url}/sign-in?handle=${person.handle}`)
  await page.fill('input[name=password]', person.password)
  await page.getByRole('checkbox').check()
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await grant(page)
  expect(await page.locator('output').textContent()).toBe(data.did)
  await page.close()
  return { ...person, did: data.did, agent, context }
}

/** What finds a session of before is spread over several auth actors. */
const settings = { ENTRYWAY_AUTH_ACTORS: '3' }
const env = childEnvironment({}, settings)
const vestibule = (...args: string[]) => cliJson<object>(env, args, folder.path)

/** With its session of `createSession`, as the Bluesky app. */
const postByAgent = async ({ agent }: SignedIn, text: string) => (await agent.post({ text })).uri

/** By OAuth, as a web app. */
const postByApp = async ({ did }: SignedIn, text: string) =>
  (await new Agent(await app.client.restore(did)).post({ text })).uri

/** Lets the app in again, without a password and without a consent. */
async function signInSilently({ context, handle }: SignedIn): Promise<string | null> {
  const page = await context.newPage()
  await page.goto(`${host.url}/sign-in?handle=${handle}`)
  const did = await page.locator('output').textContent()
  await page.close()
  return did
}

async function signedInOnPage({ context, handle }: SignedIn): Promise<void> {
  const page = await context.newPage()
  await page.goto(`${url}/account`)
  await page.getByText(handle, { exact: true }).first().waitFor()
  await page.close()
}

describe('nobody is signed out when a PDS is adopted', () => {
  beforeAll(async () => {
    await pds?.close()
    pds = null
    const theirs = envOf({ plcUrl: plc.url, home })
    const lines = Object.entries(theirs).map(([name, value]) => `${name}=${value}\n`)
    writeFileSync(join(home.folder.path, 'pds.env'), lines.join(''))
    await vestibule('adopt', home.folder.path)
    const trusting = { ...settings, NODE_EXTRA_CA_CERTS: ca.certFile }
    program = runProgram('start.ts', trusting, { cwd: folder.path })
    await untilStatus(`${url}/_health`, 200)
  })

  test('a Bluesky-style client goes on', async () => {
    const before = wanda.agent.session?.refreshJwt
    expect(await postByAgent(wanda, 'adopted')).toContain(wanda.did)
    expect(wanda.agent.session?.refreshJwt).not.toBe(before)
    expect(await postByAgent(wanda, 'and again')).toContain(wanda.did)
  })

  test('an OAuth app goes on', async () => {
    const before = app.sessions.get(wanda.did)?.tokenSet.refresh_token
    expect(await postByApp(wanda, 'adopted')).toContain(wanda.did)
    expect(app.sessions.get(wanda.did)?.tokenSet.refresh_token).not.toBe(before)
    await app.client.restore(wanda.did, true)
    expect(await postByApp(wanda, 'and again')).toContain(wanda.did)
  })

  test('a browser is signed in, and the app needs no consent', async () => {
    await signedInOnPage(wanda)
    expect(await signInSilently(wanda)).toBe(wanda.did)
  })

  test('the operator sees all of it', async () => {
    expect(
      await cliJsonHere<object>(env, ['account', 'sessions', idle.did], folder.path),
    ).toMatchObject({
      oauth: [{ clientId: host.clientId }],
      legacy: [{ appPasswordName: null }],
      devices: [{ deviceId: expect.any(String) }],
    })
  })
})

describe('and few are when it is released again', () => {
  beforeAll(async () => {
    await program?.end('SIGTERM')
    program = null
    expect(await vestibule('release')).toMatchObject({ sessions: 2, browsers: 2 })
    pds = await startPds({ plcUrl: plc.url, home })
  })

  test('who used nothing in between goes on', async () => {
    expect(await postByAgent(idle, 'back')).toContain(idle.did)
    expect(await postByApp(idle, 'back')).toContain(idle.did)
    await app.client.restore(idle.did, true)
    await idle.agent.sessionManager.refreshSession()
  })

  test('browsers are signed in, and apps are let in again without a consent', async () => {
    await signedInOnPage(wanda)
    expect(await signInSilently(wanda)).toBe(wanda.did)
    expect(await postByApp(wanda, 'back')).toContain(wanda.did)
  })

  test('what was used in between is good for nothing', async () => {
    await expect(postByAgent(wanda, 'back')).rejects.toThrow()
  })
})
