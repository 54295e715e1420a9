import type { HttpRequest } from '../message.ts'
import type { Door } from './door.ts'

/** What a route takes as the body of a request; it is read once, for everybody who looks at it. */
export type BodyKind =
  /** Nothing here reads it. */
  | 'none'
  | 'json'
  /** What a page of this program's own posts. */
  | 'form'
  | 'form or json'
  /** It is passed on as it comes, and may be of any length. */
  | 'streamed'

/** A PDS decides which methods it takes. */
export const ANY: readonly string[] = []

/** One thing that can be asked for: what is read of a request follows from it. */
export type RouteShape = {
  /** What limits, metrics and logs call it. */
  name: string
  /** The only spelling of its path; one that ends in `/` stands for all below it. */
  path: string
  /** HEAD goes with GET. */
  methods: readonly string[]
  body: BodyKind
  /** Whether a body in JSON may have as many values as go into it. */
  isTrusted?: boolean
  /** Whether pages of this program's own post there, and nobody else: from this origin, each field once. */
  isOwnForm?: boolean
  /** Whether a request may come without a body, and then without a `Content-Type`. */
  isBodyOptional?: boolean
  /** The member of the body that names the account it is about. */
  account?: string
  /** Whether a body is about none, whatever it names: a passkey says itself whose it is. */
  isUnnamed?: (request: Pick<HttpRequest, 'parameter'>) => boolean
  /** The name of an account as it is meant, where people may leave a part of it out. */
  readAccount?: (typed: string) => string
  /** It asks who calls: its answers are for that caller, also those that refuse. */
  isForCaller?: boolean
  /** In whose words it is refused. */
  door: Door
}
