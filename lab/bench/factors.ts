import { setTimeout } from 'node:timers/promises'
import { type Authenticator, newAuthenticator } from '../clients/headless_authenticator.ts'
import { type HeadlessBrowser, newHeadlessBrowser } from '../clients/headless_browser.ts'
import { nextTotpCode } from '../clients/headless_factors.ts'
import { addPasskey, usedPasskey } from '../clients/headless_passkey.ts'
import { openTask, press, read, submit } from '../clients/headless_security.ts'
import type { Credentials } from '../clients/headless_sign_in.ts'
import { connect } from '../clients/lean_http.ts'
import { SoftAuthenticator } from '../world/passkeys.ts'
import { counts, type Lane, type Operation } from './operation.ts'
import { createSession } from './session_client.ts'

/** What the others on the page are compared with. */
const BY_PASSWORD = 'sign-in by password'
/** And of programs. */
const SESSION_BY_PASSWORD = 'createSession by password'
const SESSION_BY_TOTP = 'createSession by password and TOTP'

/** @returns with which way to sign in one is compared */
export function comparedWith(name: string): string {
  return name === SESSION_BY_TOTP || name === SESSION_BY_PASSWORD
    ? SESSION_BY_PASSWORD
    : BY_PASSWORD
}

/** A sign-in whose page was opened. */
type Ready = () => Promise<unknown>

/** Somebody, by the names of their forms, in a browser that they signed in with before. */
type Visitor = { username: string; password: string; browser: HeadlessBrowser }

/** How many get ready at a time. */
const AT_ONCE = 8

/** What getting ready leaves to be done, such as the mails about a new authenticator, is done by then; ms. */
const SETTLED = 1_000

/**
 * Sign-ins on the page of the entryway: what is timed are its forms, whose pages were opened before. And those of
 * programs, by one request. Each operation has people of its own, since an account that has a second factor asks
 * for it.
 */
export const factors: Operation[] = [
  signIns(BY_PASSWORD, counts(15, 48), async (origin, visitor) => {
    const { username, password, browser } = visitor
    const page = await openSignIn(origin, visitor)
    return () => submit(browser, origin, page, { username, password })
  }),
  // A code works once, so that each takes somebody with a new authenticator.
  signIns('sign-in by password and TOTP', counts(15, 48), async (origin, visitor) => {
    const { username, password, browser } = visitor
    const authenticator = await authenticatorOf(origin, visitor)
    const page = await openSignIn(origin, visitor)
    return async () => {
      const step = await press(browser, origin, page, { username, password })
      await submit(browser, origin, step, { username, code: nextTotpCode(authenticator) })
    }
  }),
  signIns('sign-in by passkey', counts(100, 640), async (origin, visitor) => {
    const passkeys = await passkeysOf(origin, visitor)
    const page = await openSignIn(origin, visitor)
    return () =>
      submit(visitor.browser, origin, page, { username: '', ...usedPasskey(page, passkeys) })
  }),
  signIns(SESSION_BY_PASSWORD, counts(15, 48), async (origin, visitor) => {
    const { username, password } = visitor
    const connection = connectionOf(origin, visitor)
    return () => createSession(connection, { handle: username, password })
  }),
  signIns(SESSION_BY_TOTP, counts(15, 48), async (origin, visitor) => {
    const { username, password } = visitor
    const connection = connectionOf(origin, visitor)
    const authenticator = await authenticatorOf(origin, visitor)
    return () =>
      createSession(connection, { handle: username, password }, nextTotpCode(authenticator))
  }),
]

/** What people have from one run to the next, by their handles. */
const visitors = new Map<string, Visitor>()
const authenticators = new Map<string, Authenticator>()
const passkeys = new Map<string, SoftAuthenticator>()
const connections = new Map<string, ReturnType<typeof connect>>()

function signIns(
  name: string,
  count: Operation['count'],
  prepare: (origin: string, visitor: Visitor) => Promise<Ready>,
): Operation {
  const lanes: Operation['lanes'] = async (origin, people, inFlight) => {
    const ready: Ready[] = []
    // The first of each lane is not counted.
    const times = Array(count(inFlight) + inFlight).keys()
    const work = async () => {
      for (const i of times) {
        const person = people[i % people.length] as Credentials
        ready.push(await prepare(origin, visitorOf(origin, person)))
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    await setTimeout(SETTLED)
    const lane: Lane = async () => void (await ready.pop()?.())
    return Array<Lane>(inFlight).fill(lane)
  }
  return { name, durable: true, count, lanes }
}

function visitorOf(origin: string, { handle: username, password }: Credentials): Visitor {
  const visitor = visitors.get(username) ?? {
    ...{ username, password },
    browser: newHeadlessBrowser(origin),
  }
  visitors.set(username, visitor)
  return visitor
}

async function openSignIn(origin: string, { browser }: Visitor): Promise<string> {
  return read(await browser.open(`${origin}/account/sign-in?step=sign-in`))
}

async function authenticatorOf(origin: string, visitor: Visitor): Promise<Authenticator> {
  const { username } = visitor
  const made = await newAuthenticator(origin, visitor, authenticators.get(username))
  authenticators.set(username, made)
  return made
}

function connectionOf(origin: string, { username }: Visitor) {
  const connection = connections.get(username) ?? connect(origin)
  connections.set(username, connection)
  return connection
}

async function passkeysOf(origin: string, visitor: Visitor): Promise<SoftAuthenticator> {
  const known = passkeys.get(visitor.username)
  if (known) return known
  const made = new SoftAuthenticator(origin)
  passkeys.set(visitor.username, made)
  const { browser, page } = await openTask(origin, visitor, 'passkeys')
  await addPasskey(browser, origin, page, made)
  return made
}
