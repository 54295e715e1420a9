import { createServer } from 'node:http'
import { FaultLog } from './fault_log.ts'
import type { Log } from './log.ts'
import { collectProcessMetrics, contentType, renderMetrics } from './metrics.ts'

/**
 * Serves `GET /metrics` for Prometheus on a loopback port.
 *
 * @throws {Error} when the port is taken
 */
export async function serveMetrics(port: number, log: Log): Promise<void> {
  collectProcessMetrics()
  const faults = new FaultLog(log, 'serving the metrics')
  const server = createServer(async (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    try {
      response.setHeader('content-type', contentType)
      response.end(await renderMetrics())
      faults.succeeded()
    } catch (err) {
      faults.failed(err)
      response.writeHead(500).end()
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  server.on('error', (err) => faults.failed(err))
  // It goes with the process, and does not keep it.
  server.unref()
}
