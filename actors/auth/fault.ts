import type { ResponseEnvelope } from './envelope.ts'

/** Seconds after which a client may try again when nobody answered. */
const RETRY_AFTER = '2'

/** Nobody answers; a browser app may read that, too. */
export function unavailable(): ResponseEnvelope {
  return fault(
    503,
    { error: 'temporarily_unavailable', message: 'The service is busy; try again' },
    { 'retry-after': RETRY_AFTER, 'cache-control': 'no-store' },
  )
}

/** An answer that no handler made, in the words of OAuth and of XRPC. */
export function fault(
  status: number,
  { error, message }: { error: string; message: string },
  headers: Record<string, string> = {},
): ResponseEnvelope {
  return {
    status,
    headers: [
      ['content-type', 'application/json'],
      ['access-control-allow-origin', '*'],
      ...Object.entries(headers),
    ],
    body: Buffer.from(JSON.stringify({ error, error_description: message, message })),
  }
}
