import { createHmac, randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeSecretHex } from '../../../lab/world/keys.ts'
import { type Network, startNetwork } from '../../../lab/world/network.ts'
import {
  Attacker,
  makeDpopKey,
  newPerson,
  type Person,
  type ProofChange,
  toSession,
} from '../../shared/people/attacker.ts'

const secretHex = makeSecretHex()
let network: Network
let attacker: Attacker
let kim: Person

beforeAll(async () => {
  network = await startNetwork({ env: { ENTRYWAY_DPOP_SECRET_HEX: secretHex } })
  attacker = new Attacker(network)
  kim = await newPerson(network, 'dpop')
})
afterAll(() => network?.close())

const USE_NONCE = { status: 400, body: { error: 'use_dpop_nonce' } }
const INVALID_PROOF = { status: 401, body: { error: 'invalid_dpop_proof' } }

/** A nonce of this server from half an hour ago. */
function staleNonce(): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 60_000) - 30))
  return createHmac('sha256', Buffer.from(secretHex, 'hex')).update(counter).digest('base64url')
}

describe('1. proof without a nonce, or with a stale or foreign one', () => {
  const nonces: [string, string | undefined][] = [
    ['no nonce', undefined],
    ['a stale nonce', staleNonce()],
    ['a foreign nonce', 'tvaMaVlxVfuWmW2HNOZZRK-dLF2rpjtiHcIXsj6bUBA'],
  ]

  test.each(nonces)(
    '%s: use_dpop_nonce; code, refresh token and jti stay unspent',
    async (...[, nonce]) => {
      const claims = { nonce, jti: randomUUID() }
      const grant = await attacker.grant(kim)
      const refused = await attacker.exchange(grant, { proof: { claims } })
      expect(refused).toMatchObject(USE_NONCE)
      expect(refused.headers.get('dpop-nonce')).toBeTruthy()

      // The same jti and the same code, now with the nonce that was asked for.
      const { jti } = claims
      const session = toSession(
        await attacker.exchange(grant, { proof: { claims: { jti } } }),
        grant.key,
      )

      expect(await attacker.refresh(session, { proof: { claims: { nonce } } })).toMatchObject(
        USE_NONCE,
      )
      expect(await attacker.push(grant.key, { proof: { claims: { nonce } } })).toMatchObject(
        USE_NONCE,
      )
      expect(await attacker.refresh(session)).toMatchObject({ status: 200 })
    },
  )
})

describe('2. the same jti twice', () => {
  test('is invalid_dpop_proof, also after a restart with the same secret', async () => {
    const key = await makeDpopKey()
    const proof = await attacker.proof('/oauth/par', key)
    expect(await attacker.push(key, { proof })).toMatchObject({ status: 201 })
    expect(await attacker.push(key, { proof })).toMatchObject(INVALID_PROOF)

    await network.vestibule.restart()
    expect(await attacker.push(key, { proof })).toMatchObject(INVALID_PROOF)
    expect(await attacker.push(key)).toMatchObject({ status: 201 })
  })
})

