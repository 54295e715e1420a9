import { decodeJwt, type JWTPayload } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { Es256k } from '../../tokens/es256k.ts'
import { signJwt } from '../../tokens/jwt.ts'
import { ask, post } from '../shared/ask.ts'

/** JWTs that this entryway signed, of a session that is open, each with one claim that is another. */
const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }
const SERVER = '/xrpc/com.atproto.server'
const HOUR = 3_600
let app: AppInProcess
let key: Es256k

beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_RATE_LIMITS: 'off' } })
  await app.addAccount(kim)
  key = new Es256k(app.runner.secrets)
})
afterAll(() => app?.close())

const now = () => Math.floor(Date.now() / 1_000)

type Kind = 'accessJwt' | 'refreshJwt'

/** A JWT of a new session, with what it says changed. */
async function signed(kind: Kind, change: JWTPayload, typ?: string): Promise<string> {
  const { handle: identifier, password } = kim
  const { body } = await post(app, `${SERVER}.createSession`, { identifier, password })
  const claims = decodeJwt((body as Record<Kind, string>)[kind])
  const own = kind === 'accessJwt' ? 'at+jwt' : 'refresh+jwt'
  return signJwt(key, { typ: typ ?? own, alg: 'ES256K' }, { ...claims, ...change })
}

const bearer = (jwt: string) => ({ authorization: `Bearer ${jwt}` })
let names = 0
const uses = {
  getSession: async (jwt: string) =>
    ask(app, { target: `${SERVER}.getSession`, headers: bearer(jwt) }),
  createAppPassword: (jwt: string) =>
    post(app, `${SERVER}.createAppPassword`, { name: `${++names}` }, bearer(jwt)),
  refreshSession: (jwt: string) =>
    ask(app, { method: 'POST', target: `${SERVER}.refreshSession`, headers: bearer(jwt) }),
}

type Refused = [what: string, error: string, change: JWTPayload, typ?: string]
const OF_BOTH: Refused[] = [
  ['that has expired', 'ExpiredToken', { exp: 1 }],
  ['without an end', 'InvalidToken', { exp: undefined }],
  ['whose end is text', 'InvalidToken', { exp: '9999999999' as never }],
  ['without an account', 'InvalidToken', { sub: undefined }],
  ['for several', 'InvalidToken', { aud: ['did:web:localhost', 'did:web:pds.test'] }],
  ['for another server', 'InvalidToken', { aud: 'did:web:elsewhere.test' }],
  ['with the scopes of OAuth', 'InvalidToken', { scope: 'atproto transition:generic' }],
  ['that is bound to a key', 'InvalidToken', { cnf: { jkt: 'x' } }],
  ['of a proof', 'InvalidToken', {}, 'dpop+jwt'],
]
const cases: [keyof typeof uses, Kind, Refused[]][] = [
  [
    'getSession',
    'accessJwt',
    [
      ...OF_BOTH,
      // Such are of a PDS.
      ['for one method', 'BadJwtType', { lxm: 'com.atproto.server.getSession' }],
      ['of the other kind', 'InvalidToken', {}, 'refresh+jwt'],
      ['with the scope of the other kind', 'InvalidToken', { scope: 'com.atproto.refresh' }],
    ],
  ],
  [
    'refreshSession',
    'refreshJwt',
    [
      ...OF_BOTH,
      ['for one method', 'InvalidToken', { lxm: 'com.atproto.server.refreshSession' }],
      ['of the other kind', 'InvalidToken', {}, 'at+jwt'],
      ['with the scope of the other kind', 'InvalidToken', { scope: 'com.atproto.access' }],
      ['without an id', 'MissingTokenId', { jti: undefined }],
    ],
  ],
  [
    'createAppPassword',
    'accessJwt',
    [
      ['of an app password', 'InvalidToken', { scope: 'com.atproto.appPass' }],
      ['of a privileged one', 'InvalidToken', { scope: 'com.atproto.appPassPrivileged' }],
      ['of an account that was taken down', 'InvalidToken', { scope: 'com.atproto.takendown' }],
    ],
  ],
]

describe.each(cases)('%s', (name, kind, refused) => {
  test.each(refused)('refuses a JWT %s', async (_, error, change, typ) => {
    const answer = await uses[name](await signed(kind, change, typ))
    expect(answer).toMatchObject({ body: { error } })
    expect([400, 401]).toContain(answer.status)
    expect(await uses[name](await signed(kind, { exp: now() + HOUR }))).toMatchObject({
      status: 200,
    })
  })
})
