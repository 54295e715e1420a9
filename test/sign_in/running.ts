import { once } from 'node:events'
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { AppInProcess, Asked } from '../../lab/world/app/app.ts'

/**
 * A program that runs, for a `Visitor`.
 *
 * @param next of its gateways the one that takes the next request
 * @param more headers of each request
 */
export function running(publicUrl: string, next = () => publicUrl, more = {}): AppInProcess {
  const { host } = new URL(publicUrl)
  // What says from where a form comes, `fetch` writes itself.
  const ask = async ({ target, method, headers, body }: Asked) => {
    const sent = request(next() + target, {
      ...{ method, headers: { ...(headers as OutgoingHttpHeaders), ...more, host } },
    })
    sent.end(body ?? undefined)
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    const pairs = Object.entries(answer.headersDistinct)
    return {
      status: answer.statusCode ?? 0,
      headers: pairs.flatMap(([name, values = []]) => values.map((value) => [name, value])),
      body: await buffer(answer),
    }
  }
  return { ask, runner: { settings: { publicUrl } } } as unknown as AppInProcess
}
