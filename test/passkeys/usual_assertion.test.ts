import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  type Assertion,
  type PasskeyKey,
  requestOptions,
  verifyCreation,
  verifyUse,
} from '../../factors/passkey.ts'
import { verifyUsual } from '../../factors/usual_assertion.ts'
import { type Algorithm, type Misdeeds, SoftAuthenticator } from '../../lab/world/passkeys.ts'

/** What is verified without the library, beside what the library says of the same. */
const party = { id: 'entryway.test', origin: 'https://entryway.test', name: 'The Entryway' }
const newChallenge = () => randomBytes(32).toString('base64url')

async function made(algorithm: Algorithm, isSynced = true) {
  const authenticator = new SoftAuthenticator(party.origin, { isSynced })
  const challenge = newChallenge()
  const user = { id: 'AAAA', name: 'kim', displayName: 'kim' }
  const rp = { id: party.id, name: party.name }
  const options = { rp, user, challenge, pubKeyCredParams: [] }
  const response = authenticator.create(options, {}, algorithm)
  return { authenticator, passkey: await verifyCreation(party, response, challenge) }
}

function used(
  { authenticator, passkey }: { authenticator: SoftAuthenticator; passkey: PasskeyKey },
  misdeeds: Misdeeds = {},
): Assertion {
  const challenge = newChallenge()
  const response = authenticator.use(requestOptions(party, challenge), misdeeds)
  return { party, passkey, response, challenge }
}

/** What is said of an assertion, which is the same wherever its signature is verified. */
async function usual(assertion: Assertion) {
  const said = await verifyUsual(assertion, false)
  expect(await verifyUsual(assertion, true)).toEqual(said)
  return said
}

const [es256, own, others] = [await made('ES256'), await made('ES256', false), await made('ES256')]

test.each([
  ['synced', es256],
  ['of one device', own],
])('says what the library says of a passkey that is %s', async (_, owner) => {
  for (let times = 0; times < 3; times++) {
    const assertion = used(owner)
    const said = await usual(assertion)
    expect(said).toEqual(await verifyUse(assertion))
    expect(said).not.toBeNull()
  }
})

const misdeeds: Record<string, Misdeeds> = {
  'another origin': { origin: 'https://evil.test' },
  'another host': { rpId: 'evil.test' },
  'another challenge': { challenge: newChallenge() },
  'what makes a passkey': { type: 'webauthn.create' },
  'a frame of others': { crossOrigin: true },
  'no person': { isVerified: false },
  'another key': { isForged: true },
}

test.each(Object.entries(misdeeds))(
  'leaves %s to the library, which refuses it',
  async (_, how) => {
    const assertion = used(es256, how)
    expect(await usual(assertion)).toBeNull()
    await expect(verifyUse(assertion)).rejects.toThrow()
  },
)

/** The same assertion with some of its bytes otherwise; its signature is not made anew. */
function changed(part: 'authenticatorData' | 'signature' | 'clientDataJSON', at: number) {
  const assertion = used(es256)
  const { response } = assertion
  const bytes = Buffer.from(response.response[part], 'base64url')
  bytes[at] = (bytes[at] as number) ^ 1
  const parts = { ...response.response, [part]: bytes.toString('base64url') }
  return { ...assertion, response: { ...response, response: parts } }
}

test.each([
  ['the hash of the host', changed('authenticatorData', 3)],
  ['the flag of the person', changed('authenticatorData', 32)],
  ['the counter', changed('authenticatorData', 36)],
  ['a signature', changed('signature', 20)],
  ['what the browser says', changed('clientDataJSON', 1)],
  ['the id', { ...used(es256), passkey: others.passkey }],
  ['a key', { ...used(es256), passkey: { ...others.passkey, id: es256.passkey.id } }],
  ['no point of a curve', { ...used(es256), passkey: notOnCurve(es256.passkey) }],
])('where %s was changed, nothing is accepted', async (_, assertion) => {
  expect(await usual(assertion)).toBeNull()
  await expect(verifyUse(assertion)).rejects.toThrow()
})

function notOnCurve(passkey: PasskeyKey): PasskeyKey {
  const publicKey = Uint8Array.from(passkey.publicKey)
  publicKey[12] = (publicKey[12] as number) ^ 1
  return { ...passkey, publicKey }
}

test.each(['EdDSA', 'RS256'] as const)('%s is the library’s', async (algorithm) => {
  const assertion = used(await made(algorithm))
  expect(await usual(assertion)).toBeNull()
  expect(await verifyUse(assertion)).toMatchObject({ counter: 0 })
})
