import type { Account, AuthorizedClients } from '@atproto/oauth-provider/store'
import type { AuthorizedClientRow } from '../database/account/authorized_client.ts'
import type { AccountRow } from '../database/account/profile.ts'

/** The account as the provider and its pages know it; `pds` is the audience of its tokens. */
export function toAccount(row: AccountRow): Account {
  return {
    did: row.did as Account['did'],
    pds: row.pdsDid as Account['pds'],
    email: row.email,
    emailVerified: row.emailConfirmedAt !== null,
    ...(row.handle === null ? {} : { handle: row.handle as NonNullable<Account['handle']> }),
    deactivated: row.deactivatedAt !== null,
  }
}

export function toAuthorizedClients(rows: AuthorizedClientRow[]): AuthorizedClients {
  return new Map(rows.map((row) => [row.clientId, JSON.parse(row.data)]))
}
