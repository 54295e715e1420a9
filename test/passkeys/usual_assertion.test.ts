import { hash, randomBytes, sign } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  type Assertion,
  PasskeyError,
  type PasskeyKey,
  readUse,
  requestOptions,
  verifyCreation,
  verifyUse,
} from '../../factors/passkey.ts'
import { verifyUsual } from '../../factors/usual_assertion.ts'
import {
  type Algorithm,
  type Made,
  type Misdeeds,
  SoftAuthenticator,
} from '../../lab/world/browser/passkeys.ts'
import { Random } from '../fuzz/random.ts'

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

test('an id that is not written as its bytes are is left to the library, which refuses it', async () => {
  const assertion = used(es256)
  const response = { ...assertion.response, rawId: others.passkey.id }
  expect(await usual({ ...assertion, response })).toBeNull()
  await expect(verifyUse({ ...assertion, response })).rejects.toThrow()
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

test('a key that was kept before it was bounded, and whose use costs much, is not used', async () => {
  const rsa = await made('RS256')
  const { decodeCredentialPublicKey, isoCBOR } = await import('@simplewebauthn/server/helpers')
  const cose = decodeCredentialPublicKey(Uint8Array.from(rsa.passkey.publicKey))
  const [N, ZEROS] = [-1, 2 ** 20]
  ;(cose as Map<number, unknown>).set(N, ZEROS)
  const publicKey = isoCBOR.encode(cose as never)
  const assertion = { ...used(rsa), passkey: { ...rsa.passkey, publicKey } }
  expect(await usual(assertion)).toBeNull()
  await expect(verifyUse(assertion)).rejects.toThrow('Its key has odd parts')
})

const { id, key } = es256.authenticator.made[0] as Made
/** The same in each run, so that the tests keep their names. */
const challenge = Buffer.alloc(32, 'asked').toString('base64url')
const SAID = { type: 'webauthn.get', challenge, origin: party.origin, crossOrigin: false }
const TEXT = JSON.stringify(SAID)
const USUAL_FLAGS = [0x05, 0x0d, 0x1d]

function dataOf(flags: number, more: number[] = []): Buffer {
  const counter = [0, 0, 0, 7]
  return Buffer.concat([
    hash('sha256', party.id, 'buffer'),
    Buffer.from([flags, ...counter, ...more]),
  ])
}

type Sent = { data?: Buffer; client?: string | Buffer; written?: (signature: Buffer) => string }

/** What is signed as it should be, whatever it says; null where the door lets none such in. */
function sent({
  data = dataOf(0x1d),
  client = TEXT,
  written = (signature) => signature.toString('base64url'),
}: Sent = {}): Assertion | null {
  const clientData = typeof client === 'string' ? Buffer.from(client) : client
  const signature = sign('sha256', Buffer.concat([data, hash('sha256', clientData, 'buffer')]), key)
  const response = readUse(
    JSON.stringify({
      ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {} },
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: written(signature),
      },
    }),
  )
  return response && { party, passkey: es256.passkey, response, challenge }
}

/** Whether it is accepted here; then the library accepts it, too, and says the same. It fails in no other way. */
async function isAccepted(assertion: Assertion | null): Promise<boolean> {
  if (!assertion) return false
  const said = await usual(assertion)
  const judged = await verifyUse(assertion).catch((err) => {
    expect(err).toBeInstanceOf(PasskeyError)
    return null
  })
  if (said) expect(judged).toEqual(said)
  return said !== null
}

test('of all flags, and of all lengths, those of the usual form are accepted', async () => {
  const accepted: number[] = []
  for (let flags = 0; flags < 256; flags++) {
    if (await isAccepted(sent({ data: dataOf(flags) }))) accepted.push(flags)
    expect(await isAccepted(sent({ data: dataOf(flags, [0xa0]) }))).toBe(false)
  }
  expect(accepted).toEqual(USUAL_FLAGS)
  const whole = dataOf(0x1d)
  for (let length = 0; length < whole.length; length++) {
    expect(await isAccepted(sent({ data: whole.subarray(0, length) }))).toBe(false)
  }
})

/** A member of what the browser says, which is not as it should be, or more than there should be. */
const OTHERWISE: object[] = [
  ...['true', true, 1, [], {}, -1].map((crossOrigin) => ({ crossOrigin })),
  ...['', null, party.origin, 'https://evil.test', []].map((topOrigin) => ({ topOrigin })),
  ...[null, {}, { status: 'present' }, 'x'].map((tokenBinding) => ({ tokenBinding })),
  ...[[party.origin], `${party.origin}/`, 'https://ENTRYWAY.test', null].map((origin) => ({
    origin,
  })),
  ...[[challenge], `${challenge}=`, challenge.slice(1), null].map((each) => ({ challenge: each })),
  ...[['webauthn.get'], 'webauthn.create', 'payment.get', ''].map((type) => ({ type })),
]
const evil = JSON.stringify({ ...SAID, origin: 'https://evil.test' })

test.each([
  ...OTHERWISE.map((more) => JSON.stringify({ ...SAID, ...more })),
  ...[
    '',
    '{',
    '{}',
    'null',
    '[]',
    '"x"',
    '1',
    `${TEXT}x`,
    `${TEXT}\0`,
    `\ufeff${TEXT}`,
    `[${TEXT}]`,
  ],
  // Of two members of one name the last one counts.
  `${TEXT.slice(0, -1)},"origin":"https://evil.test"}`,
  `${TEXT.slice(0, -1)},"crossOrigin":true}`,
  `${TEXT.slice(0, -1)},"__proto__":${evil},"constructor":1,"origin":1}`,
])('what a browser says as %s is not accepted', async (client) => {
  expect(await isAccepted(sent({ client }))).toBe(false)
})

