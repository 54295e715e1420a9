import * as oauth from 'oauth4webapi'
import { newPost } from './new_post.ts'
import type { OAuthApp } from './oauth_app.ts'
import type { OAuthSession } from './oauth_session.ts'

export type XrpcAnswer = { status: number; body: Record<string, unknown> }

/**
 * Calls the PDS with the session's access token and a DPoP proof, and once more
 * when the PDS asks for its nonce.
 *
 * @param input body of a procedure, or parameters of a query (`GET`)
 * @throws oauth.WWWAuthenticateChallengeError when the PDS refuses the token itself
 */
export async function xrpc(
  app: OAuthApp,
  session: OAuthSession,
  method: 'GET' | 'POST',
  nsid: string,
  input: Record<string, unknown>,
): Promise<XrpcAnswer> {
  const url = new URL(`/xrpc/${nsid}`, app.pdsUrl)
  if (method === 'GET') url.search = String(new URLSearchParams(input as Record<string, string>))
  const request = () =>
    oauth.protectedResourceRequest(
      session.accessToken,
      method,
      url,
      new Headers(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      method === 'POST' ? JSON.stringify(input) : null,
      { DPoP: session.dpop, [oauth.allowInsecureRequests]: true },
    )
  const response = await request().catch((error) => {
    if (oauth.isDPoPNonceError(error)) return request()
    throw error
  })
  return { status: response.status, body: (await response.json()) as XrpcAnswer['body'] }
}

/** Writes a post with the session and returns the text that anybody can then read. */
export async function postAndReadBack(
  app: OAuthApp,
  session: OAuthSession,
  text: string,
): Promise<unknown> {
  const created = await xrpc(
    app,
    session,
    'POST',
    'com.atproto.repo.createRecord',
    newPost(session.did, text),
  )
  if (created.status !== 200) throw new Error(JSON.stringify(created))
  return readText(app.pdsUrl, String(created.body.uri))
}

/** Reads the `text` of a record from the PDS, without any authorization. */
export async function readText(pdsUrl: string, uri: string): Promise<unknown> {
  const [repo, collection, rkey] = uri.replace('at://', '').split('/') as [string, string, string]
  const query = new URLSearchParams({ repo, collection, rkey })
  const response = await fetch(`${pdsUrl}/xrpc/com.atproto.repo.getRecord?${query}`)
  const { value } = (await response.json()) as { value?: { text?: unknown } }
  return value?.text
}
