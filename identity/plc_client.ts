import {
  Client,
  type CompatibleOpOrTombstone,
  type DocumentData,
  type OpOrTombstone,
  PlcClientError,
} from '@did-plc/lib'
import { UPSTREAM_TIMEOUT } from '../base/lifetimes.ts'
import { timed } from '../base/metrics.ts'

/**
 * The library's client with a deadline: its own waits for ever, and goes on when a directory that was
 * silent answers at last, long after the change was given up.
 *
 * Every method throws {@link PlcClientError} with the status of an answer that is no success, and other
 * errors where there is no answer: what was asked may yet happen then.
 */
export class PlcClient extends Client {
  override getDocumentData(did: string): Promise<DocumentData> {
    return this.#get(`/${encodeURIComponent(did)}/data`)
  }

  override getOperationLog(did: string): Promise<CompatibleOpOrTombstone[]> {
    return this.#get(`/${encodeURIComponent(did)}/log`)
  }

  override getLastOp(did: string): Promise<CompatibleOpOrTombstone> {
    return this.#get(`/${encodeURIComponent(did)}/log/last`)
  }

  override async sendOperation(did: string, op: OpOrTombstone): Promise<void> {
    const response = await this.#fetch(`/${encodeURIComponent(did)}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(op),
    })
    await response.body?.cancel()
  }

  async #get<T>(path: string): Promise<T> {
    const response = await this.#fetch(path, {})
    return (await response.json()) as T
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const signal = AbortSignal.timeout(UPSTREAM_TIMEOUT)
    const response = await timed('plc', () => fetch(this.url + path, { ...init, signal }))
    if (response.ok) return response
    throw new PlcClientError(response.status, undefined, (await response.text()).slice(0, 200))
  }
}
