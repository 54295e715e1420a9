import { setTimeout } from 'node:timers/promises'
import pLimit from 'p-limit'
import { addAuthenticator, TOTP_STEP, totpCode } from '../../clients/headless_authenticator.ts'
import {
  type HeadlessBrowser,
  HeadlessError,
  newHeadlessBrowser,
} from '../../clients/headless_browser.ts'
import { addPasskey, usedPasskey } from '../../clients/headless_passkey.ts'
import { openTask, press, read, submit } from '../../clients/headless_security.ts'
import type { Credentials } from '../../clients/headless_sign_in.ts'
import { connect } from '../../clients/lean_http.ts'
import { SoftAuthenticator } from '../../world/browser/passkeys.ts'
import { counts, type Lane, type Operation } from './operation.ts'
import { createSession } from './session_client.ts'

/** Where people sign in: in a browser that does not know them, in one that remembers them, and by a program. */
const PLACES = ['sign-in', 'return', 'createSession'] as const
type WherePeopleSignIn = (typeof PLACES)[number]

const byPassword = (where: WherePeopleSignIn) => `${where} by password`
const byTotp = (where: WherePeopleSignIn) => `${where} by password and TOTP`

/** @returns with which way to sign in one is compared: the password alone at the same place */
export function comparedWith(name: string): string {
  return byPassword(PLACES.find((where) => name.startsWith(where)) ?? 'sign-in')
}

/** A sign-in whose page was opened. */
type Ready = () => Promise<unknown>

/** Somebody, by the names of their forms, in their browser. */
type Visitor = { username: string; password: string; browser: HeadlessBrowser }

/** How many get ready at a time. */
const AT_ONCE = 8

/** What getting ready leaves to be done is done by then, such as the mails about a new authenticator; ms. */
const SETTLED = 1_000

/** As the form is filled in for somebody who is remembered. */
const REMEMBERED = { remember: 'on' }

/** A code works once in half a minute, so that who signs in with one does so once in a run. */
const WITH_PASSWORD = { alone: 48, together: 192, lanes: 16 }

/** How many people each of these operations has: one for each sign-in, those that are not counted too. */
export const PEOPLE_OF_EACH = WITH_PASSWORD.together + WITH_PASSWORD.lanes

const withPassword = counts(WITH_PASSWORD.alone, WITH_PASSWORD.together)

/**
 * Sign-ins on the page of the entryway: what is timed are its forms, whose pages were opened before. And those of
 * programs, by one request. Each operation has people of its own, since an account that has a second factor asks
 * for it. They get it once, before the first run: what they do between two runs is the same for all, and what that
 * costs the program afterwards.
 */
export const factors: Operation[] = [
  signIns(byPassword('sign-in'), withPassword, async (origin, visitor) => {
    const { username, password, browser } = visitor
    const page = await openSignIn(origin, visitor)
    return () => submit(browser, origin, page, { username, password })
  }),
  signIns(
    byTotp('sign-in'),
    withPassword,
    async (origin, visitor) => {
      const { username, password, browser } = visitor
      const page = await openSignIn(origin, visitor)
      await nextStep(visitor)
      return async () => {
        const step = await press(browser, origin, page, { username, password })
        await submit(browser, origin, step, { username, code: newCode(visitor) })
      }
    },
    addAuthenticatorOf,
  ),
  signIns(
    byPassword('return'),
    withPassword,
    async (origin, visitor) => {
      const { username, password, browser } = visitor
      const page = await openReturn(origin, visitor)
      return () => submit(browser, origin, page, { username, password, ...REMEMBERED })
    },
    async (origin, visitor) => {
      if (dids.has(visitor.username)) return
      const { username, password, browser } = visitor
      const page = await openSignIn(origin, visitor)
      await submit(browser, origin, page, { username, password, ...REMEMBERED })
      await learnDid(origin, visitor)
    },
  ),
  signIns(
    byTotp('return'),
    withPassword,
    async (origin, visitor) => {
      const { username, password, browser } = visitor
      const page = await openReturn(origin, visitor)
      if (!page.includes('name="code"')) throw new HeadlessError(500, page)
      await nextStep(visitor)
      return () => {
        const code = newCode(visitor)
        return submit(browser, origin, page, { username, password, code, ...REMEMBERED })
      }
    },
    addAuthenticatorOf,
    async (origin, visitor) => {
      if (dids.has(visitor.username)) return
      const { username, password, browser } = visitor
      await nextStep(visitor)
      const page = await openSignIn(origin, visitor)
      const step = await press(browser, origin, page, { username, password, ...REMEMBERED })
      await submit(browser, origin, step, { username, code: newCode(visitor) })
      await learnDid(origin, visitor)
    },
  ),
  signIns(
    'sign-in by passkey',
    counts(640, 640),
    async (origin, visitor) => {
      const { username, browser } = visitor
      const page = await openSignIn(origin, visitor)
      const passkeysOfTheirs = passkeys.get(username) as SoftAuthenticator
      return () =>
        submit(browser, origin, page, { username: '', ...usedPasskey(page, passkeysOfTheirs) })
    },
    addPasskeyOf,
  ),
  signIns(byPassword('createSession'), withPassword, async (origin, visitor) => {
    const { username: handle, password } = visitor
    const connection = connectionOf(origin, visitor)
    return () => createSession(connection, { handle, password })
  }),
  signIns(
    byTotp('createSession'),
    withPassword,
    async (origin, visitor) => {
      const { username: handle, password } = visitor
      const connection = connectionOf(origin, visitor)
      await nextStep(visitor)
      return () => createSession(connection, { handle, password }, newCode(visitor))
    },
    addAuthenticatorOf,
  ),
]

