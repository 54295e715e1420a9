import { readFile } from 'node:fs/promises'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { csrf } from 'hono/csrf'
import { HTTPException } from 'hono/http-exception'
import { secureHeaders } from 'hono/secure-headers'
import { createBrowserSessions } from './browser_session.ts'
import { CALLBACK_PATH, createOAuthClient } from './oauth_client.ts'
import type { Notice } from './pages/layout.ts'
import { postsPage } from './pages/posts.ts'
import { signInPage } from './pages/sign_in.ts'
import { isSessionEnded, plainWords, SESSION_ENDED } from './plain_words.ts'
import { deletePost, readAccount, writePost } from './posts.ts'

export type AppSettings = {
  /** Where the browser finds the app, on 127.0.0.1. */
  origin: string
  /** The authorization server that new accounts are made at; it also resolves handles. */
  entrywayUrl: string
  plcUrl: string
}

/** What the page says after something worked, by the query that leads to it. */
const DONE: Record<string, Notice> = {
  'signed-in': { text: 'You are signed in.' },
  'signed-out': { text: 'You are signed out.' },
  posted: { text: 'Posted.' },
  deleted: { text: 'Deleted.' },
}

/** For a browser that did not sign out itself: another one of the account did, or found it ended. */
const ENDED: Notice = { text: SESSION_ENDED, failed: true }

/** The client app of the demo: sign up, sign in, post, list, delete, sign out. */
export async function createApp({ origin, entrywayUrl, plcUrl }: AppSettings): Promise<Hono> {
  const style = await readFile(new URL('style.css', import.meta.url), 'utf8')
  const client = createOAuthClient({ origin, handleResolverUrl: entrywayUrl, plcUrl })
  const browsers = createBrowserSessions()
  const app = new Hono()

  app.use(
    secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'self'"] } }),
  )
  app.use(csrf({ origin }))
  app.use(bodyLimit({ maxSize: 16 * 1024 }))

  // The cookies belong to 127.0.0.1, so a browser at `localhost` is sent there.
  app.use(async (c, next) => {
    const url = new URL(c.req.url)
    if (url.origin === origin) return next()
    return c.redirect(new URL(url.pathname + url.search, origin).href)
  })

  app.onError(async (error, c) => {
    if (error instanceof HTTPException) return error.getResponse()
    const ended = isSessionEnded(error)
    const did = await browsers.account(c)
    if (did && ended) browsers.signOut(c, did)
    return c.html(signInPage({ text: plainWords(error), failed: true }), ended ? 401 : 502)
  })

  app.get('/style.css', (c) => c.body(style, 200, { 'content-type': 'text/css; charset=utf-8' }))

  app.get('/', async (c) => {
    const notice = DONE[c.req.query('done') ?? '']
    const did = await browsers.account(c)
    if (!did) return c.html(signInPage((await browsers.hasEnded(c)) ? ENDED : notice))
    return c.html(postsPage(await readAccount(await client.restore(did)), notice))
  })

  app.post('/sign-in', async (c) => {
    const { handle } = await c.req.parseBody()
    const typed = String(handle ?? '')
    try {
      const input = typed.trim().replace(/^@/, '').toLowerCase()
      return c.redirect(await client.authorize(input, { state: await browsers.startFlow(c) }), 303)
    } catch (error) {
      return c.html(signInPage({ text: plainWords(error), failed: true }, typed), 400)
    }
  })

  app.post('/sign-up', async (c) => {
    const state = await browsers.startFlow(c)
    return c.redirect(await client.authorize(entrywayUrl, { state, prompt: 'create' }), 303)
  })

  app.get(CALLBACK_PATH, async (c) => {
    try {
      const { session, state } = await client.callback(new URL(c.req.url).searchParams)
      if (!(await browsers.endFlow(c, state))) {
        await session.signOut()
        const text = 'This sign-in was started in another browser. Please start again.'
        return c.html(signInPage({ text, failed: true }), 400)
      }
      await browsers.signIn(c, session.did)
      return c.redirect('/?done=signed-in')
    } catch (error) {
      return c.html(signInPage({ text: plainWords(error), failed: true }), 400)
    }
  })

  app.post('/posts', async (c) => {
    const did = await browsers.account(c)
    if (!did) return c.redirect('/', 303)
    const session = await client.restore(did)
    const { text } = await c.req.parseBody()
    try {
      await writePost(session, String(text ?? ''))
      return c.redirect('/?done=posted', 303)
    } catch (error) {
      if (isSessionEnded(error)) throw error
      const notice = { text: plainWords(error), failed: true }
      return c.html(postsPage(await readAccount(session), notice, String(text ?? '')), 400)
    }
  })

  app.post('/posts/delete', async (c) => {
    const did = await browsers.account(c)
    if (!did) return c.redirect('/', 303)
    const { rkey } = await c.req.parseBody()
    await deletePost(await client.restore(did), String(rkey ?? ''))
    return c.redirect('/?done=deleted', 303)
  })

  app.post('/sign-out', async (c) => {
    const did = await browsers.account(c)
    if (did) {
      browsers.signOut(c, did)
      await client.revoke(did)
    }
    return c.redirect('/?done=signed-out', 303)
  })

  return app
}
