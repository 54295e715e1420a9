import { PdsClient } from '../pds/client.ts'
import { describePds, readAuthorizationServers } from '../pds/describe.ts'
import type { Pds } from '../pds/pds.ts'
import type { Services } from '../sagas/services.ts'
import { LegacyScope, LegacyTokens } from '../tokens/legacy_tokens.ts'
import type { Check } from './check.ts'

/** A DID that no account has: it asks a PDS about itself without asking about anybody. */
const NOBODY = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'

const SETTINGS = 'give the PDS the lines of `vestibule pds-settings` and restart it'

/** Whether a PDS is set up for this entryway. */
export async function checkPds(
  pds: Pick<Pds, 'did' | 'url' | 'adminPassword'>,
  services: Services,
): Promise<Check[]> {
  const host = new URL(pds.url).host
  const check = async (name: string, look: () => Promise<Omit<Check, 'name'>>): Promise<Check> => {
    const about = `PDS ${host}: ${name}`
    return look().then(
      (result) => ({ name: about, ...result }),
      (err) => ({
        name: about,
        state: 'failed',
        found: err instanceof Error ? err.message : 'it could not be asked',
        mend: `see that ${pds.url} can be reached from here and is a PDS`,
      }),
    )
  }
  return Promise.all([
    check('DID and handle domains', () => checkDescription(pds, services)),
    check('authorization server', () => checkAuthorizationServer(pds, services)),
    check('admin password', () => checkAdminPassword(pds)),
    check('tokens of this entryway', () => checkTokens(pds, services)),
  ])
}

type Looked = Promise<Omit<Check, 'name'>>

async function checkDescription(
  { url, did }: Pick<Pds, 'did' | 'url'>,
  services: Services,
): Looked {
  const description = await describePds(url)
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

async function checkAuthorizationServer({ url }: Pick<Pds, 'url'>, { settings }: Services): Looked {
  const servers = await readAuthorizationServers(url)
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
export async function checkAdminPassword(pds: Pick<Pds, 'did' | 'url' | 'adminPassword'>): Looked {
  try {
    await new PdsClient(pds).readStanding(NOBODY)
    return { state: 'ok', found: 'it is accepted' }
  } catch (err) {
    return {
      state: 'failed',
      found: err instanceof Error ? err.message : 'it is not accepted',
      mend: `give the PDS_ADMIN_PASSWORD of the PDS: vestibule pds add ${pds.url}`,
    }
  }
}

/** The PDS verifies a token before it looks for the account, so an account that does not exist will do. */
async function checkTokens({ url, did }: Pick<Pds, 'did' | 'url'>, services: Services): Looked {
  const tokens = new LegacyTokens(services.secrets, services.settings.did)
  const accessJwt = await tokens.signAccess({
    did: NOBODY,
    pdsDid: did,
    scope: LegacyScope.Access,
  })
  const response = await fetch(new URL('/xrpc/com.atproto.server.checkAccountStatus', url), {
    headers: { authorization: `Bearer ${accessJwt}` },
  })
  const { error } = (await response.json().catch(() => ({}))) as { error?: string }
  if (error === undefined) {
    return {
      state: 'failed',
      found: `what answers (${response.status}) is no PDS`,
      mend: `see that ${url} leads to the PDS`,
    }
  }
  if (error !== 'InvalidToken') return { state: 'ok', found: 'they are accepted' }
  return { state: 'failed', found: 'it does not accept them', mend: SETTINGS }
}
