import { parse, serialize } from 'hono/utils/cookie'
import { DONE } from '../../base/lifetimes.ts'
import type { HttpRequest } from '../../http/message.ts'
import { SECURITY } from '../checks/endpoints.ts'

const COOKIE = 'done'

/** Takes what was done from a form to the page after it, which says it once. @param sealed by `forms.ts` */
export function doneCookie(sealed: string, publicUrl: string): [name: string, value: string] {
  const options = {
    path: SECURITY,
    maxAge: DONE / 1_000,
    httpOnly: true,
    secure: !publicUrl.startsWith('http:'),
    sameSite: 'Lax',
  } as const
  return ['set-cookie', serialize(COOKIE, sealed, options)]
}

/** Has the browser forget it. */
export const NO_DONE_COOKIE: [name: string, value: string] = [
  'set-cookie',
  serialize(COOKIE, '', { path: SECURITY, maxAge: 0 }),
]

export function readDone({ headers }: HttpRequest): string | undefined {
  return parse(headers.get('cookie') ?? '', COOKIE)[COOKIE] || undefined
}
