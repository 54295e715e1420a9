import type { HttpRequest } from '../../http/message.ts'
import {
  SECURITY,
  SECURITY_TASKS,
  type SecurityAction,
  type SecurityTask,
  securityActionOf,
  securityTask,
  securityTaskOf,
} from '../security_paths.ts'
import { withQuery } from './language.ts'

/** The pages of forms that do not stand on the main page, or that lead from there to one of their own. */
const PAGE_OF: Partial<Record<SecurityAction, SecurityTask>> = {
  'make-app-password': 'app-password',
  'remove-password': 'password',
  'add-passkey': 'passkeys',
  'rename-passkey': 'passkeys',
  'remove-passkey': 'passkeys',
  'begin-authenticator': 'authenticator',
  'confirm-authenticator': 'authenticator',
  'remove-authenticator': 'authenticator',
  'switch-mail-code': 'code-by-mail',
  'renew-recovery-codes': 'recovery-codes',
  mails: 'new-device-mails',
  'only-app-passwords': 'only-app-passwords',
}

/** What has the page on which a form stands; of a proof, what it is for. @returns undefined for the main page */
export function taskOfForm(action: SecurityAction, { url }: HttpRequest): SecurityTask | undefined {
  const wanted = url.searchParams.get('for')
  return PAGE_OF[action] ?? SECURITY_TASKS.find((task) => task === wanted)
}

/** What has the page whose form it is, or which it is itself. @returns undefined for the main page */
export function taskOf(request: HttpRequest): SecurityTask | undefined {
  const { pathname } = request.url
  const action = securityActionOf(pathname)
  return action ? taskOfForm(action, request) : securityTaskOf(pathname)
}

/** The address of that page. @param account DID of one of the browser's, or as the request has it */
export function pageOf(
  request: HttpRequest,
  account = request.url.searchParams.get('account'),
): string {
  const task = taskOf(request)
  const page = task ? securityTask(task) : SECURITY
  return withQuery(page, request, account === null ? {} : { account })
}
