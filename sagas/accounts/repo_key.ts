import type { AccountRow } from '../../database/account/profile.ts'
import { LegacyScope, type LegacyTokens } from '../../tokens/legacy_tokens.ts'
import type { Services } from '../services/services.ts'

/** The key that the PDS of an account has for it, as did:key; not the one in the DID document. */
export async function repoKeyOf(
  { services, tokens }: { services: Services; tokens: LegacyTokens },
  { did, pdsDid }: Pick<AccountRow, 'did' | 'pdsDid'>,
): Promise<string> {
  const pds = await services.pds(pdsDid)
  return pds.readSigningKey(await tokens.signAccess({ did, pdsDid, scope: LegacyScope.Access }))
}
