import type { AskedInVain } from './asked_in_vain.ts'
import type { EndingTeller, SessionName } from './endings.ts'

/**
 * An HTTP request on its way from the gateway to the auth actor, and the answer on its way back.
 * Headers are raw pairs in the order of the wire.
 */
export type RequestEnvelope = {
  method: string
  /** Path and query, as they came. */
  target: string
  headers: [string, string][]
  /** `unread` where it is too long to be carried along, or might be. */
  body: Uint8Array | 'unread' | null
  /**
   * The client as the gateway sees it, behind proxies it trusts; `passesOn`: it says that it passes on
   * what others send.
   */
  client: { address: string; port: number; passesOn?: boolean }
  /** When the gateway received it, ms by its clock; a gateway of before does not say so. */
  receivedAt?: number
  /** Where its client asks with a refresh token again that was not answered. */
  inVain?: AskedInVain | undefined
}

export type ResponseEnvelope = {
  status: number
  headers: [string, string][]
  body: Uint8Array | null
  /** The name of the route that was taken, for metrics. */
  route?: string
  /** Milliseconds for which the gateway may give the same answer to the same GET by itself. */
  keepFor?: number
  /** Tokens were asked for in vain: a store could not do its work. Nothing that the client sends can bring that about. */
  isInVain?: boolean
}

/** The request is a PDS's to answer: the gateway sends it there and streams both ways. */
export type PassTo = {
  route?: string
  passTo: {
    /** Where to, on a PDS of the directory. */
    url: string
    /** End-to-end headers of the request; framing and connection are the gateway's. */
    headers: [string, string][]
    /** Whose session it is; when that ends, so does the exchange. */
    session: SessionName | null
    /** The body as it was read, instead of the one that came. */
    body?: Uint8Array
  }
}

/** The answer needs the body after all: the gateway reads it and asks again. */
type ReadBody = { readBody: true }

/** What the auth actor says to a request. */
export type Answer = ResponseEnvelope | PassTo | ReadBody

/** The auth actor as the gateway knows it. */
export type AuthActor = {
  answer(envelope: RequestEnvelope): Promise<Answer>
  /**
   * Whether all that it needs is there: false while the PDS that the program runs itself is not, or the disk takes no
   * writes.
   *
   * @throws {Error} when it is not there itself
   */
  ready(): Promise<boolean>
  /** Which of these sessions are open. */
  areOpen(sessions: SessionName[]): Promise<boolean[]>
  /** Who ends sessions: each auth actor tells of those that it ended. */
  tellers(): Promise<EndingTeller[]>
}
