import { createHash, randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

/** What a client has that proves itself by its key (RFC 7523). */
export async function assertions(id: string, issuer = 'http://localhost:2600/openid') {
  const { privateKey: key, publicKey } = await generateKeyPair('ES256')
  const { privateKey: another } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }
  return {
    key,
    /** That of somebody else. */
    another,
    metadata: { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } },
    challengeOf: (verifier: string) => createHash('sha256').update(verifier).digest('base64url'),
    async form(claims: object, by = key) {
      const now = Math.floor(Date.now() / 1_000)
      const assertion = await new SignJWT({
        ...{ iss: id, sub: id, aud: issuer, jti: randomUUID(), iat: now, exp: now + 60 },
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256', kid: 'k' })
        .sign(by)
      return {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      }
    },
  }
}
