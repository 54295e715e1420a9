import {
  Client,
  type CompatibleOpOrTombstone,
  type DocumentData,
  def,
  type OpOrTombstone,
  PlcClientError,
} from '@did-plc/lib'
import { askUpstream, fetchAnswer } from '../base/upstream.ts'

/** What reads an answer, of whatever shape. @throws {Error} */
type Shape<T> = { parse(answer: unknown): T }

/**
 * The library's client with bounds on time and size: its own waits for ever, and goes on when a directory that was
 * silent answers at last, long after the change was given up. An answer of another shape is none.
 *
 * Every method throws {@link PlcClientError} with the status of an answer that is no success, and other
 * errors where there is no answer: what was asked may yet happen then.
 */
export class PlcClient extends Client {
  override async getDocumentData(did: string): Promise<DocumentData> {
    const data = await this.#get('/{did}/data', did, def.documentData)
    if (data.did !== did) throw new TypeError('The PLC directory answered with another DID')
    return data
  }

  override getOperationLog(did: string): Promise<CompatibleOpOrTombstone[]> {
    return this.#get('/{did}/log', did, def.compatibleOpOrTombstone.array())
  }

  override getLastOp(did: string): Promise<CompatibleOpOrTombstone> {
    return this.#get('/{did}/log/last', did, def.compatibleOpOrTombstone)
  }

  override async sendOperation(did: string, op: OpOrTombstone): Promise<void> {
    const response = await this.#fetch('/{did}', did, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(op),
    })
    await response.body?.cancel()
    // The directory says nothing of an operation that it took: the page of a proxy is not to pass for that.
    const type = response.headers.get('content-type') ?? ''
    if (type.startsWith('text/html')) throw new TypeError(`This is no answer of PLC: ${type}`)
  }

  async #get<T>(template: string, did: string, shape: Shape<T>): Promise<T> {
    const response = await this.#fetch(template, did, { method: 'GET' })
    return shape.parse(await response.json())
  }

  async #fetch(
    template: string,
    did: string,
    init: RequestInit & { method: string },
  ): Promise<Response> {
    const url = new URL(this.url + template.replace('{did}', encodeURIComponent(did)))
    const { method } = init
    const part = { name: `PLC ${method} ${template}`, method, host: url.hostname }
    const response = await askUpstream('plc', part, () => fetchAnswer(url, init))
    if (response.ok) return response
    throw new PlcClientError(response.status, undefined, (await response.text()).slice(0, 200))
  }
}
