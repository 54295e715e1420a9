import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose'
import type { AppInProcess } from '../../lab/world/app/app.ts'
import { listenOnLoopback } from '../../lab/world/loopback.ts'

/** A logout token that a client was told. */
type Told = JWTPayload & { sid?: string; events?: object }

/** Where clients are told of sign-outs. */
export type LogoutEndpoint = {
  uri: string
  /** What came so far, with its signature verified as a client does it. */
  told: Told[]
  /** Status codes of the next answers; 200 where there is none. A promise is waited for. */
  answers: (number | Promise<number>)[]
  close(): Promise<unknown>
}

/** Starts an endpoint that takes what the app tells `client`. */
export async function startLogoutEndpoint(
  app: AppInProcess,
  client = 'forum',
): Promise<LogoutEndpoint> {
  const told: Told[] = []
  const answers: LogoutEndpoint['answers'] = []
  async function read(request: IncomingMessage): Promise<Told> {
    const token = new URLSearchParams(await text(request)).get('logout_token') ?? ''
    const answer = await app.ask({ target: '/openid/jwks' })
    if (!('status' in answer)) throw new Error('no answer')
    const keys = createLocalJWKSet(JSON.parse(Buffer.from(answer.body ?? '').toString()))
    const issuer = `${app.runner.settings.publicUrl}/openid`
    const options = { issuer, audience: client, typ: 'logout+jwt', requiredClaims: ['exp', 'jti'] }
    return (await jwtVerify(token, keys, options)).payload
  }
  const { port, close } = await listenOnLoopback(async (request, response) => {
    told.push(await read(request))
    response.statusCode = await (answers.shift() ?? 200)
    response.end()
  })
  return { uri: `http://127.0.0.1:${port}/signed-out`, told, answers, close }
}
