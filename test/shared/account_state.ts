import type { AccountStub } from '../../actors/reach.ts'

/** What an account says of itself, for one that is there. */
export async function readThere(account: AccountStub) {
  const row = await account.read()
  if (!row) throw new Error('No account')
  return row
}

/** A sign-in to it that is good now. */
export async function signInNow(account: AccountStub) {
  const { generation } = await readThere(account)
  return { generation }
}

/** The lines of one kind in its audit trail. */
export async function trailOf(account: AccountStub, event: string) {
  return (await account.listAudit(100)).filter((entry) => entry.event === event)
}
