import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closeServer } from '../world/loopback.ts'
import { discoverApp, loopbackClientId, type OAuthApp } from './oauth_app.ts'
import { finishLogin, type Login, type OAuthSession, startLogin } from './oauth_session.ts'

/** A login somebody was given the URL of. */
type WaitingLogin = Login & { session: Promise<OAuthSession> }

export type WaitingServer = {
  app: OAuthApp
  /** Starts a login and hands out where to complete it. */
  begin: () => Promise<WaitingLogin>
  close: () => Promise<void>
}

/**
 * Starts a server that runs logins for people in front of other screens: it hands
 * out URLs, and waits for the callbacks at the root of an IPv6 loopback address.
 * Its `client_id` names no port, which the server has only once it runs
 * (RFC 8252 section 7.3).
 */
export async function startWaitingServer(pdsUrl: string, scope: string): Promise<WaitingServer> {
  const waiting = new Map<string | null, (callback: URL) => void>()
  const server = createServer((request, response) => {
    const callback = new URL(request.url ?? '/', 'http://[::1]')
    const resume = waiting.get(callback.searchParams.get('state'))
    response.writeHead(resume ? 200 : 404, { 'content-type': 'text/plain' })
    response.end(resume ? 'You may close this window.' : 'No sign-in waits for this.')
    resume?.(callback)
  })
  server.listen(0, '::1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const app = await discoverApp({
    pdsUrl,
    clientId: loopbackClientId('http://[::1]/', scope),
    redirectUri: `http://[::1]:${port}/`,
    scope,
  })
  const begin = async () => {
    const login = await startLogin(app)
    const callback = new Promise<URL>((resolve) => waiting.set(login.state, resolve))
    return { ...login, session: callback.then((url) => finishLogin(app, login, url)) }
  }
  return { app, begin, close: () => closeServer(server) }
}
