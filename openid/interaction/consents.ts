import type Provider from 'oidc-provider'
import type { Grant, KoaContextWithOIDC } from 'oidc-provider'
import type { OpenidConsent } from '../../database/account/openid_consent.ts'
import { stillRegistered } from '../resources/resources.ts'
import { noteGivenAfter, openidScope, registeredAt } from '../storage/scope.ts'
import type { Storage } from '../storage/stored.ts'
import { newGrantId, newSid } from '../storage/token_names.ts'

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
  const grant = await grantOrConsent(storage, provider, id, { did: account.accountId, clientId })
  if (grant && grant.jti === undefined) {
    grant.jti = newGrantId()
    openidScope().unkept = grant
  }
  const before = session?.grantIdFor(clientId)
  if (!grant || before === undefined || before === grant.jti) return grant
  const other = before === id ? undefined : await provider.Grant.find(before)
  if (other) return join(storage, other, grant)
  // The client may still be told that the sign-in of before has ended, by its name (`sid`).
  session?.sidFor(clientId, newSid())
  return grant
}

/**
 * Who was asked in two tabs has granted something in each: it becomes one, which the person ends as one. Not where they
 * have ended the client meanwhile.
 */
async function join({ actors }: OfConsents, grant: Grant, later: Grant): Promise<Grant> {
  const { openid, rejected, resources, jti, accountId = '', clientId = '' } = later
  const scope = openidScope()
  const account = actors.account(accountId)
  scope.consented = await account.readOpenidConsent(clientId, registeredAt(clientId))
  if (!scope.consented) return later
  await Object.assign(grant, { openid, rejected, resources }).save()
  scope.unkept = null
  await account.endOpenidGrant(jti)
  return grant
}

/**
 * A grant of a person to a client; where it has ended, or is of another account, what the person consented to before,
 * as a grant that is not kept and has no id. Undefined where that is nothing, too.
 */
export async function grantOrConsent(
  { actors, flow }: OfConsents,
  { Grant }: Pick<Provider, 'Grant'>,
  id: string | undefined,
  { did, clientId }: { did: string; clientId: string },
): Promise<Grant | undefined> {
  const found = id === undefined ? undefined : await Grant.find(id)
  if (found?.accountId === did && found.clientId === clientId) return found
  const consent = await actors.account(did).readOpenidConsent(clientId, registeredAt(clientId))
  if (!consent || !openidScope().bases.has(did)) return undefined
  openidScope().consented = consent
  noteGivenAfter(consent.updatedAt)
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
