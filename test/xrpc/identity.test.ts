import { AtpAgent } from '@atproto/api'
import { Secp256k1Keypair } from '@atproto/crypto'
import { createServiceJwt } from '@atproto/xrpc-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { newPost } from '../../lab/clients/new_post.ts'
import { type Pds, startPds } from '../../lab/world/servers/pds.ts'
import { sharedNetwork } from '../shared/network.ts'
import { codeSentBy } from '../shared/people/mail_codes.ts'

const network = sharedNetwork()
/** A PDS that is its own authorization server. */
let elsewhere: Pds
beforeAll(async () => {
  elsewhere = await startPds({ plcUrl: network.plc.url })
})
afterAll(async () => {
  await elsewhere?.close()
})

async function newAgent() {
  const person = newCredentials('idn')
  const agent = new AtpAgent({ service: network.url })
  await agent.createAccount(person)
  return { agent, did: agent.assertDid, ...person }
}
const plc = () => network.pds.pds.ctx.plcClient
const handleAtPds = async (did: string) => {
  const pds = new AtpAgent({ service: network.pds.url })
  return (await pds.com.atproto.repo.describeRepo({ repo: did })).data.handle
}

test.each(['url', 'pds.url'] as const)('a handle changed at network.%s', async (at) => {
  const { agent, did, handle, password } = await newAgent()
  const service = at === 'url' ? network.url : network.pds.url
  const headers = { authorization: `Bearer ${agent.session?.accessJwt}` }
  const change = (to: string) =>
    new AtpAgent({ service }).com.atproto.identity.updateHandle(
      { handle: to },
      { headers, encoding: 'application/json' },
    )
  const next = `n-${handle}`
  await change(next.toUpperCase())

  expect((await plc().getDocumentData(did)).alsoKnownAs).toEqual([`at://${next}`])
  expect(await handleAtPds(did)).toBe(next)
  const { data } = await new AtpAgent({ service: network.url }).login({
    identifier: next,
    password,
  })
  expect(data).toMatchObject({ did, handle: next, didDoc: { alsoKnownAs: [`at://${next}`] } })
  // The old one is anybody's now.
  await new AtpAgent({ service: network.url }).createAccount({ ...newCredentials('idn'), handle })

  const own = `${handle.replace('.test', '')}.example.org`
  await expect(change(own)).rejects.toThrow('External handle did not resolve to DID')
  network.dns.txt.set(`_atproto.${own}`, [`did=${did}`])
  await change(own)
  expect(await handleAtPds(did)).toBe(own)
})

test('a PDS cannot change the handle of another account', async () => {
  const { agent, handle } = await newAgent()
  const other = await newAgent()
  const headers = { authorization: `Bearer ${agent.session?.accessJwt}` }
  const change = (did: string) =>
    fetch(`${network.url}/xrpc/com.atproto.identity.updateHandle`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ handle: `o-${handle}`, did }),
    }).then(({ status }) => status)
  expect(await change(other.did)).toBe(400)
  expect(await change(agent.assertDid)).toBe(200)
})

test('an own key outranks the entryway’s', async () => {
  const recovery = await Secp256k1Keypair.create()
  const agent = new AtpAgent({ service: network.url })
  const { data } = await agent.com.atproto.server.createAccount({
    ...newCredentials('idn'),
    recoveryKey: recovery.did(),
  })
  const { rotationKeys } = await plc().getDocumentData(data.did)
  expect(rotationKeys).toEqual([recovery.did(), network.identity.plcRotationKeys.did])
})

/** As the migration guide and its tools do it. */
test('an account moves out', async () => {
  const { agent: old, did, email, handle } = await newAgent()
  await old.com.atproto.repo.createRecord(newPost(did, 'packed'))
  const fresh = new AtpAgent({ service: elsewhere.url })
  const { data: service } = await fresh.com.atproto.server.describeServer()
  const { data: proof } = await old.com.atproto.server.getServiceAuth({
    aud: service.did,
    lxm: 'com.atproto.server.createAccount',
  })
  await fresh.com.atproto.server.createAccount(
    { did, handle: `m-${handle}`, email, password: 'there' },
    { headers: { authorization: `Bearer ${proof.token}` }, encoding: 'application/json' },
  )
  await fresh.login({ identifier: did, password: 'there' })

  const { data: repo } = await old.com.atproto.sync.getRepo({ did })
  await fresh.com.atproto.repo.importRepo(repo, { encoding: 'application/vnd.ipld.car' })

  const { code } = await codeSentBy(network.smtp, email, () =>
    old.com.atproto.identity.requestPlcOperationSignature(),
  )
  const { data: credentials } = await fresh.com.atproto.identity.getRecommendedDidCredentials()
  const { data: signed } = await old.com.atproto.identity.signPlcOperation({
    token: code,
    ...credentials,
  })
  await fresh.com.atproto.identity.submitPlcOperation({ operation: signed.operation })
  await fresh.com.atproto.server.activateAccount()
  await old.com.atproto.server.deactivateAccount({})

  const { services } = await plc().getDocumentData(did)
  expect(services.atproto_pds?.endpoint).toBe(elsewhere.url)
  const read = await fresh.com.atproto.repo.listRecords({
    repo: did,
    collection: 'app.bsky.feed.post',
  })
  expect(read.data.records).toMatchObject([{ value: { text: 'packed' } }])
  const { data } = await old.com.atproto.server.getSession()
  expect(data).toMatchObject({ active: false, status: 'deactivated' })

  // Its new server has no say here.
  const lxm = 'com.atproto.server.getSession'
  const askAs = async (pds: Pds) => {
    const keypair = await pds.pds.ctx.actorStore.keypair(did)
    const jwt = await createServiceJwt({ iss: did, aud: network.vestibule.did, lxm, keypair })
    return fetch(`${network.url}/xrpc/${lxm}`, { headers: { authorization: `Bearer ${jwt}` } })
  }
  expect((await askAs(elsewhere)).status).toBe(401)
  expect((await askAs(network.pds)).status).toBe(200)
})
