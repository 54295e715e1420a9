import type { HttpResponse } from '../message.ts'

/** Says to caches that an answer is for one caller (RFC 9111 section 5.2.2.7). */
export const FOR_CALLER = { 'cache-control': 'private', vary: 'Authorization' }

/** The same answer, for the caller alone. */
export function forCaller(response: HttpResponse): HttpResponse {
  return { ...response, headers: [...response.headers, ...Object.entries(FOR_CALLER)] }
}
