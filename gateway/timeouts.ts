import * as lifetimes from '../base/lifetimes.ts'

/** How long the gateway waits for others, in milliseconds. */
export type Timeouts = {
  /** For an answer of the auth actor. */
  deadline: number
  /** For its word that it is ready, which `/_health` waits for. */
  health: number
  /** For word whether the session of an exchange that is under way has ended. */
  doubt: number
  /** For a connection to a PDS. */
  connect: number
  /** For the next byte in either direction, on the way to a PDS. */
  idle: number
  /** For the next request on a connection, and for the client to take what is sent to it. */
  keepAlive: number
  /** For the headers of a request, from their first byte. */
  headers: number
  /** For a body that is read before anything is done with it. */
  body: number
  /** For requests in flight when it stops. */
  drain: number
}

export const TIMEOUTS: Timeouts = {
  deadline: lifetimes.GATEWAY_DEADLINE,
  health: lifetimes.HEALTH_DEADLINE,
  doubt: lifetimes.OPEN_IN_DOUBT,
  connect: lifetimes.UPSTREAM_CONNECT,
  idle: lifetimes.UPSTREAM_IDLE,
  keepAlive: lifetimes.CLIENT_IDLE,
  headers: lifetimes.CLIENT_HEADERS,
  body: lifetimes.CLIENT_BODY,
  drain: lifetimes.DRAIN,
}
