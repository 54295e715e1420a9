import { Refusal } from '../../base/errors.ts'
import { isPlcDid } from '../../base/values/did.ts'
import { type AccountRow, isActive } from '../../database/account/profile.ts'
import { repoKeyOf } from '../../sagas/accounts/repo_key.ts'
import type { Services } from '../../sagas/services/services.ts'
import { LegacyTokens } from '../../tokens/legacy_tokens.ts'
import { command } from '../command.ts'
import { findAccount } from '../find_account.ts'
import { tellingHalf } from '../half_done_error.ts'
import { inputs } from '../inputs/index.ts'

/** What a DID says of an account that is active here, where that is not its PDS, and what is to be done. */
export async function findElsewhere(
  { plc, pdses }: Services,
  account: AccountRow,
): Promise<{ found: string; mend: string } | null> {
  const { did, pdsDid } = account
  // Who has moved away is deactivated here.
  if (!isActive(account) || !isPlcDid(did)) return null
  const url = (await pdses.find(pdsDid))?.url
  const named = (await plc.read(did))?.pds
  if (named === url) return null
  return {
    found: `its DID names ${named ?? 'no PDS'}, not ${url}`,
    mend: `see that ${url} is right (ENTRYWAY_PUBLIC_URL), then: vestibule account name-pds ${did}`,
  }
}

/**
 * Has PLC name the PDS of an account that was made while that was known by another URL. One that has moved away has
 * another repo key there.
 *
 * @throws {Refusal} InvalidRequest
 */
export const namePds = command(inputs['account/name-pds'], async ({ services }, input) => {
  const account = await findAccount(services, input.account)
  const { did, handle } = account
  const pds = await tellingHalf(
    services,
    did,
    () => services.mutex.run(did, () => publish(services, account)),
    async (why) => `${why} Give the command again when it answers.`,
  )
  return { did, handle, pds }
})

/** @returns the URL that PLC names from now on */
async function publish(services: Services, account: AccountRow): Promise<string> {
  const { did, pdsDid } = account
  const { url } = (await services.pds(pdsDid)).pds
  const published = isPlcDid(did) ? await services.plc.read(did) : null
  if (!published) throw new Refusal('InvalidRequest', `PLC does not know ${did}`)
  const tokens = new LegacyTokens(services.secrets, services.settings)
  if (published.repoKey !== (await repoKeyOf({ services, tokens }, account))) {
    throw new Refusal(
      'InvalidRequest',
      `Nothing is changed: ${did} has moved to ${published.pds}, since it has another repo key there than here. \`vestibule account deactivate\` has its PDS here say so, too`,
    )
  }
  if (published.pds !== url) await services.plc.updatePds(did, url)
  await services.refreshDocument(did)
  return url
}
