import type { Client } from 'undici'
import type { Credentials } from '../../clients/headless_sign_in.ts'
import { succeed } from '../../clients/lean_http.ts'

/** The tokens of a session by password, as `com.atproto.server.createSession` gives them. */
export type Session = { did: string; accessJwt: string; refreshJwt: string }

const SERVER = '/xrpc/com.atproto.server'

/** @param authFactorToken the code, where the account asks for one */
export async function createSession(
  connection: Client,
  person: Pick<Credentials, 'handle' | 'password'>,
  authFactorToken?: string,
): Promise<Session> {
  const answer = await succeed(connection, {
    method: 'POST',
    path: `${SERVER}.createSession`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      identifier: person.handle,
      password: person.password,
      authFactorToken,
    }),
  })
  return JSON.parse(answer.toString())
}

export async function refreshSession(connection: Client, session: Session): Promise<Session> {
  const answer = await succeed(connection, {
    method: 'POST',
    path: `${SERVER}.refreshSession`,
    headers: { authorization: `Bearer ${session.refreshJwt}` },
  })
  return JSON.parse(answer.toString())
}

export async function getSession(connection: Client, session: Session): Promise<void> {
  await succeed(connection, {
    method: 'GET',
    path: `${SERVER}.getSession`,
    headers: { authorization: `Bearer ${session.accessJwt}` },
  })
}

/** Calls a procedure of a PDS. @param body JSON unless it has a type */
export async function procedure(
  connection: Client,
  { accessJwt }: Session,
  nsid: string,
  body: object | { bytes: Uint8Array; type: string },
): Promise<Record<string, unknown>> {
  const isBytes = 'bytes' in body
  const answer = await succeed(connection, {
    method: 'POST',
    path: `/xrpc/${nsid}`,
    headers: {
      authorization: `Bearer ${accessJwt}`,
      'content-type': isBytes ? body.type : 'application/json',
    },
    body: isBytes ? body.bytes : JSON.stringify(body),
  })
  return JSON.parse(answer.toString())
}
