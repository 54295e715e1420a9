import { webHostOf } from './web_host.ts'

/** The host in the id of an app on the device of a person, which says nothing to them. */
const LOCAL = 'localhost'

/**
 * An app as people are told of it: by the host of its id, since its name is what it says of itself.
 *
 * @returns null for one on the device of the person, which each language has a word for
 */
export function appName(clientId: string): string | null {
  const name = URL.canParse(clientId) ? new URL(clientId).host : clientId
  return name === LOCAL ? null : name
}

/**
 * The same of one that registered itself, whose id says nothing: by the one host to which it leads people, or else by
 * what it calls itself.
 *
 * @param metadata RFC 7591 @returns null where it says nothing either
 */
export function nameOfSelfRegistered(metadata: {
  redirect_uris?: unknown[]
  client_name?: string
}): string | null {
  const [host, ...others] = new Set((metadata.redirect_uris ?? []).map(webHostOf))
  return (others.length === 0 && host) || claimedName(metadata.client_name) || null
}

/** Characters of it. */
const LONGEST_CLAIM = 60

/** A name that ends no quotation, turns no direction of writing and pushes no text away. */
export function claimedName(name = ''): string | undefined {
  const plain = name.replace(/["“”„«»「」]/g, '').replace(/[\p{C}\p{Z}]+/gu, ' ')
  return [...plain.trim()].slice(0, LONGEST_CLAIM).join('') || undefined
}
