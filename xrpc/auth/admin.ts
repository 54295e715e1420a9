import { AuthRequiredError } from '@atproto/xrpc-server'
import { isSameSecret } from '../../base/secrets/same_secret.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import type { Call, Verifier } from '../method.ts'
import { readAuthorization } from './header.ts'

/** The operator of this entryway. */
export const admin: Verifier<null> = async (call, { services }) => {
  if (!isAdmin(call, services.secrets.adminPassword)) throw new AuthRequiredError()
  return null
}

/**
 * Whose accounts the caller administers: `every` for the operator of this entryway, the DIDs of
 * PDSes for those who have the admin password of a PDS behind it.
 */
export type AdminOf = 'every' | readonly string[]

/** The operator of this entryway or of a PDS behind it, whose calls the PDS forwards. */
export const adminOrPdsAdmin: Verifier<AdminOf> = async (call, { services }) => {
  if (isAdmin(call, services.secrets.adminPassword)) return 'every'
  const pdses = await services.actors.directory.listPdses()
  const administered = pdses.filter((pds) => isAdmin(call, pds.adminPassword)).map(({ did }) => did)
  if (!administered.length) throw new AuthRequiredError()
  return administered
}

/** @throws {AuthRequiredError} for an account on another PDS than the caller's */
export function assertAdministers(admin: AdminOf, { pdsDid }: AccountRow): void {
  if (admin !== 'every' && !admin.includes(pdsDid)) throw new AuthRequiredError()
}

function isAdmin(call: Call, password: string | null): boolean {
  const given = readBasic(call)
  if (password === null) return false
  return given?.user === 'admin' && isSameSecret(given.password, password)
}

/** Null for a header with any fault: as at the reference, it counts as no credentials. */
function readBasic(call: Call): { user: string; password: string } | null {
  try {
    const authorization = readAuthorization(call)
    if (authorization?.scheme !== 'basic') return null
    const [user = '', ...password] = Buffer.from(authorization.value, 'base64')
      .toString()
      .split(':')
    return { user, password: password.join(':') }
  } catch {
    return null
  }
}
