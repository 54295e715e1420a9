import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { methodRoutes } from '../../../xrpc/routes.ts'

const OWN = 'localhost:2600'
const HOME = 'http://127.0.0.1:3001'
const SECOND = 'http://127.0.0.1:3002'

let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
  const known = [
    ['did:web:localhost%3A2600', `http://${OWN}`, HOME],
    ['did:web:pds2.example.com', 'https://pds2.example.com', SECOND],
    ['did:web:pds3.example.com', 'https://pds3.example.com', 'https://pds3.example.com'],
  ] as const
  for (const [did, url, address] of known) {
    await app.actors.directory.addPds({ did, url, address, adminPassword: 'secret' })
  }
  await app.app.refreshPdses()
})
afterAll(() => app?.close())

type Headers = Record<string, string> | [string, string][]

/** Where a request is passed on, with which headers, or its status here. */
async function ask(target: string, headers: Headers, method = 'GET', body: string | null = null) {
  const answer = await app.ask({ method, target, headers, body, address: '192.0.2.7' })
  if (!('passTo' in answer)) return { status: 'status' in answer ? answer.status : 0 }
  const { url, headers: sent } = answer.passTo
  const { origin, pathname } = new URL(url)
  return { to: origin, path: pathname, sent: new Map(sent), route: answer.route }
}

const DESCRIBE = '/xrpc/com.atproto.server.describeServer'
const LIST = '/xrpc/com.atproto.sync.listRepos'

test.each<[string, Headers]>([
  ['its name', { host: 'pds2.example.com' }],
  ['its name in capitals', { host: 'PDS2.Example.com' }],
  ['its name with the usual port', { host: 'pds2.example.com:443' }],
])('29. %s is that of the second PDS, for every path', async (_, headers) => {
  for (const path of [DESCRIBE, LIST, '/', '/oauth/token', '/account', '/_operator/status', '/x']) {
    expect(await ask(path, headers)).toMatchObject({ to: SECOND, path, route: 'passed on' })
  }
  expect(await ask('/.well-known/atproto-did', headers)).toEqual({ status: 404 })
  expect(await ask('/.well-known/did.json', headers)).toEqual({ status: 200 })
})

test.each<[string, Headers]>([
  ['its own', { host: OWN }],
  ['none', {}],
  ['of a PDS elsewhere', { host: 'pds3.example.com' }],
  ['of another port', { host: 'pds2.example.com:444' }],
  ['with more in front', { host: 'x.pds2.example.com' }],
  ['with more behind', { host: 'pds2.example.com.example.org' }],
  ['that a proxy did not write', { host: OWN, 'x-forwarded-host': 'pds2.example.com' }],
  ['that a proxy did not write, by the RFC', { host: OWN, forwarded: 'host=pds2.example.com' }],
])('29. a name %s is the entryway’s', async (_, headers) => {
  expect(await ask(DESCRIBE, headers)).toEqual({ status: 200 })
  expect(await ask(LIST, headers)).toMatchObject({ to: HOME })
  expect(await ask('/robots.txt', headers)).toMatchObject({ to: HOME })
})

test('29. of two names none counts', async () => {
  const [own, other] = [OWN, 'pds2.example.com'].map((host): [string, string] => ['host', host])
  for (const headers of [
    [own, other],
    [other, own],
    [other, other],
  ] as [string, string][][]) {
    for (const path of [DESCRIBE, LIST]) expect(await ask(path, headers)).toEqual({ status: 400 })
  }
  expect(await ask(LIST, [other as [string, string]])).toMatchObject({ to: SECOND })
})

test('29. an account method at the name of a PDS is counted as what is passed on', async () => {
  app.counters.exec('DELETE FROM counter')
  const body = JSON.stringify({ identifier: 'kim.test', password: 'wrong' })
  const headers = { host: 'pds2.example.com', 'content-type': 'application/json' }
  const target = '/xrpc/com.atproto.server.createSession'
  expect(await ask(target, headers, 'POST', body)).toMatchObject({ to: SECOND })
  const { points } = app.counters.prepare('SELECT sum(points) AS points FROM counter').get() as {
    points: number
  }
  expect(points).toBe(1)
})

test('29. a PDS is told the client’s address, and nothing that the client says of it', async () => {
  const { sent } = await ask(LIST, {
    host: OWN,
    cookie: 'device=secret',
    'x-forwarded-for': '203.0.113.5',
    'x-real-ip': '203.0.113.5',
    via: '1.1 elsewhere',
  })
  expect(sent?.get('x-forwarded-for')).toBe('192.0.2.7')
  expect(sent?.get('via')).toBe(`1.1 elsewhere, 1.1 ${OWN}`)
  for (const name of ['cookie', 'x-real-ip', 'forwarded']) expect(sent?.has(name)).toBe(false)
})

test('29. what came through this gateway already goes no further', async () => {
  for (const via of [`1.1 ${OWN}`, `1.1 ${OWN}, 1.1 Caddy`, `1.1 a,1.1 ${OWN}`]) {
    for (const host of [OWN, 'pds2.example.com']) {
      expect(await ask(LIST, { host, via })).toEqual({ status: 508 })
    }
  }
})

test('29. what no PDS reads as DPoP is not handed to it: it would ask its entryway, and go in circles', async () => {
  const target = '/xrpc/com.atproto.server.deleteSession'
  const as = (authorization: string) => ask(target, { host: OWN, authorization }, 'POST')
  for (const authorization of ['DPoP\tx', 'dpop\xa0x', 'DPoP', 'DPoP\tx y', 'DPoP x y']) {
    const { status } = await as(authorization)
    expect([400, 401], authorization).toContain(status)
  }
  expect(await as('DPoP x')).toMatchObject({ to: HOME })
  expect(await as('dpop x')).toMatchObject({ to: HOME })
})

test('29. nothing of a PDS is run, or framed, at the origin of the sign-in pages', async () => {
  const blob = '/xrpc/com.atproto.sync.getBlob?did=did:plc:a&cid=b'
  const as = (dest: string) => ask(blob, { host: OWN, 'sec-fetch-dest': dest })
  for (const dest of [
    ...['script', 'style', 'worker', 'sharedworker', 'serviceworker', 'audioworklet'],
    ...['paintworklet', 'xslt', 'manifest', 'embed', 'object', 'iframe', 'frame', 'fencedframe'],
  ]) {
    expect([dest, await as(dest)]).toEqual([dest, { status: 403 }])
  }
  for (const dest of ['empty', 'image', 'video', 'audio', 'document', 'track', 'font']) {
    expect(await as(dest)).toMatchObject({ to: HOME })
  }
})

test('29. what a stock PDS asks of its entryway, the entryway answers: nothing goes in circles', () => {
  const dist = join(
    dirname(createRequire(import.meta.url).resolve('@atproto/pds/package.json')),
    'dist',
  )
  const sources = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(dist, name), 'utf8'))
  const asked = sources.flatMap((source) =>
    [...source.matchAll(/entryway(?:Admin)?Client\s*\.xrpc\((com\.atproto\.[\w.]+)/g)].map(
      ([, nsid]) => nsid,
    ),
  )
  expect(asked.length).toBeGreaterThan(20)
  const own = methodRoutes.map(({ name }) => name)
  expect(asked.filter((nsid) => !own.includes(nsid as string))).toEqual([])
})
