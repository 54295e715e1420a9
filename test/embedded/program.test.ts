import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { headlessLogin } from '../../lab/clients/headless_login.ts'
import {
  headlessSignIn,
  headlessSignUp,
  newCredentials,
} from '../../lab/clients/headless_sign_in.ts'
import { newPost } from '../../lab/clients/new_post.ts'
import { discoverApp, loopbackClientId } from '../../lab/clients/oauth_app.ts'
import { startLogin } from '../../lab/clients/oauth_session.ts'
import { postAndReadBack, readText, xrpc } from '../../lab/clients/xrpc.ts'
import { type LoopbackServer, listenOnLoopback } from '../../lab/world/loopback.ts'
import { isRunning } from '../../lab/world/processes/is_running.ts'
import { startPlc } from '../../lab/world/servers/plc.ts'
import { runCliHere } from '../../lab/world/vestibule/cli_here.ts'
import { pdsesInside } from '../../lab/world/vestibule/pds_inside.ts'
import { startVestibule, type Vestibule } from '../../lab/world/vestibule/vestibule.ts'

const dieAtStatement = fileURLToPath(
  new URL('../../lab/fault/die_at_statement.ts', import.meta.url),
)

/** Waiting for a process on a busy machine, in ms. */
const PATIENCE = { timeout: 120_000, interval: 100 }

let plc: LoopbackServer
let relay: LoopbackServer
/** What the relay was asked: method, path and body. */
const crawls: string[] = []
let vestibule: Vestibule
const person = newCredentials('ada')
let did: string
let app: Awaited<ReturnType<typeof discoverApp>>

beforeAll(async () => {
  plc = await startPlc()
  relay = await listenOnLoopback(async (incoming, outgoing) => {
    crawls.push(`${incoming.method} ${incoming.url} ${await text(incoming)}`)
    outgoing.end()
  })
  vestibule = await startVestibule({
    plcUrl: plc.url,
    embeddedPds: true,
    preloads: [dieAtStatement],
    env: { PDS_CRAWLERS: relay.url },
  })
})
afterAll(async () => {
  await vestibule?.close()
  await plc?.close()
  await relay?.close()
})

/** Process ids of the PDSes so far, the newest last. */
const pdsPids = () => pdsesInside(vestibule).map(({ pid }) => pid)
const health = () => fetch(`${vestibule.url}/_health`)

