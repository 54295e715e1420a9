import type { AppInProcess } from '../../lab/world/app/app.ts'
import { signInNow } from '../shared/account_state.ts'
import { enrol, nextStep } from '../shared/people/authenticator.ts'
import { newPerson, type Person } from '../shared/people/person.ts'
import { Visitor } from '../shared/people/visitor.ts'

export const SIGN_IN = '/account/sign-in?step=sign-in'

export type Code = 'a recovery code' | 'a mailed code' | 'a code of an authenticator'

/** Sends something whose answer is lost. */
export async function losing<T>(visitor: Visitor, send: () => Promise<T>): Promise<T> {
  const kept = new Map(visitor.cookies)
  const lost = await send()
  visitor.cookies.clear()
  for (const [name, cookie] of kept) visitor.cookies.set(name, cookie)
  return lost
}

/** Somebody who has given the password, and is asked for a code, which they have. */
export async function halfIn(app: AppInProcess, kind: Code, isRemembered = true) {
  const person = await newPerson(app)
  const prepared = kind === 'a mailed code' ? await takeMail(person) : await enrol(app, person.did)
  nextStep()
  const visitor = new Visitor(app)
  const { handle: username, password } = person
  const remember = { ...(isRemembered && { remember: 'on' }) }
  const begin = async () =>
    visitor.send(await visitor.open(SIGN_IN), { username, password, ...remember })
  const mails = async () =>
    (await app.readMails()).filter(({ to }) => to?.[0]?.address === person.email)
  const mailed = async () => (await mails()).flatMap(({ text }) => CODE.exec(text ?? '') ?? [])
  const earlier = await begin()
  const before = await mailed()
  const page = await begin()
  const [newest = ''] = (await mailed()).filter((code) => !before.includes(code))
  const written = kind === 'a recovery code' ? prepared?.recoveryCodes[0] : prepared?.code()
  return { person, visitor, earlier, page, mails, code: written ?? newest }
}

/** Of a mail. */
const CODE = /[A-Z2-7]{5}-[A-Z2-7]{5}/

async function takeMail({ account, email }: Person): Promise<null> {
  const basis = () => signInNow(account)
  const { token } = await account.issueEmailToken('confirm_email', null, email)
  await account.confirmEmail(email, token, await basis())
  await account.setMailFactor(true, await basis())
  return null
}
