import { readFactors } from '../../database/account/factors.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import type { Db } from '../../database/database.ts'
import type { Factors } from '../../factors/kinds.ts'
import type { Basis } from './basis.ts'

/** A sign-in, as far as it was proven. */
export type Login = {
  account: AccountRow
  /** Set when the person signed in with an app password. */
  appPassword: { name: string; privileged: boolean } | null
  /** What the account asks for besides. */
  factors: Factors
  /** The sign-in, for the grants that follow from it. */
  basis: Basis
}

/** One that was recorded together with what proved it. */
export type RecordedLogin = Login & {
  /** Whether the owner is to be told of the device. */
  isTold: boolean
  /** Whether it was recorded before, by the same form, and its code spent. */
  isAgain?: boolean
}

/** A sign-in to an account as it was just read; not one with an app password. */
export function loginTo(db: Db, account: AccountRow): Login {
  const { generation, takedownRef } = account
  const basis = { generation, mayBeTakenDown: takedownRef !== null }
  return { account, appPassword: null, factors: readFactors(db), basis }
}
