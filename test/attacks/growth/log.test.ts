import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import pLimit from 'p-limit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MINUTE } from '../../../base/lifetimes.ts'
import { MOST_LINES } from '../../../base/watching/event_log.ts'
import { type AppInProcess, type Asked, startApp } from '../../../lab/world/app/app.ts'
import { until } from '../../../lab/world/until.ts'
import {
  childArguments,
  childEnvironment,
  childFolder,
} from '../../../lab/world/vestibule/child.ts'
import { signInNow } from '../../shared/account_state.ts'
import { keptLog } from '../../shared/logged.ts'
import { FORM, form } from '../../shared/mistakes.ts'
import * as rp from '../../shared/people/relying_party.ts'

/** One stranger asks the same over and over: the log has a few lines of it, whatever it is. */
const kept = keptLog()
/** As it is registered. */
const CLIENT = 'forum'
let app: AppInProcess
beforeAll(async () => {
  app = await startApp({
    log: kept.log,
    env: { ENTRYWAY_OPENID_REGISTRATION: 'open', ENTRYWAY_RATE_LIMITS: 'off' },
  })
  await rp.register(app)
})
afterAll(() => app?.close())

const PAGE = {
  accept: 'text/html',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'cross-site',
}
const page = (target: string): Asked => ({ target, headers: PAGE })
const post = (target: string, body: string, type = FORM['content-type']): Asked => ({
  ...{ method: 'POST', target, body },
  headers: { 'content-type': type },
})
const json = (target: string, body: object) =>
  post(target, JSON.stringify(body), 'application/json')
const client = encodeURIComponent(CLIENT)
const bearer = (target: string, token: string, method = 'GET'): Asked => ({
  ...{ method, target },
  headers: { authorization: `Bearer ${token}` },
})

const pad = (i: number) => String(i).replace(/[019]/g, 'a').padStart(24, 'a')
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

/** As a PDS sends it to sign somebody up; it is signed by nobody. */
function serviceJwt(iss: string): string {
  const lxm = 'com.atproto.server.createAccount'
  const exp = Math.floor((Date.now() + MINUTE) / 1_000)
  const claims = { iss, aud: app.runner.settings.did, lxm, exp }
  return [encode({ alg: 'ES256K' }), encode(claims), 'AAAA'].join('.')
}

const asked: Record<string, (i: number) => Asked> = {
  'no such path': (i) => page(`/nothing/${i}`),
  'no such method': (i) => page(`/xrpc/a.b.c${i}`),
  'a session that nobody has': (i) => bearer('/xrpc/com.atproto.server.getSession', `a.b.${i}`),
  'no such account': (i) =>
    json('/xrpc/com.atproto.server.createSession', {
      identifier: `nobody-${i}.test`,
      password: 'x',
    }),
  'a handle of nobody': (i) =>
    page(`/xrpc/com.atproto.identity.resolveHandle?handle=nobody-${i}.test`),
  'a sign-up that is refused': (i) =>
    json('/xrpc/com.atproto.server.createAccount', { handle: `a.b.${i}`, email: 'a@b.c' }),
  'a service JWT of whom nobody finds': (i) =>
    bearer('/xrpc/com.atproto.server.createAccount', serviceJwt(`did:plc:${pad(i)}`), 'POST'),
  'a code that is made up': (i) =>
    json('/xrpc/com.atproto.server.resetPassword', { token: `AAAAA-${i}`, password: 'a good one' }),
  'a pushed request': (i) =>
    post('/oauth/par', form({ client_id: 'http://localhost', state: `${i}` })),
  'a token request': (i) =>
    post('/oauth/token', form({ client_id: 'http://localhost', grant_type: 'x', code: `${i}` })),
  'a revocation': (i) => post('/oauth/revoke', form({ client_id: 'x', token: `${i}` })),
  'a request to authorize': (i) => page(`/oauth/authorize?client_id=a&request_uri=${i}`),
  'the account page, wrongly': (i) => ({ target: `/account?${i}` }),
  'an unknown OpenID client': (i) => page(`/openid/authorize?client_id=a${i}&response_type=code`),
  'a way back of OpenID that is not registered': (i) =>
    page(
      `/openid/authorize?client_id=${client}&response_type=code&redirect_uri=https://a.test/${i}`,
    ),
  'an OpenID request that is wrong': (i) =>
    page(`/openid/authorize?client_id=${client}&response_type=token&state=${i}`),
  'an OpenID code that is made up': (i) =>
    post(
      '/openid/token',
      form({ client_id: CLIENT, grant_type: 'authorization_code', code: `${i}` }),
    ),
  'a sign-out with a way back that is not registered': (i) =>
    page(`/openid/end-session?client_id=${client}&post_logout_redirect_uri=https://a.test/${i}`),
  'a sign-out of an unknown client': (i) => page(`/openid/end-session?client_id=x${i}`),
  'an OpenID access token of nobody': (i) => bearer('/openid/userinfo', `${i}`),
  'a code of a device': (i) => post('/openid/device-authorization', form({ client_id: `a${i}` })),
  'a registration that is refused': (i) =>
    json('/openid/register', { redirect_uris: [`javascript:${i}`] }),
  'the page of the operator': (i) => page(`/operator/do/${i}`),
  'the API of the operator': (i) => bearer(`/_operator/${i}`, 'guess', 'POST'),
}

