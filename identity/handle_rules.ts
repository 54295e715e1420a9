import { InvalidHandleError, isValidTld, normalizeAndEnsureValidHandle } from '@atproto/syntax'
import { XRPCError } from '@atproto/xrpc-server'
import { Refusal, type RefusalCode } from '../base/errors.ts'
import { ensureHandleServiceConstraints, hasExplicitSlur } from './reference_rules.ts'

export function isServiceHandle(handle: string, domains: string[]): boolean {
  return domains.some((domain) => handle.endsWith(domain))
}

/**
 * Normalises a handle and applies the reference PDS's rules to it. Whether it is free, and whether
 * a handle of another domain resolves to the account, is not checked here.
 *
 * @param allowReserved for the operator: reserved names and slurs pass
 * @throws {Refusal} InvalidHandle, HandleNotAvailable (reserved)
 */
export function normalizeHandle(handle: string, domains: string[], allowReserved = false): string {
  const normalized = normalizeSyntax(handle)
  // Local networks use .test, which is no valid TLD elsewhere.
  if (!isValidTld(normalized) && !isServiceHandle(normalized, domains)) {
    throw new Refusal('InvalidHandle', 'Handle TLD is invalid or disallowed')
  }
  if (!allowReserved && hasExplicitSlur(normalized)) {
    throw new Refusal('InvalidHandle', 'Inappropriate language in handle')
  }
  if (isServiceHandle(normalized, domains)) {
    try {
      ensureHandleServiceConstraints(normalized, domains, allowReserved)
    } catch (err) {
      if (err instanceof XRPCError) throw new Refusal(err.error as RefusalCode, err.message)
      throw err
    }
  }
  return normalized
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
