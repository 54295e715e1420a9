import { type HttpResponse, jsonResponse } from '../message.ts'

/** An error as XRPC writes it. */
export function xrpcError(
  status: number,
  error: string,
  message: string,
  headers: Record<string, string> = {},
): HttpResponse {
  return jsonResponse(
    { error, message },
    {
      status,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        ...headers,
      },
    },
  )
}