test.each(Object.entries(asked))('34. lines of the log: %s', async (_, one) => {
  kept.clear()
  const address = `198.51.100.${Object.values(asked).indexOf(one)}`
  const tries = Array.from({ length: 2 * MOST_LINES.ofOne }, (_, i) => i)
  // Several at once, since a wrong password is answered after a while.
  const limit = pLimit(10)
  await Promise.all(tries.map((i) => limit(() => app.ask({ ...one(i), address }))))
  const lines = kept.lines()
  expect(lines.length).toBeLessThanOrEqual(MOST_LINES.ofOne)
  expect(kept.text().length).toBeLessThan(MOST_LINES.ofOne * 2_000)
})

test('34. lines of the log: other kinds, and other addresses of one network, take no room', async () => {
  kept.clear()
  const { 'no such account': guess, 'a token request': other } = asked
  const address = (i: number) => `2001:db8:1:2::${i.toString(16)}`
  const tries = 2 * MOST_LINES.ofOne
  for (let i = 0; i < tries; i++) await app.ask({ ...(other?.(i) as Asked), address: address(i) })
  expect(kept.lines()).toHaveLength(MOST_LINES.ofOne)
  await app.ask({ ...(guess?.(0) as Asked), address: address(0) })
  expect(kept.lines().at(-1)).toMatchObject({ event: 'sign_in_failed', address: address(0) })
})

test('34. lines of the log: clients of one account that take no sign-out', async () => {
  const [handle, password] = ['kim.test', rp.PASSWORD]
  const did = await app.addAccount({ handle, email: 'kim@mail.internal', password })
  const account = app.actors.account(did)
  const basis = await signInNow(account)
  const names = Array.from({ length: 2 * MOST_LINES.ofOne }, (_, i) => `silent-${i}`)
  const metadata = { backchannel_logout_uri: 'https://127.0.0.1/signed-out' }
  for (const id of names) await rp.register(app, { id, metadata })
  const signIns = names.map((clientId) => ({ clientId, sid: clientId, grantId: 'grant' }))
  const session = { uid: 'uid', payload: '{}', deviceId: 'dev-1', isRemembered: false, signIns }
  const expiresAt = Date.now() + MINUTE
  await account.putOpenidSession({ ...session, expiresAt }, 'id', basis, true)
  kept.clear()
  await rp.operate(app, 'account/reset-password', { account: handle, password })
  const left = () => account.listOpenidSignInsToTell()
  await until(async () => (await left()).length === 0, 'not all clients are told')
  const untold = kept.lines().filter(({ msg }) => msg.includes('did not take a sign-out'))
  expect(untold).toHaveLength(MOST_LINES.ofOne)
})

test('34. lines of the log: what packages write to the console', async () => {
  const tries = 2 * MOST_LINES.ofOne
  const start = `
    const { launch, giveUp } = await import('${new URL('../../../programs/launch.ts', import.meta.url)}')
    await launch(async () => {
      for (let i = 0; i < ${tries}; i++) console.warn('%d is slow', i, 'x'.repeat(1_000))
      giveUp(new Error('given up'))
    })`
  const child = spawn(
    process.execPath,
    [...childArguments, '--input-type=module', '--eval', start],
    {
      cwd: childFolder,
      env: childEnvironment({}, { ENTRYWAY_DEV: '1' }),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  )
  const outputs = [child.stdout, child.stderr].map((output) => text(output as Readable))
  const [written = '', said] = await Promise.all(outputs)
  expect(said).toBe('given up\n')
  const lines = written.trim().split('\n')
  expect(lines).toHaveLength(MOST_LINES.ofOne)
  const { level, component, msg } = JSON.parse(lines[0] as string)
  expect({ level, component }).toEqual({ level: 'warn', component: 'console' })
  expect(msg).toMatch(/^0 is slow x+$/)
  expect(msg).toHaveLength(500)
})
