import { AuthRequiredError } from '@atproto/xrpc-server'
import { isSameSecret } from '../../base/secrets/same_secret.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import { PdsClient } from '../../pds/client.ts'
import type { Pds } from '../../pds/pds.ts'
import type { Services } from '../../sagas/services/services.ts'
import { judgeAdminPassword } from '../../sagas/sign_in/admin_password.ts'
import type { Administrator } from '../acts.ts'
import type { Call, Verifier } from '../method.ts'
import { readAuthorization } from './header.ts'

/** The operator of this entryway. */
export const admin: Verifier<Administrator> = (call, { services }) =>
  judged(call, services, (password) => (isOperator(services, password) ? { name: OPERATOR } : null))

const OPERATOR = 'the admin password'

export type AdminOf = Administrator & {
  /**
   * Whose accounts: `every` for the operator of this entryway, the DIDs of PDSes for those who have the admin password of a
   * PDS behind it.
   */
  of: 'every' | readonly string[]
}

/** The operator of this entryway or of a PDS behind it, whose calls the PDS forwards. */
export const adminOrPdsAdmin: Verifier<AdminOf> = (call, { services }) =>
  judged(call, services, async (password): Promise<AdminOf | null> => {
    if (isOperator(services, password)) return { name: OPERATOR, of: 'every' }
    const administered = await pdsesOf(services, password)
    const name = `${OPERATOR} of ${administered.join(', ')}`
    return administered.length > 0 ? { name, of: administered } : null
  })

/**
 * Counts an admin password that a request shows to a PDS, which judges it itself.
 *
 * @param shownTo finds that PDS; null where there is none
 * @throws {Refusal} RateLimitExceeded
 */
export async function countShownToPds(
  services: Services,
  authorization: string | undefined,
  shownTo: () => Promise<Pick<Pds, 'did'> | null>,
): Promise<void> {
  const given = readBasic(authorization)
  if (given?.user !== ADMIN) return
  const { password } = given
  await judgeAdminPassword(services, async () => {
    if (isOperator(services, password)) return true
    if ((await pdsesOf(services, password)).length > 0) return true
    return (await isTakenBy(await shownTo(), services, password)) || null
  })
}

/** @throws {AuthRequiredError} for an account on another PDS than the caller's */
export function assertAdministers({ of }: AdminOf, { pdsDid }: AccountRow): void {
  if (of !== 'every' && !of.includes(pdsDid)) throw new AuthRequiredError()
}

const ADMIN = 'admin'

/** @throws {AuthRequiredError} where no password is shown, or a wrong one */
async function judged<T>(
  { req }: Call,
  services: Services,
  judge: (password: string) => T | null | Promise<T | null>,
): Promise<T> {
  const given = readBasic(req.headers.authorization)
  if (given?.user !== ADMIN) throw new AuthRequiredError()
  const rights = await judgeAdminPassword(services, () => judge(given.password))
  if (rights === null) throw new AuthRequiredError()
  return rights
}

const isOperator = ({ secrets }: Pick<Services, 'secrets'>, password: string) =>
  isSameSecret(password, secrets.adminPassword)

/** DIDs of the PDSes whose admin password it is. */
async function pdsesOf({ actors }: Pick<Services, 'actors'>, password: string): Promise<string[]> {
  const pdses = await actors.directory.listPdses()
  return pdses
    .filter((pds) => pds.adminPassword !== null && isSameSecret(password, pds.adminPassword))
    .map(({ did }) => did)
}

/**
 * A PDS whose password cannot be read here any more is asked itself: else its own would be counted as a guess. No other
 * than the one to which a password is shown anyhow, since it may be another's.
 */
async function isTakenBy(
  shownTo: Pick<Pds, 'did'> | null,
  { actors }: Pick<Services, 'actors'>,
  password: string,
): Promise<boolean> {
  const pdses = await actors.directory.listPdses()
  const pds = pdses.find(({ did }) => did === shownTo?.did)
  if (pds?.adminPassword !== null) return false
  const asked = new PdsClient({ ...pds, adminPassword: password })
  return asked.refusalOfPassword().then(
    (refusal) => refusal === null,
    () => false,
  )
}

/** Null for a header with any fault: as at the reference, it counts as no credentials. */
function readBasic(header: string | undefined): { user: string; password: string } | null {
  try {
    const authorization = readAuthorization({ req: { headers: { authorization: header } } })
    if (authorization?.scheme !== 'basic') return null
    const [user = '', ...password] = Buffer.from(authorization.value, 'base64')
      .toString()
      .split(':')
    return { user, password: password.join(':') }
  } catch {
    return null
  }
}
