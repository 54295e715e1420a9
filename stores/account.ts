import type { Account, AuthorizedClients } from '@atproto/oauth-provider/store'
import type { AuthorizedClientRow } from '../database/account/authorized_client.ts'
import type { AccountRow } from '../database/account/profile.ts'
import type { DirectoryEntry } from '../database/directory/account.ts'
import { requestScope } from './request_scope.ts'

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

/** The same of one that is damaged, as far as the directory knows it. */
export function toDamagedAccount({ did, pdsDid, handle }: DirectoryEntry): Account {
  return {
    did: did as Account['did'],
    pds: pdsDid as Account['pds'],
    ...(handle === null ? {} : { handle: handle as NonNullable<Account['handle']> }),
    deactivated: false,
  }
}

/** What a person gave to each app before. */
export function toAuthorizedClients(rows: AuthorizedClientRow[]): AuthorizedClients {
  return new ReadWhenAsked(rows)
}

type Given = AuthorizedClients extends Map<infer Id, infer Data> ? { id: Id; data: Data } : never

/**
 * The provider looks one app up (`get`). The accounts of a browser are listed for each of its pages, and what each gave to
 * its apps has up to 2 MB.
 */
class ReadWhenAsked extends Map<Given['id'], Given['data']> {
  readonly #rows: ReadonlyMap<string, AuthorizedClientRow>

  constructor(rows: readonly AuthorizedClientRow[]) {
    super()
    this.#rows = new Map(rows.map((row) => [row.clientId, row]))
  }

  override get(id: Given['id']): Given['data'] | undefined {
    const row = this.#rows.get(id)
    if (row === undefined || row.updatedAt < requestScope().registeredAt(id)) return undefined
    return JSON.parse(row.data)
  }
}
