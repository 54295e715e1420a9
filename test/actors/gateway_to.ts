import { randomBytes } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'
import { createLog } from '../../base/watching/log.ts'
import { CAPACITY } from '../../gateway/capacity.ts'
import { forward } from '../../gateway/forward.ts'
import { RefreshTokensInVain } from '../../gateway/requests/asked_in_vain.ts'
import { TIMEOUTS } from '../../gateway/timeouts.ts'
import type { AuthActor, RequestEnvelope, ResponseEnvelope } from '../../http/envelope.ts'
import type { AppInProcess } from '../../lab/world/app/app.ts'
import { writeRefreshToken } from '../../tokens/refresh_token.ts'
import { signInNow } from '../shared/account_state.ts'
import { Attacker, makeDpopKey, SCOPE, type Session } from '../shared/people/attacker.ts'

const URL_OF_APP = 'http://localhost:2600'
const log = createLog('silent')

/**
 * A gateway with a way of its own to the auth actor.
 *
 * @param deadline in ms
 * @param waited how long ago it received what it passes on, s
 */
export function gatewayTo(
  auth: Pick<AuthActor, 'answer'>,
  deadline = TIMEOUTS.deadline,
  waited = 0,
) {
  const answers: Promise<unknown>[] = []
  const outgoing = { destroyed: false }
  const inVain = new RefreshTokensInVain(CAPACITY)
  const reached = {
    answer: (envelope: RequestEnvelope) => {
      const answer = auth.answer(envelope)
      answers.push(answer)
      return answer
    },
  } as AuthActor
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const { pathname, host } = new URL(String(input))
    const headers: [string, string][] = [...new Request(input, init).headers, ['host', host]]
    const answer = await forward(
      { auth: reached, log, timeouts: { ...TIMEOUTS, deadline }, inVain },
      {
        method: 'POST',
        target: pathname,
        headers,
        body: Buffer.from(String(init.body)),
        client: { address: '192.0.2.1', port: 1 },
        receivedAt: Date.now() - waited * 1_000,
      },
      outgoing,
    )
    const { status, headers: answered, body } = answer as ResponseEnvelope
    return new Response(body && Buffer.from(body), { status, headers: answered })
  }
  return {
    client: new Attacker({ url: URL_OF_APP, fetch }),
    /** What its client asks it. */
    outgoing,
    /** What was asked for is over, whether or not the gateway waited for it. */
    settled: () => Promise.allSettled(answers),
  }
}

/** A session of the account with a client that has no page to sign in on. */
export async function openSession(
  app: AppInProcess,
  did: string,
  { clientId }: Attacker,
): Promise<Session> {
  const key = await makeDpopKey()
  const secret = `ref-${randomBytes(32).toString('hex')}`
  const now = Date.now()
  const dpop_jkt = await calculateJwkThumbprint(key.jwk)
  const account = app.actors.account(did)
  const basis = await signInNow(account)
  const sessionId = await account.createSession(
    {
      tokenId: `tok-${randomBytes(16).toString('hex')}`,
      ...{ createdAt: now, updatedAt: now, expiresAt: now + 900_000, clientId, deviceId: null },
      clientAuth: JSON.stringify({ method: 'none' }),
      parameters: JSON.stringify({ client_id: clientId, scope: SCOPE, dpop_jkt }),
      ...{ scope: SCOPE, code: null, refreshToken: secret },
    },
    basis,
  )
  const parts = { secret, sessionId: sessionId ?? '', did }
  const { refreshTokenSecret } = app.runner.secrets
  return { accessToken: '', refreshToken: writeRefreshToken(parts, refreshTokenSecret), key }
}
