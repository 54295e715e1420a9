import type { Log } from '../../base/watching/log.ts'
import { logFault } from '../../base/watching/request_fault.ts'
import { type HttpResponse, withCookies } from '../../http/message.ts'
import { OPENID_SESSION } from '../../oauth/sign_in/cookies/signed_in.ts'
import type { OpenidScope } from '../storage/scope.ts'

/**
 * Spends what an answer is given for. The browser keeps the session that it was given, also where it is refused.
 *
 * @param failed makes the answer where something cannot be spent
 */
export async function spend(
  response: HttpResponse,
  { spends, removals, isSessionKept }: OpenidScope,
  log: Log,
  failed: (err: unknown) => HttpResponse,
): Promise<HttpResponse> {
  const cookies = response.headers.filter(
    ([name, value]) =>
      isSessionKept && name === 'set-cookie' && value.startsWith(`${OPENID_SESSION.cookie}=`),
  )
  try {
    for (const each of spends) {
      const refusal = await each()
      if (refusal) return withCookies(refusal, cookies)
    }
    for (const [before, each] of removals.entries()) {
      const isFirst = spends.length + before === 0
      await each().catch((err) => {
        if (isFirst) throw err
        // Once something is spent the request cannot be made again, so the answer is given: what is left over expires.
        logFault(log, err, 'the OpenID provider left something over')
      })
    }
    return response
  } catch (err) {
    return withCookies(failed(err), cookies)
  }
}
