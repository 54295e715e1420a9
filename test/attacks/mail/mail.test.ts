import { AtpAgent } from '@atproto/api'
import { Secp256k1Keypair } from '@atproto/crypto'
import { createServiceJwt } from '@atproto/xrpc-server'
import { expect, test } from 'vitest'
import { type Credentials, newCredentials } from '../../../lab/clients/headless_sign_in.ts'
import { sharedNetwork } from '../../shared/network.ts'
import { send } from '../../shared/people/attacker.ts'

const network = sharedNetwork()

const LXM = 'com.atproto.admin.sendEmail'

async function newMember(): Promise<Credentials & { did: string; agent: AtpAgent }> {
  const credentials = newCredentials('writer')
  const agent = new AtpAgent({ service: network.url })
  await agent.createAccount(credentials)
  return { ...credentials, did: agent.assertDid, agent }
}

const mailsTo = ({ email }: Credentials) =>
  network.smtp.mails.filter(({ to }) => to?.some(({ address }) => address === email)).length

function write(url: string, recipientDid: string, authorization: string) {
  return send(`${url}/xrpc/${LXM}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ recipientDid, senderDid: recipientDid, content: '<b>Buy</b>' }),
  })
}

/** A moderator of the PDS asks it, and it forwards the mail here. */
const writeThroughPds = (recipientDid: string) => {
  const password = Buffer.from(`admin:${network.pds.adminPassword}`).toString('base64')
  return write(network.pds.url, recipientDid, `Basic ${password}`)
}

test('36. a key of one’s own in the DID document sends no mail of one’s own text', async () => {
  const mallory = await newMember()
  const kim = await newMember()
  const own = await Secp256k1Keypair.create()
  const rotation = await Secp256k1Keypair.import(network.identity.plcRotationKeys.privateHex)
  await network.pds.pds.ctx.plcClient.updateAtprotoKey(mallory.did, rotation, own.did())
  const sign = (keypair: Secp256k1Keypair, iss: string) =>
    createServiceJwt({ iss, aud: network.vestibule.did, lxm: LXM, keypair })

  for (const [to, iss] of [
    [mallory, mallory],
    [kim, mallory],
    [kim, kim],
  ] as const) {
    const forged = await sign(own, iss.did)
    expect(await write(network.url, to.did, `Bearer ${forged}`)).toMatchObject({ status: 401 })
    expect(mailsTo(to)).toBe(0)
  }
  // The PDS itself signs no such token for the owner of an account.
  const asked = mallory.agent.com.atproto.server.getServiceAuth({
    aud: network.vestibule.did,
    lxm: LXM,
  })
  await expect(asked).rejects.toThrow('protected method')

  for (const to of [mallory, kim]) {
    expect(await writeThroughPds(to.did)).toMatchObject({ status: 200, body: { sent: true } })
    await network.smtp.waitForMail(to.email)
  }
})

test('36. a moderator’s mail reaches an account that was taken down', async () => {
  const kim = await newMember()
  const pds = new AtpAgent({ service: network.url })
  await pds.com.atproto.admin.updateSubjectStatus(
    {
      subject: { $type: 'com.atproto.admin.defs#repoRef', did: kim.did },
      takedown: { applied: true, ref: 'case 1' },
    },
    {
      headers: {
        authorization: `Basic ${Buffer.from(`admin:${network.vestibule.adminPassword}`).toString('base64')}`,
      },
      encoding: 'application/json',
    },
  )
  expect(await writeThroughPds(kim.did)).toMatchObject({ status: 200, body: { sent: true } })
  await network.smtp.waitForMail(kim.email)
})

test('36. one account gets so many mails an hour, also when many clients ask', async () => {
  const kim = await newMember()
  const answers = await Promise.all(Array.from({ length: 24 }, () => writeThroughPds(kim.did)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(20)
  const refused = answers.filter(({ status }) => status !== 200)
  for (const answer of refused) {
    expect(answer).toMatchObject({ status: 429, body: { error: 'RateLimitExceeded' } })
  }
  expect(mailsTo(kim)).toBe(20)

  const email = { recipientDid: kim.did, senderDid: kim.did, content: 'x' }
  const operator = `Basic ${Buffer.from(`admin:${network.vestibule.adminPassword}`).toString('base64')}`
  const direct = await send(`${network.url}/xrpc/${LXM}`, {
    method: 'POST',
    headers: { authorization: operator, 'content-type': 'application/json' },
    body: JSON.stringify(email),
  })
  expect(direct).toMatchObject({ status: 429, body: { error: 'RateLimitExceeded' } })
  expect(Number(direct.headers.get('retry-after'))).toBeGreaterThan(0)

  const lee = await newMember()
  expect(await writeThroughPds(lee.did)).toMatchObject({ status: 200 })
})
