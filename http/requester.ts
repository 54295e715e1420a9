import { AsyncLocalStorage } from 'node:async_hooks'
import type { HttpRequest } from './message.ts'

/** Who sent a request. */
export type Requester = {
  /** The client's address. */
  address: string
  /** The `User-Agent` header as it came, of any length. */
  userAgent: string | null
  /** The `Cookie` header. */
  cookie: string
}

const requesters = new AsyncLocalStorage<Requester>()

/** Runs `work` for a request, so that everything it calls can ask for the {@link requester}. */
export function asRequester<T>({ peer, headers }: HttpRequest, work: () => T): T {
  const userAgent = headers.get('user-agent') ?? null
  const cookie = headers.get('cookie') ?? ''
  return requesters.run({ address: peer.address, userAgent, cookie }, work)
}

/** Who sent the request that is being answered; null where the program works by itself. */
export function requester(): Requester | null {
  return requesters.getStore() ?? null
}
