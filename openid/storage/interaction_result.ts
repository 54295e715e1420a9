import type { Basis } from '../../actors/account/basis.ts'

/** How a person has signed in, as it is handed to the provider with an interaction. */
export type Login = {
  /** DID */
  accountId: string
  /** When, in seconds, and how (RFC 8176). */
  ts: number
  amr?: string[]
  acr?: string
  /** Whether the browser keeps the session when it is closed. */
  remember: boolean
  /** Which browser, and the sign-in on which rests what is granted. */
  deviceId: string
  basis: Basis
}

/** More than one factor, as relying parties ask for it (OpenID PAPE 1.0 section 4). */
export const MULTI_FACTOR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor'
