import { AtpAgent } from '@atproto/api'
import { type Keypair, Secp256k1Keypair } from '@atproto/crypto'
import { createServiceJwt } from '@atproto/xrpc-server'
import { Client, didForCreateOp, signOperation } from '@did-plc/lib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'

/** What only the moderation service of the settings may do, with a service JWT. */
let network: Network
let modDid: string
/** The keys of the service itself and of its labeler. */
let own: Keypair
let labeler: Keypair
/** Somebody to moderate. */
const member = newCredentials('mod')
let agent: AtpAgent
let did: string

beforeAll(async () => {
  own = await Secp256k1Keypair.create()
  labeler = await Secp256k1Keypair.create()
  const rotation = await Secp256k1Keypair.create()
  const operation = await signOperation(
    {
      type: 'plc_operation',
      rotationKeys: [rotation.did()],
      verificationMethods: { atproto: own.did(), atproto_label: labeler.did() },
      alsoKnownAs: [],
      services: {
        atproto_labeler: { type: 'AtprotoLabeler', endpoint: 'https://mod.vestibule.internal' },
      },
      prev: null,
    },
    rotation,
  )
  modDid = await didForCreateOp(operation)
  network = await startNetwork({ env: { ENTRYWAY_MOD_SERVICE_DID: modDid } })
  await new Client(network.plc.url).sendOperation(modDid, operation)
  agent = new AtpAgent({ service: network.url })
  await agent.createAccount(member)
  did = agent.assertDid
})
afterAll(() => network?.close())

type Claims = Partial<Parameters<typeof createServiceJwt>[0]>

async function call(method: string, input: Record<string, string> | object, claims: Claims = {}) {
  const lxm = `com.atproto.admin.${method}`
  const jwt = await createServiceJwt({
    iss: modDid,
    aud: network.vestibule.did,
    lxm,
    keypair: own,
    ...claims,
  })
  const isQuery = method.startsWith('get')
  const query = isQuery ? `?${new URLSearchParams(input as Record<string, string>)}` : ''
  const response = await fetch(`${network.url}/xrpc/${lxm}${query}`, {
    method: isQuery ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${jwt}`,
      ...(isQuery ? {} : { 'content-type': 'application/json' }),
    },
    ...(isQuery ? {} : { body: JSON.stringify(input) }),
  })
  const text = await response.text()
  return { status: response.status, body: text ? JSON.parse(text) : undefined }
}

const takeDown = (applied: boolean, claims?: Claims) => {
  const subject = { $type: 'com.atproto.admin.defs#repoRef', did }
  return call('updateSubjectStatus', { subject, takedown: { applied, ref: 'case 1' } }, claims)
}
const signIn = () =>
  new AtpAgent({ service: network.url }).login({
    identifier: member.handle,
    password: member.password,
  })

test.each(['itself', 'its labeler'])('%s takes accounts down and lifts that', async (who) => {
  const claims = who === 'itself' ? {} : { iss: `${modDid}#atproto_labeler`, keypair: labeler }
  expect(await takeDown(true, claims)).toMatchObject({ status: 200 })
  expect(await call('getSubjectStatus', { did }, claims)).toMatchObject({
    status: 200,
    body: { takedown: { applied: true, ref: 'case 1' } },
  })
  await expect(signIn()).rejects.toThrow('taken down')
  expect(await takeDown(false, claims)).toMatchObject({ status: 200 })
  await signIn()
})

test('a takedown with an empty reference is one, on the PDS, too', async () => {
  const subject = { $type: 'com.atproto.admin.defs#repoRef', did }
  const takedown = { applied: true, ref: '' }
  expect(await call('updateSubjectStatus', { subject, takedown })).toMatchObject({ status: 200 })
  const there = await fetch(`${network.pds.url}/xrpc/com.atproto.sync.getRepoStatus?did=${did}`)
  expect(await there.json()).toMatchObject({ active: false, status: 'takendown' })
  expect(await takeDown(false)).toMatchObject({ status: 200 })
  await signIn()
})

test('it looks accounts up, and writes to people', async () => {
  const info = { status: 200, body: { did, handle: member.handle, email: member.email } }
  expect(await call('getAccountInfo', { did })).toMatchObject(info)
  expect(await call('getAccountInfos', { dids: did })).toMatchObject({
    status: 200,
    body: { infos: [info.body] },
  })
  const mail = { recipientDid: did, senderDid: modDid, content: '<p>Hello</p>' }
  expect(await call('sendEmail', mail)).toMatchObject({ status: 200, body: { sent: true } })
  await network.smtp.waitForMail(member.email, ({ html }) => html?.includes('Hello') === true)
})

test('what only the operator may, it may not', async () => {
  for (const [method, input] of Object.entries({
    deleteAccount: { did },
    updateAccountPassword: { did, password: 'another password' },
    updateAccountEmail: { account: did, email: 'other@mail.vestibule.internal' },
    updateAccountHandle: { did, handle: 'other.test' },
  })) {
    expect([method, (await call(method, input)).status]).toEqual([method, 401])
  }
  await signIn()
})

const refusals: [string, string, () => Promise<Claims>][] = [
  ['for the PDS', 'BadJwtAudience', async () => ({ aud: network.pds.did })],
  ['for another method', 'BadJwtLexiconMethod', async () => ({ lxm: 'com.atproto.x.y' })],
  ['that has expired', 'JwtExpired', async () => ({ exp: 1 })],
  ['with the key of the other', 'BadJwtSignature', async () => ({ keypair: labeler })],
  [
    'of a member, signed by its PDS',
    'UntrustedIss',
    async () => ({ iss: did, keypair: await network.pds.pds.ctx.actorStore.keypair(did) }),
  ],
  ['of another service of it', 'UntrustedIss', async () => ({ iss: `${modDid}#atproto_pds` })],
]
test.each(refusals)('a service JWT %s is refused', async (_name, error, forge) => {
  const refused = { status: 401, body: { error } }
  expect(await takeDown(true, await forge())).toMatchObject(refused)
  expect(await call('getAccountInfo', { did }, await forge())).toMatchObject({ status: 401 })
  await signIn()
  expect(await call('getAccountInfo', { did })).toMatchObject({ status: 200 })
})

test('a member’s access token cannot moderate', async () => {
  const response = await fetch(
    `${network.url}/xrpc/com.atproto.admin.getAccountInfo?${new URLSearchParams({ did })}`,
    { headers: { authorization: `Bearer ${agent.session?.accessJwt}` } },
  )
  expect(response.status).toBe(401)
})
