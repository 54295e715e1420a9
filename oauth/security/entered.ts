import type { HttpRequest } from '../../http/message.ts'
import type { SecurityAction } from '../security_paths.ts'
import { field } from '../sign_in/post.ts'
import type { Begun, Entered } from './forms.ts'

/** What people type or choose in forms that may have to wait for a proof; other forms are a button alone. */
const FIELDS: Partial<Record<SecurityAction, readonly string[]>> = {
  'make-app-password': ['name', 'privileged'],
  'add-passkey': ['name'],
  'rename-passkey': ['id', 'name'],
  'confirm-authenticator': [],
}

/**
 * Characters of a field. What is longer is taken by no form, and would not fit into the cookie in which it comes
 * back.
 */
const LONGEST = 300

/** @param begun what the form has of an authenticator @returns undefined for a form in which nothing is entered */
export function enteredIn(
  request: HttpRequest,
  action: SecurityAction,
  begun: Begun | undefined,
): Entered | undefined {
  const names = FIELDS[action]
  if (!names) return undefined
  const given = names.map((name) => [name, field({ request }, name)] as const)
  const fields = given.filter(([, value]) => value !== '' && value.length <= LONGEST)
  return { action, fields: Object.fromEntries(fields), ...(begun && { begun }) }
}

/** What is filled into a field of a form: what was entered there before, and nothing from another form. */
export function filledIn(
  entered: Entered | undefined,
  action: SecurityAction,
  name: string,
): string {
  return (entered?.action === action && entered.fields[name]) || ''
}
