import { type HttpResponse, jsonResponse, textResponse } from './message.ts'

/** Seen by a browser that was sent here by an app; it must not be led on to anywhere. */
const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

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

/**
 * The error page of the authorization endpoint (RFC 6749 section 4.1.2.1: inform the resource
 * owner, do not redirect).
 *
 * @param reason one of this program's own sentences: nothing of the request is repeated
 */
export function errorPage(reason: string): HttpResponse {
  return textResponse(page(reason), { status: 400, headers: PAGE_HEADERS })
}

const page = (reason: string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>This sign-in link does not work</title>
    <style>
      :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
      body { display: grid; min-height: 100vh; margin: 0; place-items: center }
      main { max-width: 32rem; padding: 1.5rem }
      h1 { font-size: 1.25rem }
      code { overflow-wrap: anywhere }
    </style>
  </head>
  <body>
    <main>
      <h1>This sign-in link does not work</h1>
      <p>Nothing happened to your account. Go back to the app and start signing in again.</p>
      <p>If it happens again, tell the makers of the app:<br><code>invalid_request: ${reason}</code></p>
    </main>
  </body>
</html>
`
