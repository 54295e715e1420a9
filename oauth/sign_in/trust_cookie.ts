import { createHash } from 'node:crypto'
import { TRUSTED_DEVICE } from '../../base/lifetimes.ts'
import { hostCookie, readCookie, setCookie } from '../../http/cookie.ts'
import type { HttpRequest, HttpResponse } from '../../http/message.ts'

/** One for each account, which says nothing of it. */
function nameOf(did: string, publicUrl: string): string {
  const tag = createHash('sha256').update(did).digest('hex').slice(0, 16)
  return hostCookie(`trusted-${tag}`, publicUrl)
}

/** What a browser shows to be one that is trusted by an account. */
export function readTrust(request: HttpRequest, did: string, publicUrl: string) {
  return readCookie(request, nameOf(did, publicUrl))
}

export function trustCookie(
  did: string,
  secret: string,
  publicUrl: string,
): HttpResponse['headers'][number] {
  return setCookie(nameOf(did, publicUrl), secret, { path: '/', publicUrl, lasts: TRUSTED_DEVICE })
}
