import type { AppInProcess } from '../../../lab/world/app/app.ts'
import { answerOf, asked, type Owner } from '../people/passkey_owner.ts'
import { Visitor } from '../people/visitor.ts'
import { type Form, formsOf } from './forms_of.ts'

export const PAGE = '/account/security'

/** The owner of a passkey comes to the security page with it. */
export async function come(
  app: AppInProcess,
  { authenticator }: Pick<Owner, 'authenticator'>,
  box: Record<string, string> = { remember: 'on' },
): Promise<Visitor> {
  const visitor = new Visitor(app)
  const page = await visitor.follow(await visitor.open(PAGE))
  await visitor.send(page, { ...box, ...answerOf(authenticator.use(asked(page))) })
  return visitor
}

/** The form of a page that does something. */
export function formTo(page: { text: string }, action: string): Form {
  const found = formsOf(page).find((form) => form.action?.includes(`/form/${action}`))
  if (!found) throw new Error(`No form to ${action}`)
  return found
}

/** The cookie that says what was done with a form. @throws {Error} where there is none, or several */
export function toldIn({ cookies }: Pick<Visitor, 'cookies'>) {
  const [told, ...others] = [...cookies].filter(([name]) => name.startsWith('done'))
  if (!told || others.length > 0) throw new Error('The browser was not told of one thing')
  const [name, cookie] = told
  return { name, cookie }
}
