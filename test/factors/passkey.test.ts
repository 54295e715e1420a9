import { randomBytes } from 'node:crypto'
import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { decodeAttestationObject, isoBase64URL, isoCBOR } from '@simplewebauthn/server/helpers'
import { describe, expect, test } from 'vitest'
import { creationOptions, requestOptions, verifyCreation } from '../../factors/passkey.ts'
import { SoftAuthenticator } from '../../lab/world/browser/passkeys.ts'

const party = { id: 'entryway.test', origin: 'https://entryway.test', name: 'The Entryway' }
const challenge = randomBytes(32).toString('base64url')
/** Of authenticator data (WebAuthn section 6.1): up to the length of the credential id, which has two bytes. */
const BEFORE_ID = 37 + 16

test('a passkey is asked for that a person unlocks, and whichever there is', () => {
  const options = { rpId: party.id, userVerification: 'required', allowCredentials: [] }
  expect(requestOptions(party, challenge)).toMatchObject({ challenge, ...options })
})

test('an account whose DID is too long to be found by is told so', async () => {
  const options = (length: number) =>
    creationOptions(party, { did: 'did:web:'.padEnd(length, 'x'), name: 'kim' }, [], challenge)
  expect(await options(64)).toMatchObject({ challenge })
  await expect(options(65)).rejects.toThrow('The DID of the account is too long for a passkey')
})

describe('one that is made', () => {
  /** What an authenticator answers, with parts of its attestation object otherwise. */
  async function made(change: (parts: Map<unknown, unknown>) => void = () => {}) {
    const options = await creationOptions(party, { did: 'did:web:a', name: 'kim' }, [], challenge)
    const authenticator = new SoftAuthenticator(party.origin, { isSynced: true })
    const answer = authenticator.create(options) as RegistrationResponseJSON
    const bytes = isoBase64URL.toBuffer(answer.response.attestationObject)
    const parts = decodeAttestationObject(bytes) as unknown as Map<unknown, unknown>
    change(parts)
    const attestationObject = isoBase64URL.fromBuffer(isoCBOR.encode(parts as never))
    return { ...answer, response: { ...answer.response, attestationObject } }
  }

  test.each(['packed', 'tpm', 'android-key', 'fido-u2f', 'apple', 'of nobody'])(
    'is what it is, whatever %s attests of it',
    async (format) => {
      const answer = await made((parts) => {
        parts.set('fmt', format)
        const statement: [string, unknown][] = [
          ['alg', -7],
          ['sig', new Uint8Array(64)],
          ['x5c', [new Uint8Array(64)]],
        ]
        parts.set('attStmt', new Map(statement))
      })
      expect(await verifyCreation(party, answer, challenge)).toMatchObject({ id: answer.id })
    },
  )

  test.each([
    [1_023, null],
    [1_100, 'Too long'],
  ])('has an id of %i bytes', async (length, refusal) => {
    const answer = await made((parts) => {
      const data = Buffer.from(parts.get('authData') as Uint8Array)
      const old = data.readUInt16BE(BEFORE_ID)
      const size = Buffer.alloc(2)
      size.writeUInt16BE(length)
      const rest = data.subarray(BEFORE_ID + 2 + old)
      const id = randomBytes(length)
      const longer = Buffer.concat([data.subarray(0, BEFORE_ID), size, id, rest])
      parts.set('authData', new Uint8Array(longer))
    })
    const said = await verifyCreation(party, answer, challenge).then(
      () => null,
      ({ message }) => message,
    )
    expect(said).toBe(refusal)
  })
})
