import { AtpAgent } from '@atproto/api'
import { type Keypair, Secp256k1Keypair } from '@atproto/crypto'
import { createServiceJwt } from '@atproto/xrpc-server'
import { beforeAll, expect, test } from 'vitest'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { sharedNetwork } from '../shared/network.ts'

/** What a PDS signs in an account's name, and what only looks like it. */
const network = sharedNetwork()
let did: string
let keypair: Keypair
const LXM = 'com.atproto.server.getSession'

beforeAll(async () => {
  const agent = new AtpAgent({ service: network.url })
  await agent.createAccount(newCredentials('svc'))
  did = agent.assertDid
  keypair = await network.pds.pds.ctx.actorStore.keypair(did)
})

type Forgery = Partial<Parameters<typeof createServiceJwt>[0]>

const sign = (forgery: Forgery = {}) =>
  createServiceJwt({ iss: did, aud: network.vestibule.did, lxm: LXM, keypair, ...forgery })

async function call(jwt: string, lxm = LXM, method = 'GET') {
  const response = await fetch(`${network.url}/xrpc/${lxm}`, {
    method,
    headers: { authorization: `Bearer ${jwt}` },
  })
  const text = await response.text()
  return { status: response.status, body: text ? JSON.parse(text) : undefined }
}

const refusals: [string, number, string, () => Promise<Forgery>][] = [
  ['for another service', 401, 'BadJwtAudience', async () => ({ aud: network.pds.did })],
  ['for another method', 401, 'BadJwtLexiconMethod', async () => ({ lxm: 'com.atproto.x.y' })],
  ['that has expired', 401, 'JwtExpired', async () => ({ exp: 1 })],
  [
    'signed by somebody else',
    401,
    'BadJwtSignature',
    async () => ({ keypair: await Secp256k1Keypair.create() }),
  ],
  ['of a DID without account', 403, 'AccountNotFound', async () => ({ iss: 'did:web:localhost' })],
  ['of no DID at all', 401, 'BadJwtIss', async () => ({ iss: 'somebody' })],
]

test.each(refusals)('a service JWT %s is refused', async (_name, status, error, forge) => {
  expect(await call(await sign(await forge()))).toMatchObject({ status, body: { error } })
  expect(await call(await sign())).toMatchObject({ status: 200, body: { did } })
})

test('a service JWT without method is no access token either', async () => {
  const answer = await call(await sign({ lxm: null }))
  expect(answer).toMatchObject({ status: 400, body: { error: 'InvalidToken' } })
})

test('rubbish in a JWT is the sender’s fault', async () => {
  const [header, payload, signature] = (await sign()).split('.')
  const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString())
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const bad = [
    `@.${payload}.${signature}`,
    `${header}.${payload}.`,
    `${header}.${payload}`,
    `${encode({ alg: 'none' })}.${payload}.${signature}`,
    `${encode({ alg: 'ES256K', typ: 'at+jwt' })}.${payload}.${signature}`,
    `${encode(null)}.${payload}.${signature}`,
    `${header}.${encode({ ...claims, exp: 'tomorrow' })}.${signature}`,
    `${header}.${encode({ ...claims, iss: ['x'] })}.${signature}`,
    `${header}.${encode({ ...claims, lxm: {} })}.${signature}`,
  ]
  for (const jwt of bad) {
    const { status } = await call(jwt)
    expect([400, 401], jwt).toContain(status)
  }
  expect((await call(await sign())).status).toBe(200)
})

test.each(['com.atproto.server.activateAccount', 'com.atproto.server.refreshSession'])(
  '%s wants a token of the entryway’s own',
  async (lxm) => {
    const answer = await call(await sign({ lxm }), lxm, 'POST')
    expect(answer).toMatchObject({ status: 400, body: { error: 'InvalidToken' } })
  },
)

test('a moderator’s mail goes only to the account in whose name it is signed', async () => {
  const other = new AtpAgent({ service: network.url })
  await other.createAccount(newCredentials('svc'))
  const lxm = 'com.atproto.admin.sendEmail'
  const send = async (recipientDid: string) =>
    fetch(`${network.url}/xrpc/${lxm}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await sign({ lxm })}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ recipientDid, senderDid: did, content: 'Hello' }),
    }).then((response) => response.status)
  expect(await send(other.assertDid)).toBe(401)
  expect(await send(did)).toBe(200)
})

test('a rotated repo key counts as soon as it is published', async () => {
  const rotated = await Secp256k1Keypair.create()
  expect((await call(await sign())).status).toBe(200)
  expect(await call(await sign({ keypair: rotated }))).toMatchObject({ status: 401 })
  const plc = network.pds.pds.ctx.plcClient
  const key = await Secp256k1Keypair.import(network.identity.plcRotationKeys.privateHex)
  await plc.updateAtprotoKey(did, key, rotated.did())
  expect((await call(await sign({ keypair: rotated }))).status).toBe(200)
})
