import { type HttpResponse, jsonResponse } from '../message.ts'

/** An OAuth error response (RFC 6749 section 5.2). */
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

/** What came in the way of a page, which decides its words and the ways from there. */
export type Obstacle =
  /** The link is wrong, which is a matter of the app. */
  | 'link'
  /** A sign-in that was finished, given up or left alone for too long. */
  | 'ended'
  /** The browser keeps no cookies. */
  | 'cookies'
  /** The browser says too little about a request (Fetch Metadata). */
  | 'browser'
  /** There is no page at the address. */
  | 'nowhere'
  | 'too many'
  /** A form was sent too often: a limit on guesses. */
  | 'attempts'
  /** What was sent is longer than what is read, or did not come in time. */
  | 'not whole'
  /** It is this server's fault. */
  | 'server'

export type ErrorPage = {
  readonly obstacle: Obstacle
  /** For those who made the app, in English: an error of RFC 6749 and its description. */
  readonly reason?: string | undefined
  /** The page of the app where a person can start again. */
  readonly app?: string | undefined
  /** Where to try again; where this page is, unless given. Its language is added. */
  readonly again?: string | undefined
  /** Where to end the sign-in, so that the app learns of it. */
  readonly giveUp?: string | undefined
}

/** A refusal that people read: it is written as a page once their language is known. */
export type PageRefusal = HttpResponse & { readonly page: ErrorPage }

/**
 * The error page of the authorization endpoint (RFC 6749 section 4.1.2.1: inform the resource
 * owner, do not redirect).
 *
 * @param reason for those who made the app; one of this program's own sentences, in English: nothing
 * of the request is repeated
 */
export function errorPage(reason: string): PageRefusal {
  return pageRefusal(400, { obstacle: 'link', reason: `invalid_request: ${reason}` })
}

export function pageRefusal(
  status: number,
  page: ErrorPage,
  headers: HttpResponse['headers'] = [],
): PageRefusal {
  return { status, headers, body: null, page }
}

export function isPageRefusal(response: HttpResponse): response is PageRefusal {
  return 'page' in response
}
