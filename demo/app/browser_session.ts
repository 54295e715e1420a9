import { randomBytes, randomUUID } from 'node:crypto'
import type { Context } from 'hono'
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie'

const ACCOUNT_COOKIE = 'demo_account'
const FLOW_COOKIE = 'demo_flow'

/** Seconds a person may take between starting to sign in and coming back. */
const FLOW_SECONDS = 3600

/** Lax, since a person comes back from the entryway by a link from another site. */
const COOKIE = { httpOnly: true, sameSite: 'Lax', path: '/' } as const

/**
 * What the app knows of a browser, by signed cookies. The secret and the sessions live as long as
 * the process.
 */
export function createBrowserSessions() {
  const secret = randomBytes(32)
  const accounts = new Map<string, string>()

  return {
    /** The DID that signed in with this browser. */
    async account(c: Context): Promise<string | undefined> {
      const id = await getSignedCookie(c, secret, ACCOUNT_COOKIE)
      return id ? accounts.get(id) : undefined
    },

    /** Tells once whether this browser was signed in and is no more. */
    async hasEnded(c: Context): Promise<boolean> {
      const id = await getSignedCookie(c, secret, ACCOUNT_COOKIE)
      if (id === undefined || (id && accounts.has(id))) return false
      deleteCookie(c, ACCOUNT_COOKIE, COOKIE)
      return true
    },

    async signIn(c: Context, did: string): Promise<void> {
      const id = randomUUID()
      accounts.set(id, did)
      await setSignedCookie(c, ACCOUNT_COOKIE, id, secret, COOKIE)
    },

    /** Ends every browser's session of the account: they share its OAuth session. */
    signOut(c: Context, did: string): void {
      for (const [id, owner] of accounts) if (owner === did) accounts.delete(id)
      deleteCookie(c, ACCOUNT_COOKIE, COOKIE)
    },

    /** Remembers in the browser which flow it started, and returns the `state` to send along. */
    async startFlow(c: Context): Promise<string> {
      const state = randomUUID()
      await setSignedCookie(c, FLOW_COOKIE, state, secret, { ...COOKIE, maxAge: FLOW_SECONDS })
      return state
    },

    /**
     * Tells whether this browser started the flow with this `state`. Without the check, a link
     * could sign a person in to somebody else's account (RFC 6749 section 10.12).
     */
    async endFlow(c: Context, state: string | null): Promise<boolean> {
      const started = await getSignedCookie(c, secret, FLOW_COOKIE)
      deleteCookie(c, FLOW_COOKIE, COOKIE)
      return Boolean(started) && started === state
    },
  }
}
