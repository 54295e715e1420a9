import { createHash, randomUUID } from 'node:crypto'
import { type Cook, plain } from './cook.ts'
import type { Target } from './target.ts'

const VERIFIER = 'a'.repeat(43)
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')

/** A form to an OAuth endpoint, with a fresh proof. */
function oauth(path: string, fields: (target: Target) => Record<string, string>): Cook {
  return async (target) => ({
    ...plain('POST', path, [
      ['content-type', 'application/x-www-form-urlencoded'],
      ['dpop', await target.attacker.proof(path, target.session.key)],
    ]),
    body: { form: Object.entries({ client_id: target.attacker.clientId, ...fields(target) }) },
  })
}

export const push = oauth('/oauth/par', ({ attacker }) => ({
  response_type: 'code',
  redirect_uri: attacker.redirectUri,
  scope: 'atproto',
  state: randomUUID(),
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
  login_hint: 'nobody.test',
}))

export const exchange = oauth('/oauth/token', ({ attacker }) => ({
  grant_type: 'authorization_code',
  code: `cod-${'0'.repeat(64)}`,
  code_verifier: VERIFIER,
  redirect_uri: attacker.redirectUri,
}))

export const refresh = oauth('/oauth/token', ({ session }) => ({
  grant_type: 'refresh_token',
  refresh_token: session.refreshToken,
}))

export const revoke = oauth('/oauth/revoke', ({ spare }) => ({ token: spare.refreshToken }))
