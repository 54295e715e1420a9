import type { CarriedSessions } from '../account/carried.ts'
import type { NewAccount } from '../account/profile.ts'

/** An account with its credentials as a PDS kept them: the hashes are the same ones. */
export type ImportedAccount = Required<NewAccount> & {
  /** Each has one there. */
  passwordScrypt: string
  /** Whether a code is mailed at sign-in. */
  emailAuthFactor: boolean
  deleteAfter: number | null
  takedownRef: string | null
  invitesDisabled: boolean
  appPasswords: {
    name: string
    passwordScrypt: string
    privileged: boolean
    createdAt: number
  }[]
  /** Of a PDS that is adopted. */
  sessions?: CarriedSessions | null
  /** Where it came before, with others of its app passwords: whether it was new then. */
  continues?: { isNew: boolean }
}
