import type { Grant, KoaContextWithOIDC } from 'oidc-provider'
import type { OpenidConsent } from '../database/account/openid_grant.ts'
import { stillRegistered } from './resources.ts'
import { openidScope, registeredAt } from './scope.ts'
import type { Storage } from './stored.ts'

/**
 * What the client was granted in this sign-in. Where that has ended, or somebody signs in anew, it is granted
 * again what the person consented to before.
 */
export async function loadGrant(
  { actors, flow }: Pick<Storage, 'actors' | 'flow'>,
  { oidc }: KoaContextWithOIDC,
): Promise<Grant | undefined> {
  const { client, session, result, provider, account } = oidc
  if (!client || !account) return undefined
  const { clientId } = client
  const id = result?.consent?.grantId ?? session?.grantIdFor(clientId)
  const found = id === undefined ? undefined : await provider.Grant.find(id)
  if (found?.accountId === account.accountId) return found
  const consent = await actors
    .account(account.accountId)
    .readOpenidConsent(clientId, registeredAt(clientId))
  if (!consent || !openidScope().bases.has(account.accountId)) return undefined
  const resources = await stillRegistered(flow, consent.resources, consent.updatedAt)
  const grant = grantOf(new provider.Grant({ accountId: account.accountId, clientId }), {
    ...consent,
    resources,
  })
  await grant.save()
  return grant
}

/** The same grant with what a person has decided. */
export function grantOf(grant: Grant, { scope, refused, resources }: OpenidConsent): Grant {
  if (scope) grant.addOIDCScope(scope)
  if (refused) grant.rejectOIDCScope(refused)
  for (const [resource, its] of Object.entries(resources)) grant.addResourceScope(resource, its)
  return grant
}
