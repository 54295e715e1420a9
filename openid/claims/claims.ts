import type { Account } from 'oidc-provider'
import type { AccountRow } from '../../database/account/profile.ts'
import type { Services } from '../../sagas/services/services.ts'
import type { Profiles } from './profile.ts'

/** Which claims a scope gives (OpenID Connect Core section 5.4). */
export const SCOPE_CLAIMS = {
  openid: ['sub', 'acr', 'amr', 'auth_time'],
  profile: [
    'name',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'updated_at',
    'atproto_pds',
  ],
  email: ['email', 'email_verified'],
}

/** The scope of refresh tokens that outlive the session in the browser (OpenID Connect Core section 11). */
export const OFFLINE = 'offline_access'

/** All that a client may ask of an account, besides what protected resources have. */
export const OPENID_SCOPES = [...Object.keys(SCOPE_CLAIMS), OFFLINE]

/** What an account says of itself to clients. `sub` is the DID. */
export function toAccount(
  { pdses }: Pick<Services, 'pdses'>,
  profiles: Profiles,
  account: AccountRow,
): Account {
  const { did, handle, email, emailConfirmedAt, updatedAt, pdsDid } = account
  return {
    accountId: did,
    async claims(_use, scope) {
      const isProfile = scope.split(' ').includes('profile')
      const { name, picture, changedAt = 0 } = isProfile ? await profiles.of(account) : {}
      const pds = pdses.all.find((each) => each.did === pdsDid)
      return {
        sub: did,
        // A name is expected where people are shown.
        name: name ?? handle ?? did,
        preferred_username: handle ?? did,
        profile: `https://bsky.app/profile/${did}`,
        ...(picture && { picture }),
        ...(handle !== null && { website: `https://${handle}` }),
        updated_at: Math.floor(Math.max(updatedAt, changedAt) / 1_000),
        ...(pds && { atproto_pds: pds.url }),
        email,
        email_verified: emailConfirmedAt !== null,
      }
    },
  }
}
