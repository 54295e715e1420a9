import { isSameSecret } from '../../base/secrets/same_secret.ts'
import { type HttpHandler, type HttpRequest, jsonResponse } from '../../http/message.ts'
import { INSTANCE } from './instance.ts'

/** Where `vestibule doctor` is told how its request came. */
export const SEEN_PATH = '/_seen'

/** How a request came here. */
export type Seen = {
  /** Of the process that answers. */
  instance: string
  host: string | null
  /** Of the client, as far as it is known. */
  address: string
  /** Whether a proxy said, believably, who its client is. */
  isTold: boolean
}

/**
 * Whether a request is of who can read the secrets. For all others this path does not exist. Its token opens nothing
 * else, as it is sent to whatever answers at the public address.
 */
export const isDoctors = ({ headers }: HttpRequest, token: string): boolean =>
  isSameSecret(headers.get('authorization') ?? '', `Bearer ${token}`)

export const serveSeen: HttpHandler = async ({ headers, peer }) => {
  const { address, viaProxy, mayBeProxy } = peer
  const host = headers.get('host') ?? null
  const seen: Seen = { instance: INSTANCE, host, address, isTold: viaProxy && !mayBeProxy }
  return jsonResponse(seen, { headers: { 'cache-control': 'no-store' } })
}
