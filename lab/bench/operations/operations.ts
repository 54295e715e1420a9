import * as oauth from '../../clients/lean_client.ts'
import { connect, type HttpRequest, succeed } from '../../clients/lean_http.ts'
import { signIn } from '../../clients/lean_sign_in.ts'
import { counts, each, type Operation } from './operation.ts'
import { revoke } from './revoke.ts'
import * as sessions from './session_client.ts'

const METADATA: HttpRequest = {
  method: 'GET',
  path: '/.well-known/oauth-authorization-server',
  headers: {},
}

/** Requests that verify a password, of which no more than some 50 a second are answered. */
const few = (inFlight: number) => Math.min(3 * inFlight, 128)

const pushed = counts(600, 1600)
/** Made before the clock runs: each request is pushed with a key that the server has not seen. */
const keysALane = (inFlight: number) => Math.ceil((1.2 * pushed(inFlight)) / inFlight) + 1

export const refresh: Operation = {
  name: 'refresh',
  durable: true,
  count: counts(400, 1200),
  lanes: (origin, people, inFlight) =>
    each(people.slice(0, inFlight), async (person) => {
      const client = await oauth.openClient(origin, 1)
      let token = (await signIn(client, person)).refreshToken
      return async () => {
        token = await oauth.refresh(client, token)
      }
    }),
}

export const operations: Operation[] = [
  {
    name: 'server metadata',
    durable: false,
    count: counts(5000, 20_000),
    lanes: (origin, people, inFlight) =>
      each(people.slice(0, inFlight), async () => {
        const connection = connect(origin)
        return async () => void (await succeed(connection, METADATA))
      }),
  },
  {
    name: 'PAR',
    durable: false,
    count: pushed,
    lanes: (origin, people, inFlight) =>
      each(people.slice(0, inFlight), async () => {
        const client = await oauth.openClient(origin, 1)
        const keys = await Promise.all(Array.from({ length: keysALane(inFlight) }, oauth.newKey))
        return async () => {
          Object.assign(client, keys.pop() ?? (await oauth.newKey()))
          await oauth.push(client)
        }
      }),
  },
  {
    name: 'full sign-in',
    durable: true,
    count: (inFlight) => (inFlight === 1 ? 5 : few(inFlight)),
    lanes: (origin, people, inFlight) =>
      each(people.slice(0, inFlight), async (person) => {
        const client = await oauth.openClient(origin, 1)
        return async () => {
          Object.assign(client, await oauth.newKey())
          await signIn(client, person)
        }
      }),
  },
  refresh,
  revoke,
  {
    name: 'createSession',
    durable: true,
    count: (inFlight) => (inFlight === 1 ? 10 : few(inFlight)),
    lanes: (origin, people, inFlight) =>
      each(people.slice(0, inFlight), async (person) => {
        const connection = connect(origin)
        return async () => void (await sessions.createSession(connection, person))
      }),
  },
  {
    name: 'refreshSession',
    durable: true,
    count: counts(800, 1800),
    lanes: (origin, people, inFlight) =>
      each(people.slice(0, inFlight), async (person) => {
        const connection = connect(origin)
        let session = await sessions.createSession(connection, person)
        return async () => {
          session = await sessions.refreshSession(connection, session)
        }
      }),
  },
  {
    name: 'getSession',
    durable: false,
    count: counts(1500, 4000),
    lanes: (origin, people, inFlight) =>
      each(people.slice(0, inFlight), async (person) => {
        const connection = connect(origin)
        const session = await sessions.createSession(connection, person)
        return () => sessions.getSession(connection, session)
      }),
  },
]
