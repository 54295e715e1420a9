import { type HttpResponse, jsonResponse } from './message.ts'

/** An OAuth error response (RFC 6749 section 5.2), readable by browser apps of any origin. */
export function refuse(
  status: number,
  error: string,
  description: string,
  headers: Record<string, string> = {},
): HttpResponse {
  return jsonResponse(
    { error, error_description: description },
    {
      status,
      headers: {
        'cache-control': 'no-store',
        'access-control-allow-origin': '*',
        'x-content-type-options': 'nosniff',
        ...headers,
      },
    },
  )
}

/** The `invalid_request` of the endpoints that programs call. */
export function invalidRequest(description: string): HttpResponse {
  return refuse(400, 'invalid_request', description)
}

/** A refusal that people read: it is written as a page once their language is known. */
export type PageRefusal = HttpResponse & { readonly reason: string }

/**
 * The error page of the authorization endpoint (RFC 6749 section 4.1.2.1: inform the resource
 * owner, do not redirect).
 *
 * @param reason for those who made the app; one of this program's own sentences, in English: nothing
 * of the request is repeated
 */
export function errorPage(reason: string): PageRefusal {
  return { status: 400, headers: [], body: null, reason }
}
