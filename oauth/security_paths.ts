import { ACCOUNT } from './paths.ts'

/** The page where a person sees what is signed in and what happened, and the same as files. */
export const SECURITY = `${ACCOUNT}/security`
export const SECURITY_SESSIONS = `${SECURITY}/sessions.json`
export const SECURITY_ACTIVITY = `${SECURITY}/activity.json`

/** What has a page of its own, which asks first for proof that it is the person. */
export const SECURITY_TASKS = [
  'password',
  'passkeys',
  'authenticator',
  'code-by-mail',
  'recovery-codes',
  'app-password',
  'new-device-mails',
  'only-app-passwords',
] as const
export type SecurityTask = (typeof SECURITY_TASKS)[number]

export const securityTask = (task: SecurityTask) => `${SECURITY}/${task}`

const TASK_OF = new Map(SECURITY_TASKS.map((task) => [securityTask(task), task]))

/** @returns undefined where the address is that of no task */
export function securityTaskOf(path: string): SecurityTask | undefined {
  return TASK_OF.get(path)
}

/** What its forms do. */
export const SECURITY_ACTIONS = [
  'end-session',
  'end-others',
  'prove',
  'make-app-password',
  'revoke-app-password',
  'remove-password',
  'add-passkey',
  'rename-passkey',
  'remove-passkey',
  'begin-authenticator',
  'confirm-authenticator',
  'remove-authenticator',
  'switch-mail-code',
  'renew-recovery-codes',
  'mails',
  'revoke-trusted-device',
  'only-app-passwords',
  'make-invite',
  'disable-invite',
] as const
export type SecurityAction = (typeof SECURITY_ACTIONS)[number]

export const securityForm = (action: SecurityAction) => `${SECURITY}/form/${action}`

const ACTION_OF = new Map(SECURITY_ACTIONS.map((action) => [securityForm(action), action]))

/** What a form of it is posted for; null where the address takes none. */
export function securityActionOf(path: string): SecurityAction | null {
  return ACTION_OF.get(path) ?? null
}

/** Whether it is an address of the security page; any other below it is not one of ours. */
export function isSecurityPath(path: string): boolean {
  const isPage = [SECURITY, SECURITY_SESSIONS, SECURITY_ACTIVITY].includes(path)
  return isPage || securityTaskOf(path) !== undefined || securityActionOf(path) !== null
}
