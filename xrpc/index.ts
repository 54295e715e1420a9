import { schemas } from '@atproto/api'
import { createServer } from '@atproto/xrpc-server'
import cors from 'cors'
import express from 'express'
import { type FetchHandler, fetchAdapter } from '../actors/auth/fetch_adapter.ts'
import type { Services } from '../actors/services.ts'
import { createAuth } from './auth.ts'
import resolveHandle from './identity/resolveHandle.ts'
import type { AddMethod } from './method.ts'
import describeServer from './server/describeServer.ts'
import getSession from './server/getSession.ts'

/** The lexicon methods that the entryway itself answers, by NSID. */
const methods: Record<string, AddMethod> = {
  'com.atproto.identity.resolveHandle': resolveHandle,
  'com.atproto.server.describeServer': describeServer,
  'com.atproto.server.getSession': getSession,
}

/** Seconds that a browser may keep the answer to a preflight. */
const PREFLIGHT_MAX_AGE = 86_400

export function isOwnMethod(nsid: string): boolean {
  return Object.hasOwn(methods, nsid)
}

/** The entryway's XRPC methods as one fetch handler. */
export function createXrpcHandler(services: Services): FetchHandler {
  const server = createServer(
    schemas.filter(({ id }) => id.startsWith('com.atproto.')),
    { validateResponse: false },
  )
  const context = { services, auth: createAuth(services) }
  for (const add of Object.values(methods)) add(server, context)
  const app = express()
  app.disable('x-powered-by')
  server.router.disable('x-powered-by')
  app.use(cors({ maxAge: PREFLIGHT_MAX_AGE }))
  app.use(server.router)
  return fetchAdapter(app)
}
