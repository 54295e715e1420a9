/** How somebody can prove, after the password, that it is them. */
export const FACTOR_KINDS = ['passkey', 'totp', 'mail', 'recovery'] as const
export type FactorKind = (typeof FACTOR_KINDS)[number]

/** Those that are a code which a person types. */
export type CodeKind = Exclude<FactorKind, 'passkey'>

/** A code of a second factor; its form tells which. */
export type Proof = { kind: CodeKind; code: string }

/** With what an account is signed in to, and what it asks for besides its password. */
export type Factors = {
  /** Whether it has one: the others are asked for after it. */
  password: boolean
  /** How many there are. Each signs in by itself, too. */
  passkeys: number
  /** The authenticator; ms. */
  totp: { addedAt: number } | null
  /** Whether a code is mailed. */
  mail: boolean
  /** How many are left, each of which stands in for one of the others. */
  recoveryCodes: number
}

/** Which factors an account takes, the one that it asks for first; none where it has no second factor. */
export function kindsOf({ passkeys, totp, mail, recoveryCodes }: Factors): FactorKind[] {
  const asked: FactorKind[] = [
    ...(passkeys > 0 ? ['passkey' as const] : []),
    ...(totp ? ['totp' as const] : []),
    ...(mail ? ['mail' as const] : []),
  ]
  return asked.length > 0 && recoveryCodes > 0 ? [...asked, 'recovery'] : asked
}
