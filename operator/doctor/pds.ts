import { UnavailableError } from '../../base/errors.ts'
import { fetchAnswer } from '../../base/upstream.ts'
import { reasonOf } from '../../base/values/reason.ts'
import { PdsClient } from '../../pds/client.ts'
import { describePds, type PdsDescription, readProtectedResource } from '../../pds/describe.ts'
import type { PdsAccess } from '../../pds/pds.ts'
import type { Services } from '../../sagas/services/services.ts'
import { LegacyScope, LegacyTokens } from '../../tokens/legacy_tokens.ts'
import { aboutPds, type Check, unanswered } from './check.ts'
import { type CheckResult, look } from './run_check.ts'

/** A DID that no account has: it asks a PDS about itself without asking about anybody. */
const NOBODY = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'

const SETTINGS = 'give the PDS the lines of `vestibule pds-settings` and restart it'

/**
 * Whether a PDS is set up for this entryway.
 *
 * @returns one check where it does not answer
 */
export async function checkPds(pds: PdsAccess, services: Services): Promise<Check[]> {
  const answer = await describePds(pds.address).catch((err: UnavailableError) => err)
  if (answer instanceof UnavailableError) {
    const found = `${reasonOf(answer)}; nothing else of it was looked at`
    return [{ name: unanswered(pds.url), state: 'failed', found, mend: reachIt(pds) }]
  }
  const check = (name: string, work: () => Promise<CheckResult>): Promise<Check> =>
    look(`${aboutPds(pds.url)}${name}`, reachIt(pds), work)
  return Promise.all([
    check('DID and handle domains', () => checkDescription(pds, answer, services)),
    check('public URL', () => checkUrl(pds)),
    check('authorization server', () => checkAuthorizationServer(pds, services)),
    check('admin password', () => checkAdminPassword(pds)),
    check('tokens of this entryway', () => checkTokens(pds, services)),
  ])
}

const reachIt = ({ address }: PdsAccess) =>
  `see that ${address} can be reached from here and is a PDS`

async function checkDescription(
  { url, did }: PdsAccess,
  description: PdsDescription,
  services: Services,
): Promise<CheckResult> {
  if (description.did !== did) {
    return {
      state: 'failed',
      found: `it says that it is ${description.did}, not ${did}`,
      mend: `name the PDS by its own DID: vestibule pds add ${url}`,
    }
  }
  const missing = services.handles.domains.filter(
    (domain) => !description.availableUserDomains.includes(domain),
  )
  if (missing.length === 0) return { state: 'ok', found: did }
  return {
    state: 'failed',
    found: `it takes no handles in ${missing.join(', ')}`,
    mend: SETTINGS,
  }
}

/** Apps make their DPoP proofs for the URL that the PDS thinks it has, and find it by its own. */
async function checkUrl({ url, address }: PdsAccess): Promise<CheckResult> {
  const { resource } = await readProtectedResource(address)
  if (resource === url) return { state: 'ok', found: url }
  return {
    state: 'failed',
    found: `it takes itself to be ${resource}, not ${url}`,
    mend: `set PDS_HOSTNAME of the PDS to ${new URL(url).host}, or name it as it is: vestibule pds add`,
  }
}

async function checkAuthorizationServer(
  { address }: PdsAccess,
  { settings }: Services,
): Promise<CheckResult> {
  const { authorization_servers: servers } = await readProtectedResource(address)
  if (servers.includes(settings.publicUrl)) {
    return { state: 'ok', found: `it names ${settings.publicUrl}` }
  }
  return {
    state: 'failed',
    found: `it names ${servers.join(', ')}, not ${settings.publicUrl}`,
    mend: SETTINGS,
  }
}

/** Whether the PDS takes the admin password that is known of it. */
export async function checkAdminPassword(pds: PdsAccess): Promise<CheckResult> {
  try {
    await new PdsClient(pds).readStanding(NOBODY)
    return { state: 'ok', found: 'it is accepted' }
  } catch (err) {
    return {
      state: 'failed',
      found: err instanceof Error ? err.message : 'it is not accepted',
      mend:
        err instanceof UnavailableError
          ? reachIt(pds)
          : `give the PDS_ADMIN_PASSWORD of the PDS: vestibule pds add ${pds.url}`,
    }
  }
}

/** The PDS verifies a token before it looks for the account, so an account that does not exist will do. */
async function checkTokens({ address, did }: PdsAccess, services: Services): Promise<CheckResult> {
  const tokens = new LegacyTokens(services.secrets, services.settings)
  const accessJwt = await tokens.signAccess({
    did: NOBODY,
    pdsDid: did,
    scope: LegacyScope.Access,
  })
  const url = new URL('/xrpc/com.atproto.server.checkAccountStatus', address)
  const response = await fetchAnswer(url, { headers: { authorization: `Bearer ${accessJwt}` } })
  const { error } = (await response.json().catch(nothingOfNoJson)) as { error?: string }
  if (error === undefined) {
    return {
      state: 'failed',
      found: `what answers (${response.status}) is no PDS`,
      mend: `see that ${address} leads to the PDS`,
    }
  }
  if (error !== 'InvalidToken') return { state: 'ok', found: 'they are accepted' }
  return { state: 'failed', found: 'it does not accept them', mend: SETTINGS }
}

function nothingOfNoJson(err: unknown): object {
  if (err instanceof SyntaxError) return {}
  throw err
}
