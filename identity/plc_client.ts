import {
  Client,
  type CompatibleOpOrTombstone,
  type DocumentData,
  type OpOrTombstone,
  PlcClientError,
} from '@did-plc/lib'
import { UPSTREAM_TIMEOUT } from '../base/lifetimes.ts'
import { askUpstream } from '../base/upstream.ts'

/**
 * The library's client with a deadline: its own waits for ever, and goes on when a directory that was
 * silent answers at last, long after the change was given up.
 *
 * Every method throws {@link PlcClientError} with the status of an answer that is no success, and other
 * errors where there is no answer: what was asked may yet happen then.
 */
export class PlcClient extends Client {
  override getDocumentData(did: string): Promise<DocumentData> {
    return this.#get('/{did}/data', did)
  }

  override getOperationLog(did: string): Promise<CompatibleOpOrTombstone[]> {
    return this.#get('/{did}/log', did)
  }

  override getLastOp(did: string): Promise<CompatibleOpOrTombstone> {
    return this.#get('/{did}/log/last', did)
  }

  override async sendOperation(did: string, op: OpOrTombstone): Promise<void> {
    const response = await this.#fetch('/{did}', did, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(op),
    })
    await response.body?.cancel()
  }

  async #get<T>(template: string, did: string): Promise<T> {
    const response = await this.#fetch(template, did, { method: 'GET' })
    return (await response.json()) as T
  }

  async #fetch(
    template: string,
    did: string,
    init: RequestInit & { method: string },
  ): Promise<Response> {
    const signal = AbortSignal.timeout(UPSTREAM_TIMEOUT)
    const url = new URL(this.url + template.replace('{did}', encodeURIComponent(did)))
    const { method } = init
    const part = { name: `PLC ${method} ${template}`, method, host: url.hostname }
    const response = await askUpstream('plc', part, () => fetch(url, { ...init, signal }))
    if (response.ok) return response
    throw new PlcClientError(response.status, undefined, (await response.text()).slice(0, 200))
  }
}
