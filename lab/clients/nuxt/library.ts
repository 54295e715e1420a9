import { registerHooks } from 'node:module'
import type { EventHandler, H3Event } from 'h3'

/** What the library hands to an app. The DPoP key, to which the tokens are bound, is not among it. */
type SignedIn = { user: { did: string }; tokens: Tokens }

type Tokens = { iss: string; aud: string; access_token: string; refresh_token?: string }

type Session = { user?: { did: string }; secure?: { tokens: Tokens } }

/** The server part of the published library, which exports nothing but the module for Nuxt. */
export type Library = {
  defineOAuthBlueskyEventHandler: (options: {
    onSuccess: (event: H3Event, result: SignedIn) => unknown
  }) => EventHandler
  setUserSession: (event: H3Event, data: Session) => Promise<unknown>
  sessionHooks: { hook: (name: 'clear', run: (session: Session) => unknown) => unknown }
  clientMetadata: EventHandler
  getSession: EventHandler
  deleteSession: EventHandler
}

/** Loads its files as its module hands them to Nuxt, with `./imports.ts` for `#imports`. */
export async function loadLibrary(): Promise<Library> {
  const imports = new URL('./imports.ts', import.meta.url).href
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === '#imports' ? { url: imports, shortCircuit: true } : next(specifier, context),
  })
  const server = new URL('./runtime/server/', import.meta.resolve('nuxt-auth-utils'))
  const load = (file: string) => import(new URL(file, server).href)
  const { defineOAuthBlueskyEventHandler } = await load('lib/atproto/bluesky.js')
  const { setUserSession, sessionHooks } = await load('utils/session.js')
  const { default: clientMetadata } = await load('routes/atproto/client-metadata.json.get.js')
  const { default: getSession } = await load('api/session.get.js')
  const { default: deleteSession } = await load('api/session.delete.js')
  return {
    defineOAuthBlueskyEventHandler,
    setUserSession,
    sessionHooks,
    clientMetadata,
    getSession,
    deleteSession,
  }
}
