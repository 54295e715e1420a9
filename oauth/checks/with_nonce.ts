import type { HttpResponse } from '../../http/message.ts'

/** A refusal with what the provider's own would carry, too. */
export function withNonce(refusal: HttpResponse, nonce: string | undefined): HttpResponse {
  if (nonce === undefined) return refusal
  return { ...refusal, headers: [...refusal.headers, ['dpop-nonce', nonce]] }
}
