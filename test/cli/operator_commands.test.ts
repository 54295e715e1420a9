import { XRPCError } from '@atproto/xrpc'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ResponseEnvelope } from '../../http/envelope.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { descriptions } from '../../operator/descriptions/index.ts'
import { tellingHalf } from '../../operator/half_done_error.ts'
import { PdsRefusal } from '../../pds/client.ts'
import { signInNow } from '../shared/account_state.ts'
import { command } from '../shared/people/operators.ts'
import { newOwner } from '../shared/people/passkey_owner.ts'

let app: AppInProcess
let did: string
beforeAll(async () => {
  app = await startApp()
  // Its PDS cannot be reached.
  did = await app.addAccount({
    ...{ handle: 'kim.test', email: 'kim@mail.internal', password: 'a good password' },
  })
})
afterAll(() => app?.close())

const call = (name: string, input: object = {}) => command(app, name, input)
const standing = async () => {
  const { body } = await call('account/list', { standing: true })
  return (body as { accounts: { standing: string }[] }).accounts.map((one) => one.standing)
}

test('a takedown that the PDS does not hear of is half done, and says what to do', async () => {
  expect(await standing()).toEqual(['active'])
  const down = await call('account/take-down', { account: 'kim.test', ref: 'spam' })
  expect(down).toMatchObject({
    status: 502,
    body: {
      error: 'HalfDone',
      message: expect.stringMatching(
        /^Half done: kim.test is taken down here .* but its PDS .* unavailable\. It is on record: /,
      ),
    },
  })
  expect(await standing()).toEqual(['taken down'])
  const up = await call('account/take-down', { account: 'kim.test', lift: true })
  expect(up.body).toMatchObject({ message: expect.stringContaining('is still taken down') })
  expect(await standing()).toEqual(['taken down'])
  const acts = (await app.actors.account(did).listAudit(100)).filter(
    ({ event }) => event === 'operator_acted',
  )
  expect(acts).toMatchObject([
    { detail: { what: 'account/take-down' } },
    { detail: { what: 'account/take-down' } },
  ])
  await app.actors.account(did).takeDown(null)
})

test.each([
  ['account/deactivate', { account: 'kim.test' }, 'It is on record: '],
  ['account/activate', { account: 'kim.test' }, 'It is on record: '],
  ['account/name-pds', { account: 'kim.test' }, 'Give the command again'],
  ['account/set-handle', { account: 'kim.test', handle: 'kimmy.test' }, 'It is on record'],
  ['account/delete', { account: 'kim.test' }, 'goes on with it by itself'],
])('%s says how things stand, too', async (name, input, message) => {
  expect(await call(name, input)).toMatchObject({
    status: 502,
    body: { message: expect.stringContaining(message) },
  })
  expect(await standing()).toEqual(['active'])
})

test('what a PDS says is one sentence, whether or not it ends as one', async () => {
  const said = async (words: string) => {
    const refused = new PdsRefusal(new XRPCError(400, 'InvalidRequest', words))
    const work = () => Promise.reject(refused)
    return tellingHalf(app, did, work, async (why) => why).catch(({ message }: Error) => message)
  }
  expect(await said('No')).toBe('The PDS said: No.')
  expect(await said('No. Try again.')).toBe('The PDS said: No. Try again.')
})

test('the trail has no switch or number for what something was done to', async () => {
  expect(await call('openid/rotate-keys', { atOnce: true })).toMatchObject({ status: 200 })
  expect(await call('invite/create', { count: 2 })).toMatchObject({ status: 200 })
  const { body } = await call('trail', { event: 'operator_acted', limit: 2 })
  expect((body as { events: { detail: object }[] }).events.map(({ detail }) => detail)).toEqual([
    { what: 'invite/create', to: '2 codes' },
    { what: 'openid/rotate-keys', to: '' },
  ])
})

test('another password of a PDS is tried before it is kept', async () => {
  const before = await app.actors.directory.listPdses()
  const [pds] = before
  const input = { url: pds?.url, did: pds?.did, adminPassword: 'another one' }
  expect(await call('pds/add', input)).toMatchObject({
    status: 400,
    body: { message: expect.stringMatching(/^Nothing is changed: .* did not take the admin pass/) },
  })
  expect(await app.actors.directory.listPdses()).toEqual(before)
})

test('what only reads tells no secret of this program, nor of a PDS', async () => {
  const { adminPassword, operatorToken, jwtKeyHex, plcRotationKeyHex } = app.runner.secrets
  const [pds] = await app.actors.directory.listPdses()
  const secrets = [adminPassword, operatorToken, jwtKeyHex, plcRotationKeyHex, pds?.adminPassword]
  const reading = descriptions.filter(({ isReading }) => isReading({}))
  expect(reading.length).toBeGreaterThan(10)
  for (const { command: name, takes } of reading) {
    const given = 'account' in takes && name.startsWith('account/') ? { account: did } : {}
    const { body } = await call(name, name === 'doctor' ? { around: false } : given)
    const told = JSON.stringify(body)
    expect([name, secrets.filter((secret) => told.includes(String(secret)))]).toEqual([name, []])
  }
})

test.each([
  ['ftp://pds.example.com', /must be an http\(s\) URL, such as https:\/\/pds\.example\.com/],
  ['a b', /must be an http\(s\) URL, such as/],
  ['localhost:9', /A PDS at https:\/\/localhost:9/],
])(
  'an address that cannot be one is refused before a password is asked for: %s',
  async (url, words) => {
    const { status, body } = await call('pds/look', { url })
    expect(status).toBeGreaterThanOrEqual(400)
    expect((body as { message: string }).message).toMatch(words)
  },
)

