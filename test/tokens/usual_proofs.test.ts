import { randomBytes, randomUUID } from 'node:crypto'
import { OAuthVerifier } from '@atproto/oauth-provider/verifier'
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { UsualProofs } from '../../oauth/proofs/usual_proofs.ts'

const origin = 'https://entryway.test'
const url = new URL('/oauth/token?with=query', origin)
/** The provider's own judgement, with nonces that both know. */
const { dpopManager } = new OAuthVerifier({
  issuer: origin,
  keyset: [],
  dpopSecret: randomBytes(32),
})
const nonce = dpopManager.nextNonce() as string

const es256 = await generateKeyPair('ES256', { extractable: true })
const others = await generateKeyPair('ES256')
const jwk = await exportJWK(es256.publicKey)

let here: UsualProofs
let onThread: UsualProofs
beforeEach(() => {
  const isCurrent = (given: string) => given === nonce
  here = new UsualProofs(isCurrent, () => false)
  onThread = new UsualProofs(isCurrent, () => true)
})

type Change = { header?: object; claims?: object; key?: typeof es256.privateKey; method?: string }

const seconds = () => Math.floor(Date.now() / 1_000)

async function write({ header, claims, key = es256.privateKey }: Change = {}): Promise<string> {
  const usual = {
    jti: randomUUID(),
    htm: 'POST',
    htu: `${origin}/oauth/token`,
    iat: seconds(),
    nonce,
    ...claims,
  }
  return new SignJWT(usual)
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...header })
    .sign(key)
}

/** What is said of a proof, which is the same wherever its signature is verified. */
async function read(proof: string, method = 'POST') {
  const shown = { proof, method, url }
  const said = await here.read(shown)
  expect(await onThread.read(shown)).toEqual(said)
  return said
}

/** What the provider says, and when the proof was made, of which it says nothing. */
const judge = async (dpop: string, method = 'POST') => ({
  ...(await dpopManager.checkProof(method, url, { dpop })),
  iat: decodeJwt(dpop).iat,
})

test('says what the provider says, of a new key and of one it knows', async () => {
  for (let shown = 0; shown < 3; shown++) {
    const proof = await write()
    expect(await read(proof)).toEqual(await judge(proof))
    expect(await read(proof)).toMatchObject({ htm: 'POST', htu: `${origin}/oauth/token` })
  }
})

test('keys do not stand in for one another', async () => {
  const otherJwk = await exportJWK(others.publicKey)
  const [own, other] = [
    await write(),
    await write({ header: { jwk: otherJwk }, key: others.privateKey }),
  ]
  expect((await read(own))?.jkt).not.toBe((await read(other))?.jkt)
  expect(await read(other)).toEqual(await judge(other))
  expect(await read(await write({ header: { jwk: otherJwk } }))).toBeNull()
})

describe('says nothing, and the provider refuses', () => {
  const refused: Record<string, Change> = {
    'another typ': { header: { typ: 'JWT' } },
    'a signature by another key': { key: others.privateKey },
    'a private key': { header: { jwk: { ...jwk, d: 'AAAA' } } },
    'no point of the curve': { header: { jwk: { ...jwk, y: jwk.x } } },
    'no key': { header: { jwk: undefined } },
    'another htm': { claims: { htm: 'GET' } },
    'another method': { method: 'PUT' },
    'another htu': { claims: { htu: `${origin}/oauth/par` } },
    'an old iat': { claims: { iat: seconds() - 3_600 } },
    'an iat to come': { claims: { iat: seconds() + 3_600 } },
    'an iat that is none': { claims: { iat: '1' } },
    'no iat': { claims: { iat: undefined } },
    'no jti': { claims: { jti: undefined } },
    'an empty jti': { claims: { jti: '' } },
    'no nonce': { claims: { nonce: undefined } },
    'a foreign nonce': { claims: { nonce: 'tvaMaVlxVfuWmW2HNOZZRK' } },
    'an ath': { claims: { ath: 'x' } },
    'an expired one': { claims: { exp: seconds() - 600 } },
    'one that is not valid yet': { claims: { nbf: seconds() + 600 } },
    'a critical header': { header: { crit: ['exp'], exp: 1 } },
  }

  test.each(Object.entries(refused))('%s', async (_, change) => {
    const proof = await write(change).catch(() => forged(change))
    expect(await read(proof, change.method)).toBeNull()
    await expect(judge(proof, change.method)).rejects.toThrow()
  })

  test.each([
    ['', ''],
    ['two parts', 'a.b'],
    ['no JSON', 'a.b.c'],
    ['JSON null', `${encode(null)}.${encode(null)}.c`],
    ['lists', `${encode([])}.${encode([])}.c`],
  ])('what is no JWT: %s', async (_, proof) => {
    expect(await read(proof)).toBeNull()
    await expect(judge(proof)).rejects.toThrow()
  })

  test('a signature that was cut short, or is not there', async () => {
    const [header, payload, signature = ''] = (await write()).split('.')
    for (const bad of ['', signature.slice(0, -4), `${signature}AAAA`]) {
      const proof = `${header}.${payload}.${bad}`
      expect(await read(proof)).toBeNull()
      await expect(judge(proof)).rejects.toThrow()
    }
  })
})

describe('says nothing, and the provider accepts', () => {
  test('other algorithms', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES384')
    const header = { alg: 'ES384', jwk: await exportJWK(publicKey) }
    const proof = await write({ header, key: privateKey })
    expect(await read(proof)).toBeNull()
    expect(await judge(proof)).toMatchObject({ htm: 'POST' })
  })

  test.each<[string, Change]>([
    ['a key with a name', { header: { jwk: { ...jwk, kid: 'mine' } } }],
    ['more in the header', { header: { kid: 'mine' } }],
    ['a URL with a query', { claims: { htu: `${origin}/oauth/token?a=b` } }],
    ['a time that is off by two minutes', { claims: { iat: seconds() - 120 } }],
  ])('%s', async (_, change) => {
    const proof = await write(change)
    expect(await read(proof)).toBeNull()
    expect(await judge(proof)).toMatchObject({ htm: 'POST' })
  })
})

/** What a library would not sign: the right signature of something else. */
async function forged({ header, claims }: Change): Promise<string> {
  const [, , signature] = (await write()).split('.')
  const head = { typ: 'dpop+jwt', alg: 'ES256', jwk, ...header }
  return `${encode(head)}.${encode({ jti: 'x', nonce, ...claims })}.${signature}`
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
