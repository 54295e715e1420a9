/** How somebody can prove, after the password, that it is them. */
export const FACTOR_KINDS = ['totp', 'mail', 'recovery'] as const
export type FactorKind = (typeof FACTOR_KINDS)[number]

/** A code of a second factor; its form tells which. */
export type Proof = { kind: FactorKind; code: string }

/** What an account asks for at sign-in besides its password. */
export type Factors = {
  /** The authenticator; ms. */
  totp: { addedAt: number } | null
  /** Whether a code is mailed. */
  mail: boolean
  /** How many are left, each of which stands in for one of the others. */
  recoveryCodes: number
}

/** Which codes an account takes, the one that it asks for first; none where it has no second factor. */
export function kindsOf({ totp, mail, recoveryCodes }: Factors): FactorKind[] {
  const asked: FactorKind[] = [
    ...(totp ? ['totp' as const] : []),
    ...(mail ? ['mail' as const] : []),
  ]
  return asked.length > 0 && recoveryCodes > 0 ? [...asked, 'recovery'] : asked
}
