import type Provider from 'oidc-provider'
import type { Grant, KoaContextWithOIDC } from 'oidc-provider'
import type { OpenidConsent } from '../database/account/openid_grant.ts'
import { newGrantId } from './names.ts'
import { stillRegistered } from './resources.ts'
import { openidScope, registeredAt } from './scope.ts'
import type { Storage } from './stored.ts'

type OfConsents = Pick<Storage, 'actors' | 'flow'>

/**
 * What the client was granted in this sign-in. Where that has ended, or somebody signs in anew, it is granted
 * again what the person consented to before: once it gets something of that, since they may be asked first, and refuse.
 */
export async function loadGrant(
  storage: OfConsents,
  { oidc }: KoaContextWithOIDC,
): Promise<Grant | undefined> {
  const { client, session, result, provider, account } = oidc
  if (!client || !account) return undefined
  const { clientId } = client
  const id = result?.consent?.grantId ?? session?.grantIdFor(clientId)
  const found = id === undefined ? undefined : await provider.Grant.find(id)
  if (found?.accountId === account.accountId) return found
  const grant = await grantAsBefore(storage, provider, account.accountId, clientId)
  if (grant) grant.jti = newGrantId()
  openidScope().unkept = grant ?? null
  return grant
}

/** What the person consented to before, as a grant that is not kept; undefined where that is nothing. */
export async function grantAsBefore(
  { actors, flow }: OfConsents,
  { Grant }: Pick<Provider, 'Grant'>,
  did: string,
  clientId: string,
): Promise<Grant | undefined> {
  const consent = await actors.account(did).readOpenidConsent(clientId, registeredAt(clientId))
  if (!consent || !openidScope().bases.has(did)) return undefined
  const resources = await stillRegistered(flow, consent.resources, consent.updatedAt)
  return grantOf(new Grant({ accountId: did, clientId }), { ...consent, resources })
}

/** The same grant with what a person has decided. */
export function grantOf(grant: Grant, { scope, refused, resources }: OpenidConsent): Grant {
  if (scope) grant.addOIDCScope(scope)
  if (refused) grant.rejectOIDCScope(refused)
  for (const [resource, its] of Object.entries(resources)) grant.addResourceScope(resource, its)
  return grant
}
