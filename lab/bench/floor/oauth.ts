import { randomBytes } from 'node:crypto'
import { Es256k } from '../../../tokens/es256k.ts'
import { signJwt } from '../../../tokens/jwt.ts'
import type { Floor } from './floor.ts'
import { newName, rowOf } from './names.ts'
import { type Asked, json, Refused, type Routes } from './reply.ts'

const REQUEST_URI = 'urn:ietf:params:oauth:request_uri:'
const SCOPE = 'atproto transition:generic'
/** Seconds that a pushed request and an access token last. */
const REQUEST_LASTS = 300
const TOKEN_LASTS = 899
/** In the place of what a refresh token of the program has besides: the name of its session, and a MAC. */
const SESSION = '.'.padEnd(17, 's')
const MAC = '.'.padEnd(23, 'm')

/** Pushed requests, tokens and their end. */
export function oauthRoutes({ issuer, pdsDid, secrets, proofs, storage }: Floor): Routes {
  const key = new Es256k(secrets)
  const headers = [
    ...['access-control-max-age', '86400', 'access-control-allow-origin', '*'],
    ...['access-control-allow-methods', '*', 'access-control-allow-headers', 'Content-Type,DPoP'],
    ...['cache-control', 'no-store', 'pragma', 'no-cache', 'dpop-nonce', proofs.nonce],
    ...['access-control-expose-headers', 'DPoP-Nonce', 'content-type', 'application/json'],
  ]

  const provenBy = async ({ incoming, url }: Asked): Promise<string> => {
    const jkt = await proofs.judge(incoming, url)
    if (jkt === null) throw new Refused(400, 'invalid_dpop_proof', headers)
    return jkt
  }

  /** Begins a session with a code, or goes on with one. @returns whose it is, and its next secret */
  const take = (form: URLSearchParams, jkt: string): [did: string | undefined, next: string] => {
    const code = form.get('code')
    if (code === null) {
      const secret = secretOf(form.get('refresh_token'))
      const row = rowOf(secret)
      const next = newName('ref-', row, 64)
      return [storage.rotate(row, jkt, secret, next), next]
    }
    const row = storage.nextSession()
    const next = newName('ref-', row, 64)
    const did = storage.spendCode(rowOf(code), code)
    if (did !== undefined) storage.addSession(row, did, jkt, next)
    return [did, next]
  }

  const signAccess = (did: string, jkt: string, form: URLSearchParams): Promise<string> => {
    const iat = Math.floor(Date.now() / 1000)
    const jti = `tok-${randomBytes(16).toString('hex')}`
    const header = { typ: 'at+jwt', alg: 'ES256K' }
    return signJwt(key, header, {
      ...{ jti, sub: did, iat, exp: iat + TOKEN_LASTS, aud: pdsDid, cnf: { jkt } },
      ...{ scope: SCOPE, client_id: form.get('client_id'), sid: jti, iss: issuer },
    })
  }

  return {
    'POST /oauth/par': async (asked) => {
      await provenBy(asked)
      const parameters = JSON.stringify(Object.fromEntries(new URLSearchParams(asked.body)))
      const row = storage.nextRequest()
      const name = newName('req-', row, 32)
      await storage.commit(() => storage.addRequest(row, name, parameters))
      return json(201, headers, { request_uri: REQUEST_URI + name, expires_in: REQUEST_LASTS })
    },
    'POST /oauth/token': async (asked) => {
      const jkt = await provenBy(asked)
      const form = new URLSearchParams(asked.body)
      const [did, next] = await storage.commit(() => take(form, jkt))
      if (did === undefined) throw new Refused(400, 'invalid_grant', headers)
      return json(200, headers, {
        access_token: await signAccess(did, jkt, form),
        token_type: 'DPoP',
        refresh_token: `${next}${SESSION}.${did}${MAC}`,
        ...{ scope: SCOPE, expires_in: TOKEN_LASTS, sub: did },
      })
    },
    /** A proof is verified where one is shown, as the program does. */
    'POST /oauth/revoke': async (asked) => {
      if (asked.incoming.headers.dpop !== undefined) await provenBy(asked)
      const secret = secretOf(new URLSearchParams(asked.body).get('token'))
      await storage.commit(() => storage.endSession(rowOf(secret), secret))
      return json(200, headers, {})
    },
  }
}

const secretOf = (token: string | null) => token?.split('.', 1)[0] ?? ''
