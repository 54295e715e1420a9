import type { Configuration } from 'oidc-provider'
import * as lifetimes from '../../base/lifetimes.ts'

/** The provider counts in these. */
export const seconds = (ms: number) => Math.ceil(ms / 1_000)

/** How long each thing is good that the provider makes, s. */
export const TTL: Configuration['ttl'] = {
  AccessToken: seconds(lifetimes.OPENID_ACCESS_TOKEN),
  AuthorizationCode: seconds(lifetimes.OPENID_CODE),
  IdToken: seconds(lifetimes.OPENID_ID_TOKEN),
  RefreshToken: seconds(lifetimes.OPENID_REFRESH_TOKEN),
  Grant: seconds(lifetimes.OPENID_GRANT),
  DeviceCode: seconds(lifetimes.OPENID_DEVICE_CODE),
  Interaction: seconds(lifetimes.OPENID_INTERACTION),
  Session: (_, { loginTs, transient }) => {
    const { DEVICE_AUTHENTICATION, OPENID_INTERACTION, OPENID_PASSING_SESSION } = lifetimes
    if (loginTs === undefined) return seconds(OPENID_INTERACTION)
    const lasts = seconds(transient ? OPENID_PASSING_SESSION : DEVICE_AUTHENTICATION)
    return Math.max(1, loginTs + lasts - seconds(Date.now()))
  },
}