describe('3. a proof that proves nothing is invalid_dpop_proof', () => {
  const seconds = () => Math.floor(Date.now() / 1_000)
  const changes: Record<string, () => Promise<ProofChange>> = {
    'wrong htm': async () => ({ claims: { htm: 'GET' } }),
    'htm in lower case': async () => ({ claims: { htm: 'post' } }),
    'htu of another endpoint': async () => ({ claims: { htu: `${network.url}/oauth/par` } }),
    'htu of another host': async () => ({ claims: { htu: 'https://pds.test/oauth/token' } }),
    'no htu': async () => ({ claims: { htu: undefined } }),
    'no jti': async () => ({ claims: { jti: undefined } }),
    'wrong typ': async () => ({ header: { typ: 'JWT' } }),
    'signed by another key': async () => ({ signedBy: (await makeDpopKey()).privateKey }),
    'iat far in the past': async () => ({ claims: { iat: seconds() - 3_600 } }),
    'iat far in the future': async () => ({ claims: { iat: seconds() + 3_600 } }),
    'no iat': async () => ({ claims: { iat: undefined } }),
    'an ath where there is no access token': async () => ({ claims: { ath: 'x' } }),
    'a private jwk': async () => {
      const { privateKey } = await generateKeyPair('ES256', { extractable: true })
      return { header: { jwk: await exportJWK(privateKey) }, signedBy: privateKey }
    },
    'a symmetric jwk': async () => {
      const secret = new TextEncoder().encode('a secret that everybody knows, 32')
      const jwk = { kty: 'oct', k: Buffer.from(secret).toString('base64url') }
      return { header: { alg: 'HS256', jwk }, signedBy: secret as never }
    },
  }

  test.each(Object.entries(changes))('%s', async (...[, change]) => {
    const grant = await attacker.grant(kim)
    expect(await attacker.exchange(grant, { proof: await change() })).toMatchObject(INVALID_PROOF)
    expect(await attacker.exchange(grant)).toMatchObject({ status: 200 })
  })

  test('a clock that is far off is told by how much', async () => {
    const grant = await attacker.grant(kim)
    for (const [offset, words] of [
      [3_600, /"iat" is \d+, 3[56]\d\d s ahead of the clock of this server/],
      [-3_600, /"iat" is \d+, 36\d\d s behind the clock of this server/],
    ] as const) {
      const { body } = await attacker.exchange(grant, {
        proof: { claims: { iat: seconds() + offset } },
      })
      expect(body.error_description).toMatch(words)
    }
    expect(await attacker.exchange(grant)).toMatchObject({ status: 200 })
  })

  test('alg none', async () => {
    const grant = await attacker.grant(kim)
    const [, payload] = (await attacker.proof('/oauth/token', grant.key)).split('.')
    const header = Buffer.from(
      JSON.stringify({ alg: 'none', typ: 'dpop+jwt', jwk: grant.key.jwk }),
    ).toString('base64url')
    const unsigned = [
      `${header}.${payload}.`,
      new UnsecuredJWT({
        jti: randomUUID(),
        htm: 'POST',
        htu: `${network.url}/oauth/token`,
      }).encode(),
    ]
    for (const proof of unsigned) {
      expect(await attacker.exchange(grant, { proof })).toMatchObject(INVALID_PROOF)
    }
    expect(await attacker.exchange(grant)).toMatchObject({ status: 200 })
  })

  const large: [string, { bits: number; exponent: number }][] = [
    ['16,384 bits', { bits: 16_384, exponent: 3 }],
    ['an exponent of its own length', { bits: 2_048, exponent: 256 }],
    ['an exponent of 64 bits', { bits: 4_096, exponent: 8 }],
  ]
  test.each(large)('an RSA key with %s is not worked with', async (_, { bits, exponent }) => {
    const [n, e] = [Buffer.alloc(bits / 8, 0xff), Buffer.alloc(exponent, 0x7f)]
    const jwk = { kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') }
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = { jti: randomUUID(), htm: 'POST', htu: `${network.url}/oauth/par` }
    const message = `${part({ alg: 'RS256', typ: 'dpop+jwt', jwk })}.${part(claims)}`
    const proof = `${message}.${Buffer.alloc(bits / 8, 1).toString('base64url')}`
    expect(await attacker.push(await makeDpopKey(), { proof })).toMatchObject({
      status: 401,
      body: { ...INVALID_PROOF.body, error_description: expect.stringMatching(/too large/) },
    })
    const { publicKey, privateKey } = await generateKeyPair('RS256', { modulusLength: 4_096 })
    const header = { alg: 'RS256', jwk: await exportJWK(publicKey) }
    expect(
      await attacker.push(await makeDpopKey(), { proof: { header, signedBy: privateKey } }),
    ).toMatchObject({ status: 201 })
  })

  test('two DPoP headers', async () => {
    const key = await makeDpopKey()
    const proofs = [
      await attacker.proof('/oauth/par', key),
      await attacker.proof('/oauth/par', key),
    ]
    const answer = await new Promise<string>((resolve, reject) => {
      const call = request(`${network.url}/oauth/par`, {
        method: 'POST',
        headers: { DPoP: proofs, 'content-type': 'application/x-www-form-urlencoded' },
      })
      call.on('error', reject).on('response', (response) => {
        response.setEncoding('utf8').on('data', resolve)
      })
      call.end(`client_id=${encodeURIComponent(attacker.clientId)}&response_type=code&state=x`)
    })
    expect(JSON.parse(answer)).toMatchObject(INVALID_PROOF.body)
    expect(await attacker.push(key)).toMatchObject({ status: 201 })
  })
})

describe('4. who holds the key', () => {
  test('a token request without a proof is invalid_dpop_proof', async () => {
    const grant = await attacker.grant(kim)
    expect(await attacker.exchange(grant, { proof: null })).toMatchObject(INVALID_PROOF)
    const session = toSession(await attacker.exchange(grant), grant.key)
    expect(await attacker.refresh(session, { proof: null })).toMatchObject(INVALID_PROOF)
    expect(await attacker.refresh(session)).toMatchObject({ status: 200 })
  })

  test('a pushed dpop_jkt of another key is refused', async () => {
    const [key, other] = [await makeDpopKey(), await makeDpopKey()]
    const jkt = async ({ jwk }: typeof key) => ({
      fields: { dpop_jkt: await calculateJwkThumbprint(jwk) },
    })
    expect(await attacker.push(key, await jkt(other))).toMatchObject({ status: 401 })
    expect(await attacker.push(key, await jkt(key))).toMatchObject({ status: 201 })
  })
})
