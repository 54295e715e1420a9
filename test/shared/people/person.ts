import type { AppInProcess } from '../../../lab/world/app/app.ts'

let people = 0

/** The handle of somebody new, whose letters no other has. */
function newHandle(): string {
  const letters = String(++people).replaceAll(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '')
  return `kim-${letters}.test`
}

/** Somebody new, with an account and its password. */
export async function newPerson(app: AppInProcess) {
  const handle = newHandle()
  const person = { handle, email: `${handle}@mail.internal`, password: `secret of ${handle}` }
  const did = await app.addAccount(person)
  return { ...person, did, account: app.actors.account(did) }
}

export type Person = Awaited<ReturnType<typeof newPerson>>