async function call(nsid: string, body: object, accessJwt?: string) {
  const response = await fetch(`${vestibule.url}/xrpc/${nsid}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(accessJwt && { authorization: `Bearer ${accessJwt}` }),
    },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

async function post(text: string) {
  const { handle: identifier, password } = person
  const session = await call('com.atproto.server.createSession', { identifier, password })
  const { accessJwt } = session.body
  return call('com.atproto.repo.createRecord', newPost(did, text), accessJwt)
}

test('under one name there is a PDS: an account, a post, and an event that tells of it', async () => {
  did = await headlessSignUp(vestibule.url, person)
  const document = (await (await fetch(`${plc.url}/${did}`)).json()) as { service: object[] }
  expect(document.service).toMatchObject([{ serviceEndpoint: vestibule.url }])
  const about = await fetch(`${vestibule.url}/xrpc/com.atproto.server.describeServer`)
  expect(await about.json()).toMatchObject({
    did: vestibule.did,
    blobUploadLimit: 100 * 1024 * 1024,
  })

  const events = new WebSocket(
    `${vestibule.url.replace('http', 'ws')}/xrpc/com.atproto.sync.subscribeRepos`,
  )
  let seen = ''
  events.on('message', (frame) => {
    seen += frame.toString()
  })
  await new Promise((resolve) => events.once('open', resolve))
  const { status, body } = await post('The first')
  expect(status).toBe(200)
  expect(await readText(vestibule.url, body.uri as string)).toBe('The first')
  await expect.poll(() => seen.includes('app.bsky.feed.post'), PATIENCE).toBe(true)
  events.close()
})

test('the relays are asked to crawl it after a write, once in a while', async () => {
  const { host } = new URL(vestibule.url)
  const request = `POST /xrpc/com.atproto.sync.requestCrawl {"hostname":"${host}"}`
  await expect.poll(() => crawls, PATIENCE).toEqual([request])
  expect((await post('Another')).status).toBe(200)
  expect(crawls).toEqual([request])
})

test('an app signs in by what the PDS says of itself, and posts with DPoP', async () => {
  const redirectUri = 'http://127.0.0.1/callback'
  const scope = 'atproto transition:generic'
  const clientId = loopbackClientId(redirectUri, scope)
  app = await discoverApp({ pdsUrl: vestibule.url, clientId, redirectUri, scope })
  const session = await headlessLogin(app, person)
  expect(session.did).toBe(did)
  expect(await postAndReadBack(app, session, 'By an app')).toBe('By an app')
  const { body } = await xrpc(app, session, 'GET', 'com.atproto.server.getSession', {})
  expect(body).toMatchObject({ did, handle: person.handle })
})

test('`pds list` shows it as the one of this program', async () => {
  const { stdout } = await runCliHere(vestibule.env, ['--json', 'pds', 'list'])
  expect(JSON.parse(stdout)).toMatchObject([
    { did: vestibule.did, url: vestibule.url, isEmbedded: true, accounts: 1 },
  ])
})

test('`doctor --data` says that it does not look at what it keeps, also to a script', async () => {
  const { stdout, stderr, exitCode } = await runCliHere(vestibule.env, [
    '--json',
    'doctor',
    '--data',
  ])
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ findings: [] })
  const folder = join(vestibule.dataDir, 'pds')
  expect(stderr).toContain(`(repos, blobs) in ${folder} was not looked at.`)
})

test('while it is killed requests get a clear error, and then all is well again', async () => {
  const before = pdsPids()
  process.kill(before.at(-1) as number, 'SIGKILL')
  await expect.poll(async () => (await health()).status, PATIENCE).toBe(503)
  expect(await (await health()).json()).toMatchObject({
    message: expect.stringMatching(/^The PDS does not answer/),
  })
  const path = `/xrpc/com.atproto.sync.getLatestCommit?did=${did}`
  const away = await fetch(vestibule.url + path)
  expect(away.status).toBe(502)
  expect(await away.json()).toMatchObject({ error: 'UpstreamFailure' })
  await expect.poll(async () => (await health()).status, PATIENCE).toBe(200)
  expect((await fetch(vestibule.url + path)).status).toBe(200)
  expect(pdsPids()).toHaveLength(before.length + 1)
})

test('a program that is killed leaves no PDS, and the next one finds everything', async () => {
  const pid = pdsPids().at(-1) as number
  await vestibule.kill()
  await vestibule.start()
  expect(isRunning(pid)).toBe(false)
  expect((await post('The second')).status).toBe(200)
})

test('a sign-up that was interrupted is finished as soon as the PDS inside is up again', async () => {
  const other = newCredentials('eve')
  const before = vestibule.logs.length
  vestibule.send({ dieAt: { statement: 'INSERT INTO account (id, did', when: 'before' } })
  await expect(headlessSignUp(vestibule.url, other)).rejects.toThrow()
  await vestibule.ended()
  await vestibule.start()
  const logs = () => vestibule.logs.slice(before)
  await expect.poll(logs, PATIENCE).toContain('"settled":"finished"')
  expect(logs()).not.toContain('tried again from time to time')
  await headlessSignIn((await startLogin(app)).url, other)
})

test('of a program that is stopped the PDS ends, too, and in order', async () => {
  const pid = pdsPids().at(-1) as number
  await vestibule.stop()
  expect(isRunning(pid)).toBe(false)
  expect(vestibule.logs).not.toContain('did not stop in order')
  await vestibule.start()
  expect((await post('The third')).status).toBe(200)
})
