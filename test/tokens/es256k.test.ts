import { createECDH, createPrivateKey, createPublicKey, randomBytes } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'
import { afterEach, describe, expect, test, vi } from 'vitest'

/** With the native library, and on a platform for which it has no build. */
const platforms = ['libsecp256k1', 'OpenSSL'] as const

afterEach(() => {
  vi.doUnmock('node:module')
  vi.resetModules()
})

async function load(platform: (typeof platforms)[number]) {
  if (platform === 'OpenSSL') {
    vi.doMock('node:module', () => ({
      createRequire: () => () => {
        throw new Error('No native build was found')
      },
    }))
  }
  const { Es256k } = await import('../../tokens/es256k.ts')
  const { readJwt, signJwt } = await import('../../tokens/jwt.ts')
  return { Es256k, readJwt, signJwt }
}

function newKeys() {
  const ecdh = createECDH('secp256k1')
  ecdh.generateKeys()
  const point = ecdh.getPublicKey()
  const d = ecdh.getPrivateKey().toString('hex').padStart(64, '0')
  const jwk = {
    kty: 'EC',
    crv: 'secp256k1',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  }
  return {
    jwtKeyHex: d,
    jwtPublicKeyHex: ecdh.getPublicKey('hex', 'compressed'),
    jwtPrivateKey: createPrivateKey({
      format: 'jwk',
      key: { ...jwk, d: Buffer.from(d, 'hex').toString('base64url') },
    }),
    jwtPublicKey: createPublicKey({ format: 'jwk', key: jwk }),
  }
}

const header = { alg: 'ES256K', typ: 'at+jwt' }

describe.each(platforms)('%s', (platform) => {
  test('what it signs, others verify', async () => {
    const { Es256k, signJwt } = await load(platform)
    const keys = newKeys()
    const jwt = await signJwt(new Es256k(keys), header, { sub: 'did:plc:a', scope: undefined })
    const { payload, protectedHeader } = await jwtVerify(jwt, keys.jwtPublicKey)
    expect(payload).toEqual({ sub: 'did:plc:a' })
    expect(protectedHeader).toEqual(header)
  })

  test('what others sign, it verifies, with either value of s', async () => {
    const { Es256k, readJwt } = await load(platform)
    const keys = newKeys()
    for (let i = 0; i < 16; i++) {
      const claims = { n: i }
      const jwt = await new SignJWT(claims).setProtectedHeader(header).sign(keys.jwtPrivateKey)
      expect(await readJwt(new Es256k(keys), jwt)).toEqual({ header, claims })
    }
  })

  test('it verifies nothing else', async () => {
    const { Es256k, readJwt, signJwt } = await load(platform)
    const key = new Es256k(newKeys())
    const jwt = await signJwt(key, header, { sub: 'did:plc:a' })
    const [head, claims, signature] = jwt.split('.') as [string, string, string]
    const changed = Buffer.from(JSON.stringify({ sub: 'did:plc:b' })).toString('base64url')
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
    const forgeries = [
      '',
      '..',
      'rubbish',
      `${head}.${claims}.`,
      `${none}.${claims}.`,
      `${head}.${changed}.${signature}`,
      `${head}.${claims}.${signature.slice(0, -4)}`,
      `${head}.${claims}.${Buffer.alloc(64).toString('base64url')}`,
      `${head}.${claims}.${Buffer.alloc(64, 255).toString('base64url')}`,
      `${head}.${claims}.${randomBytes(64).toString('base64url')}`,
      await signJwt(new Es256k(newKeys()), header, { sub: 'did:plc:a' }),
    ]
    for (const forgery of forgeries) expect(await readJwt(key, forgery)).toBeNull()
    expect(await readJwt(key, jwt)).not.toBeNull()
  })
})
