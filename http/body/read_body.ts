import { visit } from 'jsonc-parser'
import { saysManyValues, VALUES } from '../../base/values/value_bounds.ts'

/** Name and value, in order, repeated ones repeated. */
export type Parameters = [name: string, value: string][]

/** Raised for a body that can be read in no way, or in more than one; the message is for the client. */
export class UnreadableError extends Error {}

/** Raised for a content coding that is not taken. */
export class UnknownCodingError extends Error {}

/** Raised for a body that is longer than what is read. */
export class BodyTooLargeError extends Error {}

/**
 * Bytes of a request body that is read here, also of one that was compressed; the largest form of a
 * sign-in is a few KiB.
 */
export const MAX_BODY = 64 * 1024

export const FORM = 'application/x-www-form-urlencoded'
export const JSON_TYPE = 'application/json'

/**
 * Levels of objects and arrays in a JSON body; what is asked for here has a handful. Validators walk
 * down a body by calling themselves, and run out of stack at some thousands.
 */
const MAX_DEPTH = 32

/** The media type that a `Content-Type` names, without parameters such as `charset`. */
export function mediaType(contentType = ''): string {
  return contentType.split(';')[0]?.trim().toLowerCase() ?? ''
}

/** Whether a `Content-Type` leaves its text in UTF-8, the one encoding of JSON (RFC 8259 section 8.1). */
export function isUtf8(contentType = ''): boolean {
  const [, ...attributes] = contentType.toLowerCase().split(';')
  const charsets = attributes.filter((each) => each.trimStart().startsWith('charset'))
  return charsets.every((each) => /^\s*charset="?utf-?8"?\s*$/.test(each)) && charsets.length < 2
}

/** The fields of a form, as every later reader finds them. @throws {UnreadableError} */
export function readForm(body: Uint8Array): Parameters {
  const text = decode(body)
  if (hasManyFields(text, VALUES)) throw new UnreadableError(TOO_MANY)
  const fields = [...new URLSearchParams(text)]
  for (const [name] of fields) assertUsable(name)
  return fields
}

/** Whether a form or a query has more than so many fields, as it is written. */
export const hasManyFields = (text: string, most: number): boolean =>
  text.length > most && text.split('&', most + 1).length > most

/**
 * The members of a JSON object, as every later reader finds them. A member that is not a text is there
 * without a value.
 *
 * @param most how many values it may have: validators look at each, and some at each together with each other one
 * @throws {UnreadableError}
 */
export function readJsonMembers(body: Uint8Array, most: number): Parameters {
  const text = decode(body)
  const value = parse(text)
  assertOneReading(text, most)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UnreadableError('Input must be an object')
  }
  return Object.entries(value).map(([name, of]) => [name, typeof of === 'string' ? of : ''])
}

/**
 * Of fields, each may be a text of JSON, such as `claims`, which validators read as that JSON.
 *
 * @throws {UnreadableError}
 */
export function assertFewWithin(fields: Parameters): void {
  if (fields.some(([, value]) => saysManyValues(value))) throw new UnreadableError(TOO_MANY)
}

/** Readers of a form take the first or the last of several fields of one name. @throws {UnreadableError} */
export function assertEachOnce(fields: Parameters): void {
  const names = new Set(fields.map(([name]) => name))
  if (names.size < fields.length) throw new UnreadableError(REPEATED)
}

const REPEATED = 'A parameter is included more than once'
const TOO_MANY = `A request has ${VALUES} values at most`

/**
 * Some parsers refuse the first, others let it change what the object is. What reads an object with the second
 * as a text fails.
 */
const UNUSABLE = ['__proto__', 'toString']

function assertUsable(name: string): void {
  if (UNUSABLE.includes(name)) throw new UnreadableError(`No member may have the name ${name}`)
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(body: Uint8Array): string {
  try {
    return decoder.decode(body)
  } catch {
    throw new UnreadableError('The body is not in UTF-8')
  }
}

/** Its own words: the parser's would repeat a part of the body. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UnreadableError('Invalid JSON in the body')
  }
}

/**
 * Of members with one name, parsers take the first or the last, or refuse; half of a surrogate pair
 * is a character to some and none to others (RFC 8259 sections 4 and 8.2).
 *
 * @throws {UnreadableError}
 */
function assertOneReading(text: string, most: number): void {
  const names: Set<string>[] = []
  let depth = 0
  let values = 0
  const count = () => {
    // The body itself is none of them.
    if (values++ > most) throw new UnreadableError(TOO_MANY)
  }
  const enter = () => {
    count()
    if (++depth > MAX_DEPTH) throw new UnreadableError(`The body has over ${MAX_DEPTH} levels`)
  }
  const assertWhole = (given: unknown) => {
    if (typeof given === 'string' && !given.isWellFormed()) {
      throw new UnreadableError('The body contains half of a surrogate pair')
    }
  }
  visit(text, {
    onObjectBegin() {
      enter()
      names.push(new Set())
    },
    onObjectProperty(name) {
      const before = names.at(-1)
      if (before?.has(name)) throw new UnreadableError(REPEATED)
      assertUsable(name)
      assertWhole(name)
      before?.add(name)
    },
    onObjectEnd() {
      depth--
      names.pop()
    },
    onArrayBegin: enter,
    onArrayEnd: () => {
      depth--
    },
    onLiteralValue(given: unknown) {
      count()
      assertWhole(given)
    },
  })
}
