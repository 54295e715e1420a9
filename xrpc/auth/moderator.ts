import { AuthRequiredError } from '@atproto/xrpc-server'
import { decodeJwt } from 'jose'
import type { Administrator } from '../acts.ts'
import type { Call, MethodContext, Verifier } from '../method.ts'
import { admin } from './admin.ts'
import { readAuthorization, readBearer } from './header.ts'
import { keyOfDid, verifyServiceJwt } from './service.ts'

/** As in the reference: the operator, or the moderation service that the settings name. */
export const moderator: Verifier<Administrator> = async (call, context) => {
  if (readAuthorization(call)?.scheme !== 'bearer') return admin(call, context)
  return moderationService(call, context)
}

/** A service JWT that the moderation service signed with its own key or with its labeler's. */
const moderationService: Verifier<Administrator> = async (call, context) => {
  const did = context.services.settings.modServiceDid
  if (did === null) throw untrusted()
  await verifyServiceJwt(call, context, async (issuer, forceRefresh) => {
    if (!isModerationService(issuer, context)) throw untrusted()
    const keyId = issuer === did ? 'atproto' : 'atproto_label'
    return keyOfDid(context.services, did, forceRefresh, keyId)
  })
  return { name: did }
}

/** Whether a bearer token says that it is the moderation service's; it is not verified. */
export function saysModerationService(call: Call, context: MethodContext): boolean {
  try {
    return isModerationService(decodeJwt(readBearer(call)).iss ?? '', context)
  } catch {
    return false
  }
}

function isModerationService(issuer: string, { services }: MethodContext): boolean {
  const did = services.settings.modServiceDid
  return did !== null && (issuer === did || issuer === `${did}#atproto_labeler`)
}

const untrusted = () => new AuthRequiredError('Untrusted issuer', 'UntrustedIss')
