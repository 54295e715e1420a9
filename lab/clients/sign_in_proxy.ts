import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { listenOnLoopback, type Peer } from '../world/loopback.ts'
import { discoverApp, loopbackClientId, type OAuthApp } from './oauth_app.ts'
import { finishLogin, type Login, type OAuthSession, revoke, startLogin } from './oauth_session.ts'
import { xrpc } from './xrpc.ts'

export type SignInProxy = Peer & {
  app: OAuthApp
  /** Sessions by the DID they are for. */
  sessions: Map<string, OAuthSession>
}

const COOKIE = 'proxy-session'

/**
 * Starts a proxy that signs people in before they reach a backend, as on a
 * developer's laptop. The backend is told who it is in `User-Did` and
 * `User-Handle`, holds no token, and has its XRPC calls made at `/@/xrpc/<nsid>`.
 */
export async function startSignInProxy(
  pdsUrl: string,
  backendUrl: string,
  scope: string,
): Promise<SignInProxy> {
  const logins = new Map<string | null, Login>()
  const sessions = new Map<string, OAuthSession>()
  const visitors = new Map<string | undefined, string>()
  const { port, server, close } = await listenOnLoopback()
  const url = `http://127.0.0.1:${port}`
  const redirectUri = `${url}/@/callback`
  const clientId = loopbackClientId(redirectUri, scope)
  const app = await discoverApp({ pdsUrl, clientId, redirectUri, scope })

  const signIn = async (response: ServerResponse) => {
    const login = await startLogin(app)
    logins.set(login.state, login)
    response.writeHead(303, { location: login.url }).end()
  }

  const complete = async (callback: URL, response: ServerResponse) => {
    const state = callback.searchParams.get('state')
    const login = logins.get(state)
    if (!login) return response.writeHead(400).end('No such login')
    logins.delete(state)
    const session = await finishLogin(app, login, callback)
    const visitor = randomUUID()
    sessions.set(session.did, session)
    visitors.set(visitor, session.did)
    response.writeHead(303, {
      location: '/',
      'set-cookie': `${COOKIE}=${visitor}; HttpOnly; SameSite=Lax; Path=/`,
    })
    return response.end()
  }

  const signOut = async (did: string, response: ServerResponse) => {
    const session = sessions.get(did)
    if (session) await revoke(app, session)
    for (const [visitor, theirs] of visitors) if (theirs === did) visitors.delete(visitor)
    response.writeHead(303, { location: '/' }).end()
  }

  const callPds = async (nsid: string, request: IncomingMessage, response: ServerResponse) => {
    const session = sessions.get(String(request.headers['user-did']))
    if (!session) return response.writeHead(401).end()
    const input = (await json(request)) as Record<string, unknown>
    const { status, body } = await xrpc(app, session, 'POST', nsid, input)
    return response.writeHead(status).end(JSON.stringify(body))
  }

  const forward = async (did: string, request: IncomingMessage, response: ServerResponse) => {
    const answer = await fetch(`${backendUrl}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { 'user-did': did, 'user-handle': await handleOf(pdsUrl, did) },
    })
    response.writeHead(answer.status, { 'content-type': 'text/html; charset=utf-8' })
    response.end(await answer.text())
  }

  const route = (request: IncomingMessage, response: ServerResponse) => {
    const target = new URL(request.url ?? '/', url)
    const [, nsid] = target.pathname.split('/@/xrpc/')
    const cookie = new RegExp(`${COOKIE}=([^;]+)`).exec(request.headers.cookie ?? '')
    const did = visitors.get(cookie?.[1])
    if (nsid) return callPds(nsid, request, response)
    if (target.pathname === '/@/callback') return complete(target, response)
    if (!did) return signIn(response)
    if (target.pathname === '/@/sign-out') return signOut(did, response)
    return forward(did, request, response)
  }
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    Promise.resolve(route(request, response)).catch((error: Error) => {
      response.writeHead(502).end(error.message)
    })
  })
  return { url, app, sessions, close }
}

async function handleOf(pdsUrl: string, did: string): Promise<string> {
  const response = await fetch(`${pdsUrl}/xrpc/com.atproto.repo.describeRepo?repo=${did}`)
  return ((await response.json()) as { handle: string }).handle
}
