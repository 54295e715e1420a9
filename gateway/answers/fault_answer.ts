import type { IncomingMessage } from 'node:http'
import type { Fault } from '../../http/answers/fault.ts'
import { pageRefusal } from '../../http/answers/refuse.ts'
import type { ResponseEnvelope } from '../../http/envelope.ts'
import { writeErrorPage } from '../../http/page/error_page.ts'
import { isForPerson, XRPC } from '../../http/routes/door.ts'

/** Of an answer for programs alone, or of each page. */
const NOT_KEPT = [
  ...['content-type', 'cache-control'],
  ...['access-control-allow-origin', 'access-control-expose-headers'],
]

/** Of an address only the query is read. */
const ANY_ORIGIN = 'http://localhost'

/**
 * A fault as the one who asked can read it: a person with a browser gets a page, but for the answer of a method.
 *
 * @param service what the pages call this service
 */
export function faultAnswer(
  fault: Fault,
  incoming: IncomingMessage,
  service: string,
): ResponseEnvelope {
  const { method = '', url = '', headers } = incoming
  const headerOf = (name: string) => headers[name]?.toString()
  if (url.startsWith(XRPC) || !isForPerson(method, headerOf)) return fault
  const kept = fault.headers.filter(([name]) => !NOT_KEPT.includes(name))
  const refusal = pageRefusal(fault.status, { obstacle: fault.obstacle }, kept)
  const address = URL.parse(url, ANY_ORIGIN) ?? new URL(ANY_ORIGIN)
  return writeErrorPage(refusal, service, { url: address, headers: { get: headerOf } })
}
