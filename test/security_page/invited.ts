import type { AppInProcess } from '../../lab/world/app/app.ts'
import { newPerson } from '../shared/people/person.ts'

/** Somebody signs up with an invite code, as far as the directory goes. */
export async function signUpWith(app: AppInProcess, inviteCode: string) {
  const { did, handle, email } = await newPerson(app)
  const { directory } = app.actors
  await directory.removeAccount(did)
  const names = { handle, email, inviteCode, passwordScrypt: 'salt:hash', passkey: null }
  const { id } = await directory.reserveSignUp(names)
  await directory.recordSignUpDid(id, { did, movedFrom: null }, Date.now())
  await directory.completeSignUp(id)
  return { did, handle }
}
