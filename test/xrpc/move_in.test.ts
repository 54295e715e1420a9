import { AtpAgent } from '@atproto/api'
import { Secp256k1Keypair } from '@atproto/crypto'
import { createServiceJwt } from '@atproto/xrpc-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { newPost } from '../../lab/clients/new_post.ts'
import { listenOnLoopback } from '../../lab/world/loopback.ts'
import { type Pds, startPds } from '../../lab/world/servers/pds.ts'
import { sharedNetwork } from '../shared/network.ts'
import { codeSentBy } from '../shared/people/mail_codes.ts'

/** An account of another PDS moves behind the entryway, with the calls of the migration guide. */
const network = sharedNetwork()
let elsewhere: Pds
beforeAll(async () => {
  elsewhere = await startPds({ plcUrl: network.plc.url, smtpUrl: network.smtp.url })
})
afterAll(async () => {
  await elsewhere?.close()
})

const LXM = 'com.atproto.server.createAccount'
const plc = () => network.pds.pds.ctx.plcClient

async function newMover() {
  const person = newCredentials('mov')
  const old = new AtpAgent({ service: elsewhere.url })
  await old.createAccount(person)
  const did = old.assertDid
  await old.com.atproto.repo.createRecord(newPost(did, 'packed'))
  const token = async () =>
    (await old.com.atproto.server.getServiceAuth({ aud: network.vestibule.did, lxm: LXM })).data
      .token
  const sign = async (changes: object) => {
    const { code } = await codeSentBy(network.smtp, person.email, () =>
      old.com.atproto.identity.requestPlcOperationSignature(),
    )
    return (await old.com.atproto.identity.signPlcOperation({ token: code, ...changes })).data
  }
  /** What must be done before, since the PDS here publishes an operation of the entryway's. */
  const invite = async () => {
    const { rotationKeys } = await plc().getDocumentData(did)
    const own = network.identity.plcRotationKeys.did
    const { operation } = await sign({ rotationKeys: [...rotationKeys, own] })
    await old.com.atproto.identity.submitPlcOperation({ operation })
  }
  const arrive = async (jwt?: string, changes: object = {}) => {
    const fresh = new AtpAgent({ service: network.url })
    await fresh.com.atproto.server.createAccount(
      { ...person, handle: `m-${person.handle}`, did, ...changes },
      {
        encoding: 'application/json',
        headers: jwt === undefined ? {} : { authorization: `Bearer ${jwt}` },
      },
    )
    await fresh.login({ identifier: did, password: person.password })
    return fresh
  }
  return { ...person, did, old, token, sign, invite, arrive }
}

test('a move without proof, or without the entryway’s key in the DID, is refused', async () => {
  const { did, token, arrive } = await newMover()
  await expect(arrive()).rejects.toMatchObject({ status: 401, message: /Missing auth/ })
  const keypair = await elsewhere.pds.ctx.actorStore.keypair(did)
  const forged = await createServiceJwt({ iss: did, aud: elsewhere.did, lxm: LXM, keypair })
  await expect(arrive(forged)).rejects.toMatchObject({ error: 'BadJwtAudience' })
  const stranger = await newMover()
  await expect(arrive(await stranger.token())).rejects.toThrow('Missing auth')
  await expect(arrive(await token())).rejects.toMatchObject({
    error: 'IncompatibleDidDoc',
    message: expect.stringContaining(network.identity.plcRotationKeys.did),
  })
  const { services } = await plc().getDocumentData(did)
  expect(services.atproto_pds?.endpoint).toBe(elsewhere.url)
})

test('a did:web cannot move in, also by proof of its owner', async () => {
  const keypair = await Secp256k1Keypair.create()
  const host = await listenOnLoopback((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(document))
  })
  const did = `did:web:localhost%3A${host.port}`
  const document = {
    id: did,
    verificationMethod: [
      {
        id: `${did}#atproto`,
        type: 'Multikey',
        controller: did,
        publicKeyMultibase: keypair.did().replace('did:key:', ''),
      },
    ],
  }
  const { arrive } = await newMover()
  const jwt = await createServiceJwt({ iss: did, aud: network.vestibule.did, lxm: LXM, keypair })
  await expect(arrive(jwt, { did })).rejects.toMatchObject({ error: 'IncompatibleDidDoc' })
  await host.close()
})

test('deactivated at first, active once everything is here', async () => {
  const { did, old, token, sign, invite, arrive } = await newMover()
  await invite()
  const fresh = await arrive(await token())
  expect(fresh.session).toMatchObject({ did, active: false, status: 'deactivated' })

  const { data: repo } = await old.com.atproto.sync.getRepo({ did })
  await fresh.com.atproto.repo.importRepo(repo, { encoding: 'application/vnd.ipld.car' })
  const { data: credentials } = await fresh.com.atproto.identity.getRecommendedDidCredentials()
  const { operation } = await sign(credentials)
  await fresh.com.atproto.identity.submitPlcOperation({ operation })
  await fresh.com.atproto.server.activateAccount()
  await old.com.atproto.server.deactivateAccount({})

  const status = await fresh.com.atproto.server.checkAccountStatus()
  expect(status.data).toMatchObject({ activated: true, validDid: true })
  const { data } = await fresh.com.atproto.repo.listRecords({
    repo: did,
    collection: 'app.bsky.feed.post',
  })
  expect(data.records).toMatchObject([{ value: { text: 'packed' } }])
  await fresh.com.atproto.repo.createRecord(newPost(did, 'arrived'))

  const aud = network.vestibule.did
  const again = await fresh.com.atproto.server.getServiceAuth({ aud, lxm: LXM })
  await expect(arrive(again.data.token)).rejects.toThrow('This DID has an account here')
})

test('names that are no handle stay with the DID', async () => {
  const { did, handle, token, sign, invite, arrive } = await newMover()
  await invite()
  const home = 'https://mover.example'
  const { operation } = await sign({ alsoKnownAs: [home, `at://${handle}`] })
  // To the directory itself: the PDS would want the handle to come first.
  await plc().sendOperation(did, operation as never)
  await arrive(await token())
  const { alsoKnownAs } = await plc().getDocumentData(did)
  expect(alsoKnownAs).toEqual([home, `at://m-${handle}`])
})

test('when the PDS fails half-way, the DID is where it was, and a second try works', async () => {
  const { did, token, invite, arrive } = await newMover()
  await invite()
  const before = await plc().getDocumentData(did)
  const { accountManager } = network.pds.pds.ctx
  const { createAccountAndSession } = accountManager
  accountManager.createAccountAndSession = async () => {
    expect((await plc().getDocumentData(did)).services.atproto_pds?.endpoint).toBe(network.pds.url)
    throw new Error('disk full')
  }
  await expect(arrive(await token())).rejects.toMatchObject({ status: 502 })
  accountManager.createAccountAndSession = createAccountAndSession
  expect(await plc().getDocumentData(did)).toEqual(before)
  expect((await arrive(await token())).session?.did).toBe(did)
})
