import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Decides whether an address is a proxy whose word about the client is believed. */
export type Trust = (address: string) => boolean

/** What proxies write about the client; repeated headers are joined by commas, as Node does. */
export type Forwarding = {
  'x-forwarded-for'?: string | string[] | undefined
  /** RFC 7239. */
  forwarded?: string | undefined
}

/** The client, and whether it says that it passes on what others send: nothing shows that it does. */
export type FoundClient = { address: string; passesOn: boolean }

/** The client of a hop that does not say who it is (RFC 7239 section 6.2). */
const UNKNOWN = 'unknown'

/**
 * The client's address: the peer of the socket or, where that is a trusted proxy, the last hop before
 * it that is not one. A proxy may hide who it was (`unknown`, `_name`): then that is the address.
 *
 * `Forwarded` counts only without an `X-Forwarded-For`. A proxy writes one of the two and may pass the
 * other on as a client sent it, and nearly all write `X-Forwarded-For`.
 */
export function findClient(peer: string, forwarding: Forwarding, trusts: Trust): FoundClient {
  let address = normalize(peer)
  const hops = hopsOf(forwarding)
  while (hops.length && trusts(address)) {
    const before = nodeOf(hops.pop() as string)
    if (before === null) return { address, passesOn: true }
    address = before
  }
  return { address, passesOn: hops.length > 0 }
}

/** The address alone. */
export function clientAddress(...given: Parameters<typeof findClient>): string {
  return findClient(...given).address
}

/** What stands for each hop, the one nearest to the gateway last. */
function hopsOf({ 'x-forwarded-for': listed, forwarded }: Forwarding): string[] {
  if (listed !== undefined) return elements(String(listed))
  return elements(forwarded ?? '').map((element) => FOR.exec(element)?.[1] ?? '')
}

/**
 * The elements of a list; empty ones do not count (RFC 9110 section 5.6.1). A comma in a quoted string
 * divides, too: a quote that a client opens does not swallow what a proxy adds.
 */
const elements = (list: string): string[] =>
  list
    .split(',')
    .map((element) => element.trim())
    .filter(Boolean)

/** The parameter `for` of an element of `Forwarded`, in capitals or not (RFC 7239 section 4). */
const FOR = /(?:^|;)\s*for\s*=\s*([^;]*)/i
/** A name that a proxy gives a node it does not want to show (RFC 7239 section 6.3). */
const HIDDEN = /^_[\w.-]{1,64}$/
/** A port, or a name for one (RFC 7239 section 6.3). */
const PORT = String.raw`(?::(?:\d{1,5}|_[\w.-]{1,64}))?`
const BRACKETED = new RegExp(String.raw`^\[([^\]]+)\]${PORT}$`)
const WITH_PORT = new RegExp(`^([^:]+)${PORT}$`)

/**
 * Whom a hop names: an address with or without port, brackets, quotes and zone, `unknown`, or a hidden
 * name. @returns null where it is none of them
 */
function nodeOf(hop: string): string | null {
  const node = hop
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .replace(/\\(.)/g, '$1')
  const bare = BRACKETED.exec(node)?.[1] ?? (isIP(node) ? node : WITH_PORT.exec(node)?.[1]) ?? ''
  if (isIP(bare)) return normalize(bare)
  if (bare.toLowerCase() === UNKNOWN) return UNKNOWN
  return HIDDEN.test(bare) ? bare : null
}

/** One spelling of each address: IPv4 as such, IPv6 shortened and without a zone. */
function normalize(address: string): string {
  const version = isIP(address)
  if (version !== 6) return address
  return ipaddr.process(address.replace(/%.*/, '')).toString()
}
