/**
 * An HTTP request on its way from the gateway to the auth actor, and the answer on its way back.
 * Headers are raw pairs in the order of the wire.
 */
export type RequestEnvelope = {
  method: string
  /** Path and query, as they came. */
  target: string
  headers: [string, string][]
  body: Uint8Array | null
  /** The client as the gateway sees it, behind proxies it trusts. */
  client: { address: string; port: number }
}

export type ResponseEnvelope = {
  status: number
  headers: [string, string][]
  body: Uint8Array | null
}

export async function toResponseEnvelope(response: Response): Promise<ResponseEnvelope> {
  const body = response.body === null ? null : new Uint8Array(await response.arrayBuffer())
  return { status: response.status, headers: [...response.headers], body }
}
