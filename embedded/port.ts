import { createServer } from 'node:net'

/** The port that is wanted, or 0, which means any, where another program took it meanwhile. */
export function freeOrAny(wanted: number, host: string): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().on('error', () => resolve(0))
    server.listen(wanted, host, () => server.close(() => resolve(wanted)))
  })
}
