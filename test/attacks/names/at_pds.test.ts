import { AtpAgent } from '@atproto/api'
import { Secp256k1Keypair } from '@atproto/crypto'
import { expect, test } from 'vitest'
import { newCredentials } from '../../../lab/clients/headless_sign_in.ts'
import { sharedNetwork } from '../../shared/network.ts'
import { codeSentBy } from '../../shared/people/mail_codes.ts'

const network = sharedNetwork()

test('30. no operation that is signed here makes an account at the PDS, with a handle of its own choice', async () => {
  const kim = newCredentials('leaver')
  const agent = new AtpAgent({ service: network.url })
  await agent.createAccount(kim)
  const { handle } = newCredentials('leaver')
  const pds = new AtpAgent({ service: network.pds.url })
  const { signingKey } = (await pds.com.atproto.server.reserveSigningKey({})).data
  const { identity } = agent.com.atproto
  const { code } = await codeSentBy(network.smtp, kim.email, () =>
    identity.requestPlcOperationSignature(),
  )
  const sign = (changes: object) => identity.signPlcOperation({ token: code, ...changes })
  const refused = { status: 400, message: expect.stringContaining('keeps its repo key') }

  // A PDS would take it once the account is deleted, or at once where it is another one.
  const verificationMethods = { atproto: signingKey }
  const alsoKnownAs = [`at://${handle}`]
  await expect(sign({ verificationMethods, alsoKnownAs })).rejects.toMatchObject(refused)

  // Nor where its owner has such a key published by another rotation key.
  const { plcClient } = network.pds.pds.ctx
  const key = await Secp256k1Keypair.import(network.identity.plcRotationKeys.privateHex)
  await plcClient.updateAtprotoKey(agent.assertDid, key, signingKey)
  await expect(sign({ alsoKnownAs })).rejects.toMatchObject(refused)

  // What the PDS recommends is signed, and so is what leads to another.
  const { data: usual } = await identity.getRecommendedDidCredentials()
  const elsewhere = {
    atproto_pds: { type: 'AtprotoPersonalDataServer', endpoint: 'https://pds.example.com' },
  }
  const { data } = await sign({ ...usual, services: elsewhere, verificationMethods })
  expect(data.operation).toMatchObject({ verificationMethods, services: elsewhere })
  const again = await codeSentBy(network.smtp, kim.email, () =>
    identity.requestPlcOperationSignature(),
  )
  const { operation } = (await sign({ ...usual, token: again.code, alsoKnownAs })).data
  expect(operation).toMatchObject({ alsoKnownAs })
})