/** The secret of an authenticator, and when its newest code was made, ms. */
type Codes = { secret: string; madeAt: number }

/** What people have from one run to the next, by their handles. */
const visitors = new Map<string, Visitor>()
const codes = new Map<string, Codes>()
/** Of those whom their browser remembers. */
const dids = new Map<string, string>()
const passkeys = new Map<string, SoftAuthenticator>()
const connections = new Map<string, ReturnType<typeof connect>>()

/**
 * @param prepare for one sign-in
 * @param enrol what each person gets once, before that: all of them the first, before the next, since who waits for
 * their next code waits with everybody
 */
function signIns(
  name: string,
  count: Operation['count'],
  prepare: (origin: string, visitor: Visitor) => Promise<Ready>,
  ...enrol: ((origin: string, visitor: Visitor) => Promise<void>)[]
): Operation {
  const lanes: Operation['lanes'] = async (origin, people, inFlight) => {
    const atOnce = pLimit(AT_ONCE)
    for (const step of enrol) {
      await atOnce.map(people, (person) => step(origin, visitorOf(origin, person)))
    }
    // The first of each lane is not counted.
    const times = Array(count(inFlight) + inFlight).keys()
    const ready = await atOnce.map(times, (i) =>
      prepare(origin, visitorOf(origin, people[i % people.length] as Credentials)),
    )
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

/** The form in which a browser asks somebody for their password whom it remembers. */
async function openReturn(origin: string, { browser, username }: Visitor): Promise<string> {
  return read(await browser.open(`${origin}/account/sign-in?account=${dids.get(username)}`))
}

/** Keeps by which DID the pages know somebody. */
async function learnDid(origin: string, { browser, username: handle }: Visitor): Promise<void> {
  const method = `${origin}/xrpc/com.atproto.identity.resolveHandle`
  const answer = await read(await browser.open(`${method}?${new URLSearchParams({ handle })}`))
  dids.set(handle, JSON.parse(answer).did)
}

async function addAuthenticatorOf(origin: string, visitor: Visitor): Promise<void> {
  if (codes.has(visitor.username)) return
  let secret = ''
  await addAuthenticator(origin, visitor, (begun) => {
    secret = begun
  })
  codes.set(visitor.username, { secret, madeAt: Date.now() })
}

/** Waits until the step is over in which the newest code was made. */
async function nextStep({ username }: Visitor): Promise<void> {
  const { madeAt } = codes.get(username) as Codes
  const next = (Math.floor(madeAt / TOTP_STEP) + 1) * TOTP_STEP
  while (Date.now() < next) await setTimeout(next - Date.now())
}

/** A code of now: one that was made before a run could be over on a slow machine. */
function newCode({ username }: Visitor): string {
  const known = codes.get(username) as Codes
  known.madeAt = Date.now()
  return totpCode(known.secret)
}

function connectionOf(origin: string, { username }: Visitor) {
  const connection = connections.get(username) ?? connect(origin)
  connections.set(username, connection)
  return connection
}

async function addPasskeyOf(origin: string, visitor: Visitor): Promise<void> {
  if (passkeys.has(visitor.username)) return
  const made = new SoftAuthenticator(origin)
  const { browser, page } = await openTask(origin, visitor, 'passkeys')
  await addPasskey(browser, origin, page, made)
  passkeys.set(visitor.username, made)
}