test.each([
  TEXT,
  ` ${TEXT} \n`,
  `${TEXT.slice(0, -1)},"more":{"origin":"https://evil.test"},"__proto__":${evil}}`,
  `${evil.slice(0, -1)},"origin":"${party.origin}"}`,
  ...[false, 0, '', null].map((crossOrigin) => JSON.stringify({ ...SAID, crossOrigin })),
  Buffer.concat([
    Buffer.from(`${TEXT.slice(0, -1)},"more":"`),
    Buffer.from([0xff, 0xc0]),
    Buffer.from('"}'),
  ]),
])('what a browser says as %s is accepted, and by the library', async (client) => {
  expect(await isAccepted(sent({ client }))).toBe(true)
})

/** The order of P-256. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const integer = (bytes: Buffer) => Buffer.concat([Buffer.from([0x02, bytes.length]), bytes])
const sequence = (...parts: Buffer[]) => {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([0x30, body.length]), body])
}
/** Without the zero that keeps it from being negative. */
const bare = (bytes: Buffer) => (bytes[0] === 0 ? bytes.subarray(1) : bytes)
const ZERO = Buffer.from([0])
function numberOf(value: bigint): Buffer {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  return integer((bytes[0] as number) < 0x80 ? bytes : Buffer.concat([ZERO, bytes]))
}

/** Signatures in other forms, of the integers of a good one. */
const FORMS: Record<string, (r: Buffer, s: Buffer, der: Buffer) => Buffer> = {
  'more at the end': (_r, _s, der) => Buffer.concat([der, ZERO]),
  'more in it': (r, s) => sequence(integer(r), integer(s), integer(ZERO)),
  'a zero more': (r, s) => sequence(integer(Buffer.concat([ZERO, r])), integer(s)),
  'a long length': (_r, _s, der) =>
    Buffer.concat([Buffer.from([0x30, 0x81, der.length - 2]), der.subarray(2)]),
  'r zero': (_r, s) => sequence(integer(ZERO), integer(s)),
  's zero': (r) => sequence(integer(r), integer(ZERO)),
  's of its order': (r) => sequence(integer(r), numberOf(ORDER)),
  'both swapped': (r, s) => sequence(integer(s), integer(r)),
  'no r': (_r, s) => sequence(integer(Buffer.alloc(0)), integer(s)),
  'both as in JWS': (r, s) => Buffer.concat([bare(r), bare(s)]),
  nothing: () => Buffer.alloc(0),
  'an empty sequence': () => sequence(),
}

const inForm = (form: (r: Buffer, s: Buffer, der: Buffer) => Buffer) => (der: Buffer) => {
  const sAt = 4 + (der[3] as number)
  return form(der.subarray(4, sAt), der.subarray(sAt + 2), der).toString('base64url')
}

test.each(Object.entries(FORMS))('a signature with %s is not accepted', async (_, form) => {
  expect(await isAccepted(sent({ written: inForm(form) }))).toBe(false)
})

test('of the two signatures that ECDSA has, both are accepted; a negative one is not', async () => {
  const other = inForm((r, s) =>
    sequence(integer(r), numberOf(ORDER - BigInt(`0x${s.toString('hex')}`))),
  )
  expect(await isAccepted(sent({ written: other }))).toBe(true)
  const negative = inForm((r, s) => sequence(integer(bare(r)), integer(bare(s))))
  // Three of four signatures have a number that is negative without its zero.
  let refused = 0
  for (let times = 0; times < 40; times++) {
    if (!(await isAccepted(sent({ written: negative })))) refused++
  }
  expect(refused).toBeGreaterThan(0)
})

test('of assertions that were changed at random, the library accepts each that is accepted', async () => {
  const random = new Random(41)
  const changedAt = (bytes: Buffer) => {
    const at = random.int(bytes.length)
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + 1)]
    return random.pick([
      () =>
        Buffer.concat([before, Buffer.from([(bytes[at] as number) ^ (1 << random.int(8))]), after]),
      () => Buffer.concat([before, after]),
      () => Buffer.concat([before, Buffer.from([random.int(256)]), bytes.subarray(at)]),
      () => Buffer.concat([bytes, Buffer.from([random.int(256)])]),
      () => bytes.subarray(0, at),
    ])()
  }
  const PARTS = ['clientDataJSON', 'authenticatorData', 'signature'] as const
  let accepted = 0
  for (let round = 0; round < 600; round++) {
    const assertion = sent({ data: dataOf(random.pick(USUAL_FLAGS)) }) as Assertion
    const { response } = assertion.response
    const part = random.pick([...PARTS, 'publicKey'] as const)
    if (part === 'publicKey') {
      const publicKey = changedAt(Buffer.from(es256.passkey.publicKey))
      assertion.passkey = { ...assertion.passkey, publicKey: new Uint8Array(publicKey) }
    } else if (random.chance(0.7)) {
      response[part] = changedAt(Buffer.from(response[part], 'base64url')).toString('base64url')
    } else {
      // Other letters may stand for the same bytes.
      const end = random.pick([...'AQgwBRhx_-', 'AA', ''])
      response[part] = `${response[part].slice(0, -1)}${end}`
    }
    if (await isAccepted(assertion)) accepted++
  }
  expect(accepted).toBeGreaterThan(0)
  expect(accepted).toBeLessThan(200)
})
