import { domainToASCII, domainToUnicode } from 'node:url'
import { isPlcDid } from '../base/values/did.ts'
import { isTooLongToType } from '../base/values/name_length.ts'

/** How an account can be named. */
export type SubjectKind = 'did' | 'handle' | 'email'

/** An account as somebody names it, in the one form that look-ups, rate limits and audit share. */
export type Subject = { kind: SubjectKind; name: string }

/** The ASCII characters of East Asian keyboards, each as far from its usual one. */
const WIDE = /[\uff01-\uff5e]/g
const FROM_WIDE_TO_NARROW = 0xfee0
/** What such keyboards write for a dot (RFC 3490 section 3.1). */
const DOTS = /[\u3002\uff61]/g
/** Written but not seen: marks of direction, zero widths, soft hyphens, control characters. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cc}]/gu
/** `@` and spaces stand before what was typed. */
const BEFORE = /^[@\s]+/
/** Spaces, and the dot at the end of a host name. The look-behind keeps the time linear in a long row of them. */
const BEHIND = /(?<![.\s])[.\s]+$/

/** Text in which nothing but what is around it is to be changed: nearly all that programs send. */
const PLAIN = /^[\x20-\x7e]*$/

/**
 * Reads a handle, DID or e-mail address as people type and paste it: with `@`, spaces and invisible
 * marks around it, in capitals, in wide letters, with a dot at the end, with a domain in Unicode. What was read
 * is the same when it is read again. What is longer than a name can be is no name, and stays as it is.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8265#section-3.3.2 (width, case, NFC)
 */
export function readSubject(typed: string): Subject {
  if (isTooLongToType(typed)) return { kind: 'handle', name: typed }
  const visible = PLAIN.test(typed) ? typed : visibleOf(typed)
  const seen = visible.replace(BEFORE, '').replace(BEHIND, '').normalize('NFC')
  if (/^did:/i.test(seen)) return { kind: 'did', name: readDid(seen) }
  const name = seen.toLowerCase().normalize('NFC')
  return name.includes('@') ? { kind: 'email', name: readEmail(name) } : { kind: 'handle', name }
}

/** Apps that know atproto write names as `at://alice.example.com`, and people paste them. */
export const withoutScheme = (typed: string): string => typed.replace(/^at:\/\//i, '')

/** Whether two ways to write a name are of one account. */
export function isSameSubject(one: string, other: string): boolean {
  return readSubject(one).name === readSubject(other).name
}

/**
 * As what a name may be kept: before 0.2.0 the domain of an address was kept in Unicode, too, and what is imported is
 * kept as the PDS has it.
 */
export function keptAs(name: string): string[] {
  const { local, domain } = partsOf(name)
  if (!local) return [name]
  if (!PLAIN.test(domain)) return [...new Set([name, readEmail(name)])]
  return domain.includes('xn--') ? [name, local + domainToUnicode(domain)] : [name]
}

function visibleOf(typed: string): string {
  return typed
    .replace(WIDE, (wide) => String.fromCharCode(wide.charCodeAt(0) - FROM_WIDE_TO_NARROW))
    .replace(DOTS, '.')
    .replace(INVISIBLE, '')
}

/**
 * With its domain as DNS has it. In Unicode there are many ways to write one, and the mail goes to the same mailbox.
 *
 * @see https://www.unicode.org/reports/tr46/#ToASCII
 */
function readEmail(email: string): string {
  const { local, domain } = partsOf(email)
  return PLAIN.test(domain) ? email : local + (domainToASCII(domain) || domain)
}

/** The first with its `@`; empty where there is none. */
function partsOf(email: string): { local: string; domain: string } {
  const at = email.lastIndexOf('@') + 1
  return { local: email.slice(0, at), domain: email.slice(at) }
}

/** Scheme and method are in lower case (W3C DID Core 3.1), and so is all of a `did:plc`. */
function readDid(did: string): string {
  const lower = did.toLowerCase()
  if (isPlcDid(lower)) return lower
  return did.replace(/^did:[^:]*/i, (start) => start.toLowerCase())
}
