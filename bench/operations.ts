import type { Pool } from 'undici'
import {
  type Credentials,
  headlessSignIn,
  headlessSignUp,
  newCredentials,
} from '../test/clients/headless_sign_in.ts'
import * as oauth from './oauth_client.ts'

/** One lane of an operation: what it does again and again, each call one measured request. */
export type Lane = () => Promise<void>

/** An operation: prepares as many lanes as are in flight. `people` are accounts that exist. */
export type Operation = {
  name: string
  /** Measured requests at each concurrency. */
  count: (inFlight: number) => number
  lanes: (origin: string, people: Credentials[], inFlight: number) => Promise<Lane[]>
  /** What goes on meanwhile, not timed; its errors count. */
  beside?: (origin: string, people: Credentials[]) => Promise<Lane[]>
}

const many = (inFlight: number) => (inFlight === 1 ? 300 : 1500)
const few = (inFlight: number) => (inFlight === 1 ? 5 : 3 * inFlight)

/** Signs up accounts for the operations to use. */
export async function signUpPeople(origin: string, count: number): Promise<Credentials[]> {
  const people = Array.from({ length: count }, () => newCredentials('bench'))
  for (let i = 0; i < count; i += 8) {
    await Promise.all(people.slice(i, i + 8).map((person) => headlessSignUp(origin, person)))
  }
  return people
}

export const refresh: Operation = {
  name: 'refresh',
  count: many,
  lanes: (origin, people, inFlight) =>
    each(inFlight, async (lane) => {
      const client = await oauth.openClient(origin, 1)
      let token = await signIn(client, people[lane] as Credentials)
      return async () => {
        token = await oauth.refresh(client, token)
      }
    }),
}

export const operations: Operation[] = [
  {
    name: 'server metadata',
    count: many,
    lanes: (origin, _people, inFlight) =>
      each(inFlight, async () => {
        const { pool } = await oauth.openClient(origin, 1)
        return () => get(pool, '/.well-known/oauth-authorization-server')
      }),
  },
  {
    name: 'PAR',
    count: many,
    lanes: (origin, _people, inFlight) =>
      each(inFlight, async () => {
        const client = await oauth.openClient(origin, 1)
        return async () => void (await oauth.push(client))
      }),
  },
  {
    name: 'full sign-in',
    count: few,
    lanes: (origin, people, inFlight) =>
      each(inFlight, async (lane) => {
        const client = await oauth.openClient(origin, 1)
        return async () => void (await signIn(client, people[lane] as Credentials))
      }),
  },
  refresh,
  {
    name: 'revoke',
    count: many,
    lanes: (origin, people, inFlight) =>
      each(inFlight, async (lane) => {
        const client = await oauth.openClient(origin, 1)
        const token = await signIn(client, people[lane] as Credentials)
        return async () => {
          const { status } = await oauth.send(client, '/oauth/revoke', { token })
          if (status !== 200) throw new Error(`revoke: ${status}`)
        }
      }),
  },
  {
    name: 'createSession',
    count: few,
    lanes: (origin, people, inFlight) =>
      each(inFlight, async (lane) => {
        const { pool } = await oauth.openClient(origin, 1)
        return async () => void (await createSession(pool, people[lane] as Credentials))
      }),
  },
  {
    name: 'refreshSession',
    count: many,
    lanes: (origin, people, inFlight) =>
      each(inFlight, async (lane) => {
        const { pool } = await oauth.openClient(origin, 1)
        let { refreshJwt } = await createSession(pool, people[lane] as Credentials)
        return async () => {
          const path = '/xrpc/com.atproto.server.refreshSession'
          refreshJwt = (await post(pool, path, undefined, refreshJwt)).refreshJwt as string
        }
      }),
  },
  {
    name: 'getSession',
    count: many,
    lanes: (origin, people, inFlight) =>
      each(inFlight, async (lane) => {
        const { pool } = await oauth.openClient(origin, 1)
        const { accessJwt } = await createSession(pool, people[lane] as Credentials)
        return () => get(pool, '/xrpc/com.atproto.server.getSession', accessJwt)
      }),
  },
]

/** PAR, authorize page, sign-in, consent, code, token. @returns the refresh token */
async function signIn(client: oauth.BenchClient, person: Credentials): Promise<string> {
  const { requestUri, verifier } = await oauth.push(client)
  const callback = await headlessSignIn(oauth.authorizeUrl(client, requestUri), person)
  return oauth.exchange(client, callback.searchParams.get('code') ?? '', verifier)
}

export async function createSession(pool: Pool, person: Credentials) {
  const session = await post(pool, '/xrpc/com.atproto.server.createSession', {
    identifier: person.handle,
    password: person.password,
  })
  return session as { accessJwt: string; refreshJwt: string }
}

async function get(pool: Pool, path: string, bearer?: string): Promise<void> {
  const headers = bearer ? { authorization: `Bearer ${bearer}` } : {}
  const { statusCode, body } = await pool.request({ method: 'GET', path, headers })
  const text = await body.text()
  if (statusCode !== 200) throw new Error(`${path}: ${statusCode} ${text}`)
}

async function post(
  pool: Pool,
  path: string,
  input: object | undefined,
  bearer?: string,
): Promise<Record<string, unknown>> {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path,
    headers: {
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      ...(input ? { 'content-type': 'application/json' } : {}),
    },
    body: input ? JSON.stringify(input) : null,
  })
  const answer = (await body.json()) as Record<string, unknown>
  if (statusCode !== 200) throw new Error(`${path}: ${statusCode} ${JSON.stringify(answer)}`)
  return answer
}

/** Makes the lanes of an operation. */
export function each(inFlight: number, make: (lane: number) => Promise<Lane>): Promise<Lane[]> {
  return Promise.all(Array.from({ length: inFlight }, (_, lane) => make(lane)))
}
