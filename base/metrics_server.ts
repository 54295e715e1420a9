import { createServer } from 'node:http'
import { collectProcessMetrics, contentType, renderMetrics } from './metrics.ts'

/**
 * Serves `GET /metrics` for Prometheus on a loopback port.
 *
 * @throws {Error} when the port is taken
 */
export async function serveMetrics(port: number): Promise<void> {
  collectProcessMetrics()
  const server = createServer(async (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    response.setHeader('content-type', contentType)
    response.end(await renderMetrics())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  // It goes with the process, and does not keep it.
  server.unref()
}
