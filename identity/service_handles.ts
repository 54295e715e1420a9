import { InvalidHandleError, isValidTld, normalizeAndEnsureValidHandle } from '@atproto/syntax'
import { XRPCError } from '@atproto/xrpc-server'
import { Refusal } from '../base/errors.ts'
import { referenceRules } from './reference_rules.ts'
import { withoutScheme } from './subject.ts'

/** The reference's words for a handle that no account here has. */
export const NO_SUCH_HANDLE = 'User not found'

export type HandleOptions = {
  /** For the operator: reserved names and slurs pass. */
  allowReserved?: boolean
}

/** The handles of this service, those below its domains, and the reference PDS's rules for them. */
export class ServiceHandles {
  /** Each with a dot in front, such as `.example.com`. */
  readonly domains: readonly string[]
  readonly #isServer: (hostname: string) => boolean

  /** @param isServer whether a server of this service has that host name, which is reserved then */
  constructor(domains: readonly string[], isServer: (hostname: string) => boolean) {
    this.domains = domains
    this.#isServer = isServer
  }

  /**
   * The name that somebody types to sign in, where it may be the start of a handle below the first
   * domain: as the provider's pages complete it.
   */
  complete(typed: string): string {
    const written = withoutScheme(typed.trim())
    const name = written.replace(/^@/, '')
    return /^[a-z0-9-]+$/i.test(name) ? `${name}${this.domains[0] ?? ''}` : written
  }

  /** Whether a normalised handle is below one of the domains. */
  isOurs(handle: string): boolean {
    return this.domains.some((domain) => handle.endsWith(domain))
  }

  /**
   * Normalises a handle and applies the reference's rules to it. Whether it is free, and whether a
   * handle of another domain resolves to the account, is not checked here.
   *
   * @throws {Refusal} InvalidHandle, DisallowedTld, OffensiveHandle, ReservedHandle
   */
  normalize(typed: string, { allowReserved = false }: HandleOptions = {}): string {
    const handle = normalizeSyntax(typed)
    const isOurs = this.isOurs(handle)
    // Local networks use .test, which is no valid TLD elsewhere.
    if (!isValidTld(handle) && !isOurs) {
      throw new Refusal('DisallowedTld', 'Handle TLD is invalid or disallowed')
    }
    if (!allowReserved && referenceRules().hasExplicitSlur(handle)) {
      throw new Refusal('OffensiveHandle', 'Inappropriate language in handle')
    }
    if (isOurs) this.#assertAllowed(handle, allowReserved)
    return handle
  }

  /** As {@link normalize}, for a handle that must be ours. @throws {Refusal} UnsupportedDomain, too */
  forNewAccount(typed: string, options?: HandleOptions): string {
    const handle = this.normalize(typed, options)
    if (!this.isOurs(handle)) {
      throw new Refusal('UnsupportedDomain', 'Not a supported handle domain')
    }
    return handle
  }

  #assertAllowed(handle: string, allowReserved: boolean): void {
    if (!allowReserved && this.#isServer(handle)) {
      throw new Refusal('ReservedHandle', 'Reserved handle')
    }
    try {
      referenceRules().ensureHandleServiceConstraints(handle, [...this.domains], allowReserved)
    } catch (err) {
      if (!(err instanceof XRPCError)) throw err
      // `HandleNotAvailable` is thrown for reserved names alone.
      const isReserved = err.customErrorName === 'HandleNotAvailable'
      throw new Refusal(isReserved ? 'ReservedHandle' : 'InvalidHandle', err.message)
    }
  }
}

/** @throws {Refusal} InvalidHandle */
export function normalizeSyntax(handle: string): string {
  try {
    return normalizeAndEnsureValidHandle(handle)
  } catch (err) {
    if (err instanceof InvalidHandleError) throw new Refusal('InvalidHandle', err.message)
    throw err
  }
}
