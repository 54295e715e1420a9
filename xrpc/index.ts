import { schemas } from '@atproto/api'
import { createServer } from '@atproto/xrpc-server'
import cors from 'cors'
import express from 'express'
import { type FetchHandler, fetchAdapter } from '../actors/auth/fetch_adapter.ts'
import type { Services } from '../actors/services.ts'
import { LegacyTokens } from '../tokens/legacy_tokens.ts'
import resolveHandle from './identity/resolveHandle.ts'
import type { Method } from './method.ts'
import createAccount from './server/createAccount.ts'
import createSession from './server/createSession.ts'
import deleteSession from './server/deleteSession.ts'
import describeServer from './server/describeServer.ts'
import getSession from './server/getSession.ts'
import refreshSession from './server/refreshSession.ts'

/** The lexicon methods that the entryway itself answers. */
const methods: readonly Method[] = [
  resolveHandle,

  createAccount,
  createSession,
  deleteSession,
  describeServer,
  getSession,
  refreshSession,
]

const nsids: ReadonlySet<string> = new Set(methods.map(({ nsid }) => nsid))

/** Seconds that a browser may keep the answer to a preflight. */
const PREFLIGHT_MAX_AGE = 86_400

export function isOwnMethod(nsid: string): boolean {
  return nsids.has(nsid)
}

/** The entryway's XRPC methods as one fetch handler. */
export function createXrpcHandler(services: Services): FetchHandler {
  const server = createServer(
    schemas.filter(({ id }) => id.startsWith('com.atproto.')),
    { validateResponse: false },
  )
  const tokens = new LegacyTokens(services.secrets, services.settings.did)
  for (const method of methods) method.addTo(server, { services, tokens })
  const app = express()
  app.disable('x-powered-by')
  server.router.disable('x-powered-by')
  app.use(cors({ maxAge: PREFLIGHT_MAX_AGE }))
  app.use(server.router)
  return fetchAdapter(app)
}
