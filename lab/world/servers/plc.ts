import type {
  IncomingMessage,
  OutgoingHttpHeaders,
  RequestListener,
  ServerResponse,
} from 'node:http'
import { Database, PlcServer } from '@did-plc/server'
import { type LoopbackServer, listenOnLoopback } from '../loopback.ts'

/** What the directory said of a DID whose log had so many operations. */
type Kept = { operations: number; headers: OutgoingHttpHeaders; body: unknown }

/**
 * Starts the PLC directory with its operations kept in memory, and its answers until their DID has another operation:
 * for each it verifies the signatures of the whole log, which takes 5 ms and more.
 */
export async function startPlc(): Promise<LoopbackServer> {
  const db = Database.mock()
  const { app } = PlcServer.create({ db })
  const count = (url: string) => {
    const [, did = ''] = url.split('/')
    return db.contents[decodeURIComponent(did)]?.length ?? 0
  }
  return listenOnLoopback(keepAnswers(app, count))
}

/**
 * @param count the operations of the DID that a URL is about; the log of a DID only grows, so an answer that is
 * kept with the count of before it was asked for is never older than that
 */
function keepAnswers(app: RequestListener, count: (url: string) => number): RequestListener {
  const answers = new Map<string, Kept>()
  return (request: IncomingMessage, response: ServerResponse) => {
    const { method, url = '' } = request
    const operations = count(url)
    const kept = answers.get(url)
    if (method !== 'GET' || operations === 0) return app(request, response)
    if (kept?.operations === operations) {
      response.writeHead(200, kept.headers).end(kept.body)
      return
    }
    const { end } = response
    response.end = (body?: unknown) => {
      const headers = response.getHeaders()
      if (response.statusCode === 200) answers.set(url, { operations, headers, body })
      return Reflect.apply(end, response, [body])
    }
    app(request, response)
  }
}
