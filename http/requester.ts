import { AsyncLocalStorage } from 'node:async_hooks'
import { type AskedInVain, refreshTokenDigest } from './asked_in_vain.ts'
import { type Cookies, readCookies } from './cookie.ts'
import { chosenLanguage, preferredLanguage } from './language.ts'
import type { HttpRequest } from './message.ts'

/** From where something was asked for. */
export type CalledFrom = {
  /** The client's address. */
  address: string
  /** The `User-Agent` header as it came, of any length; null without one. */
  userAgent: string | null
}

/** Who sent a request. */
export type Requester = CalledFrom & {
  /** The language that was chosen, else the one that the client prefers, as a BCP 47 tag. */
  readonly language: string | undefined
  /** What its `Cookie` header says. */
  readonly cookies: Cookies
  /** When the gateway received it, ms. */
  receivedAt: number
  inVain: AskedInVain | undefined
  /** Whether a store could not do its work for the request. */
  hasStoreFailed: boolean
  /** Whether something was sent to be done, such as a form. */
  isPost: boolean
}

const requesters = new AsyncLocalStorage<Requester>()

/** Runs `work` for a request, so that everything it calls can ask for the {@link requester}. */
export function asRequester<T>(request: HttpRequest, work: () => T): T {
  const { method, url, peer, headers, receivedAt, inVain } = request
  const userAgent = headers.get('user-agent') ?? null
  let cookies: Cookies | undefined
  const sender: Requester = {
    address: peer.address,
    userAgent,
    receivedAt,
    inVain,
    hasStoreFailed: false,
    isPost: method === 'POST',
    get cookies() {
      cookies ??= readCookies({ headers })
      return cookies
    },
    // Few requests ask for it.
    get language() {
      return chosenLanguage(url) ?? preferredLanguage(headers.get('accept-language'))
    },
  }
  return requesters.run(sender, work)
}

/** Who sent the request that is being answered; null where the program works by itself. */
export function requester(): Requester | null {
  return requesters.getStore() ?? null
}

/** Of clients whose requests another process answers. */
const addresses = new AsyncLocalStorage<string>()

/**
 * Runs `work` as a part of what another process does for a client.
 *
 * @param address null where it does that for none
 */
export function forClient<T>(address: string | null, work: () => T): T {
  return address === null ? work() : addresses.run(address, work)
}

/** The address of the client for which something is done, also by another process; null where there is none. */
export function addressOfClient(): string | null {
  return requester()?.address ?? addresses.getStore() ?? null
}

/** From where the request came that is being answered, to be kept; null where there is none. */
export function calledFrom(): CalledFrom | null {
  const sender = requester()
  return sender && { address: sender.address, userAgent: sender.userAgent }
}

/** When the gateway received the request that is being answered, ms; null where there is none. */
export function receivedAt(): number | null {
  return requester()?.receivedAt ?? null
}

/** Notes that a store could not do its work for the request that is being answered. */
export function noteStoreFault(): void {
  const sender = requester()
  if (sender) sender.hasStoreFailed = true
}

/**
 * When a gateway first received a request with this refresh token, where its client has asked in vain since, ms; null where
 * it was answered, or asks for the first time.
 */
export function askedInVainSince(refreshToken: string): number | null {
  const inVain = requester()?.inVain
  if (!inVain) return null
  return inVain.digest === refreshTokenDigest(refreshToken) ? inVain.since : null
}
