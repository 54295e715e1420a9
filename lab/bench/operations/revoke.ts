import pLimit from 'p-limit'
import type { Credentials } from '../../clients/headless_sign_in.ts'
import * as oauth from '../../clients/lean_client.ts'
import { connect } from '../../clients/lean_http.ts'
import { signInRemembered } from '../../clients/lean_sign_in.ts'
import type { Operation } from './operation.ts'

/** A session ends once, and takes longer to begin than to end. */
const REVOCATIONS = 320
/** People who sign in at a time, before. */
const SIGN_INS = 16

type Grant = { client: oauth.BenchClient; token: string }

/** Ends live sessions, each once. */
export const revoke: Operation = {
  name: 'revoke',
  durable: true,
  count: () => REVOCATIONS,
  lanes: async (origin, people, inFlight) => {
    // One more for each lane's round that is not counted.
    const signedIn = people.slice(0, Math.max(inFlight, SIGN_INS))
    const grants = await grantsOf(origin, signedIn, REVOCATIONS + inFlight)
    return Array.from({ length: inFlight }, () => {
      const connection = connect(origin)
      return async () => {
        const grant = grants.pop()
        if (!grant) throw new Error('revoke: no session is left')
        const client = { ...grant.client, dispatcher: connection }
        const { status } = await oauth.send(client, '/oauth/revoke', { token: grant.token })
        if (status !== 200) throw new Error(`revoke: ${status}`)
      }
    })
  },
}

/** At least `count` live sessions, those of one person far from each other. */
async function grantsOf(origin: string, people: Credentials[], count: number): Promise<Grant[]> {
  const limit = pLimit(SIGN_INS)
  const share = Math.ceil(count / people.length)
  const grants = await limit.map(people, async (person) => {
    const client = await oauth.openClient(origin, 1)
    const tokens = await signInRemembered(client, person, share)
    return tokens.map((token) => ({ client, token }))
  })
  return Array.from({ length: share }, (_, i) => grants.map((of) => of[i] as Grant)).flat()
}