test.each([
  ['its DID', 'did:web:pds.test'],
  ['its URL', 'http://127.0.0.1:9/'],
  ['its host', '127.0.0.1:9'],
  ['its host name', '127.0.0.1'],
])('a PDS is known by %s', async (_, name) => {
  expect(await call('pds/place', { pds: name, open: true })).toMatchObject({ status: 200 })
  expect(await call('pds/place', { pds: `other-${name}`, open: true })).toMatchObject({
    status: 400,
  })
})

test('the operator changes an address, and the second factor that goes there', async () => {
  const factor = (on: boolean) =>
    call('account/factors', { account: did, [on ? 'add' : 'remove']: 'mail' })
  expect(await factor(true)).toMatchObject({ status: 400 })
  const { token } = await app.actors
    .account(did)
    .issueEmailToken('confirm_email', null, 'kim@mail.internal')
  const basis = await signInNow(app.actors.account(did))
  await app.actors.account(did).confirmEmail('kim@mail.internal', token, basis)
  expect(await factor(true)).toMatchObject({ status: 200 })
  expect(await app.actors.account(did).read()).toMatchObject({ emailAuthFactor: true })
  expect(await factor(false)).toMatchObject({ status: 200 })
  expect(await app.actors.account(did).read()).toMatchObject({ emailAuthFactor: false })

  await factor(true)
  const changed = await call('account/set-email', { account: did, email: 'kim@other.internal' })
  expect(changed).toMatchObject({ status: 200, body: { factorEnded: true } })
  expect(await app.actors.account(did).read()).toMatchObject({
    ...{ email: 'kim@other.internal', emailConfirmedAt: null, emailAuthFactor: false },
  })
  expect(await call('account/set-email', { account: did, email: 'no address' })).toMatchObject({
    status: 400,
  })
})

/** A pushed authorization request of a client; without a proof, its first needs none. */
async function push(id: string): Promise<{ status: number; body: unknown }> {
  const answer = await app.ask({
    method: 'POST',
    target: '/oauth/par',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      client_id: id,
      redirect_uri: `${id}/callback`,
      response_type: 'code',
      scope: 'atproto',
      state: 'state',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    }).toString(),
  })
  const { status, body } = answer as ResponseEnvelope
  return { status, body: JSON.parse(String(body)) }
}

test('registered clients are listed, shown and forgotten', async () => {
  const id = 'https://app.example.com'
  const metadata = {
    client_id: id,
    client_name: 'An app',
    redirect_uris: ['https://app.example.com/callback'],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'atproto',
    token_endpoint_auth_method: 'none',
    application_type: 'web',
    dpop_bound_access_tokens: true,
  }
  expect(await call('client/list')).toMatchObject({ body: { clients: [] } })
  expect(await call('client/add', { id, metadata })).toMatchObject({ status: 200 })
  expect(await call('client/list')).toMatchObject({
    body: {
      clients: [{ id, metadata: { client_name: 'An app' }, registeredAt: expect.any(Number) }],
    },
  })
  expect(await call('client/show', { id: `${id}/` })).toMatchObject({ body: { id, metadata } })
  expect(await push(id)).toMatchObject({ status: 201 })
  expect(await call('client/remove', { id })).toMatchObject({ status: 200 })
  expect(await push(id)).toMatchObject({
    ...{ status: 400, body: { error: expect.stringMatching(/^invalid_client/) } },
  })
  for (const command of ['client/show', 'client/remove']) {
    expect(await call(command, { id })).toMatchObject({
      status: 400,
      body: { message: `No client ${id} is registered here; \`vestibule client list\` shows them` },
    })
  }
})

test.each([
  ['pds/add', { url: 'http://127.0.0.1:9', adminPassword: 'a password' }, 'A PDS at'],
  [
    'account/create',
    { handle: 'lee.test', email: 'lee@mail.internal', password: 'a good password' },
    'The PDS',
  ],
])('%s says what does not answer, and what to do', async (name, input, what) => {
  expect(await call(name, input)).toMatchObject({
    status: 502,
    body: {
      error: 'UpstreamFailure',
      message: expect.stringMatching(
        new RegExp(`^${what}.* is unavailable\\. Try again .*\`vestibule doctor\``),
      ),
    },
  })
})

test('an account without a password is shown as one, and the operator gives it another', async () => {
  const owner = await newOwner(app)
  const account = app.actors.account(owner.did)
  const hasPassword = async () => {
    const { body } = await call('account/factors', { account: owner.did })
    return (body as { password: boolean }).password
  }
  expect(await hasPassword()).toBe(true)
  await account.removePassword(await signInNow(account))
  expect(await hasPassword()).toBe(false)
  // Somebody who lost them all: the operator is not held back.
  const removed = await call('account/factors', { account: owner.did, remove: 'passkey' })
  expect(removed.body).toMatchObject({ password: false, passkeys: [], recoveryCodes: 0 })
  const given = { account: owner.did, password: 'another password' }
  const short = { ...given, password: 'short' }
  expect(await call('account/reset-password', short)).toMatchObject({ status: 400 })
  expect(await hasPassword()).toBe(false)
  expect(await call('account/reset-password', given)).toMatchObject({ status: 200 })
  expect(await hasPassword()).toBe(true)
})
