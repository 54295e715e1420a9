import { outlasting } from '../../base/time/in_time.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import { appName } from '../../http/names/app_name.ts'
import { calledFrom } from '../../http/requester.ts'
import type { Services } from '../services/services.ts'
import { recordAudit } from './audit.ts'
import { notify, occasionNow } from './notice.ts'

/** A session of an account that ended because one of its refresh tokens was used twice. */
export type ReusedToken = { account: AccountRow; clientId: string }

/** Tells the owner of the account: one of the two who used it is a thief (RFC 9700 section 4.14.2). */
export async function tellOfReuse(
  services: Services,
  { account, clientId }: ReusedToken,
): Promise<void> {
  const address = calledFrom()?.address
  await recordAudit(services, account.did, 'refresh_token_reused', { clientId, address })
  // A thief who does not wait for an answer is told of, too.
  const registered = await outlasting(() => services.appOf(clientId))
  const app = registered ?? appName(clientId)
  notify(services, 'refreshTokenReused', account, occasionNow(), { about: { app } })
}
