import { createHash } from 'node:crypto'
import { TRUSTED_DEVICE } from '../../base/lifetimes.ts'
import { isOverTls, readCookie, setCookie } from '../../http/cookie.ts'
import type { HttpRequest, HttpResponse } from '../../http/message.ts'

/**
 * One for each account, which says nothing of it. By its name, a browser takes it from this host alone
 * (RFC 6265bis section 4.1.3.2); it does so over TLS only.
 */
function nameOf(did: string, publicUrl: string): string {
  const tag = createHash('sha256').update(did).digest('hex').slice(0, 16)
  return `${isOverTls(publicUrl) ? '__Host-' : ''}trusted-${tag}`
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
  const secure = isOverTls(publicUrl)
  return setCookie(nameOf(did, publicUrl), secret, { path: '/', secure, lasts: TRUSTED_DEVICE })
}
