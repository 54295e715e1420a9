import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { closeServer, listenOnLoopback } from '../world/loopback.ts'
import { discoverApp, loopbackClientId, type OAuthApp } from './oauth_app.ts'
import { finishLogin, type Login, type OAuthSession, startLogin } from './oauth_session.ts'

/** A login somebody was given the URL of. */
type WaitingLogin = Login & { session: Promise<OAuthSession> }

export type WaitingServer = {
  app: OAuthApp
  /** Starts a login and hands out where to complete it. */
  begin: () => Promise<WaitingLogin>
  close: () => Promise<unknown>
}

/**
 * Starts a server that runs logins for people in front of other screens: it hands
 * out URLs, and waits for the callbacks at the root of an IPv6 loopback address.
 * Its `client_id` names no port, which the server has only once it runs
 * (RFC 8252 section 7.3).
 */
export async function startWaitingServer(pdsUrl: string, scope: string): Promise<WaitingServer> {
  const waiting = new Map<string | null, (callback: URL) => void>()
  const answer: RequestListener = (request, response) => {
    const callback = new URL(request.url ?? '/', 'http://[::1]')
    const resume = waiting.get(callback.searchParams.get('state'))
    response.writeHead(resume ? 200 : 404, { 'content-type': 'text/plain' })
    response.end(resume ? 'You may close this window.' : 'No sign-in waits for this.')
    resume?.(callback)
  }
  // Its port is held on both addresses: what another server has at the port of the one would be
  // asked for at the other, under the name `localhost`.
  const { port, close } = await listenOnLoopback(answer)
  const server = createServer(answer).listen(port, '::1')
  await once(server, 'listening')

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
  return { app, begin, close: () => Promise.all([close(), closeServer(server)]) }
}
