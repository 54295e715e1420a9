import type { RequestListener, Server } from 'node:http'

/**
 * Has `answer` take the requests of a server, until that is over.
 *
 * @returns `serve` has the server itself answer one, and `end` all from then on
 */
export function answerInstead(
  server: Server,
  answer: RequestListener,
): { serve: RequestListener; end(): void } {
  const listeners = server.listeners('request') as RequestListener[]
  server.removeAllListeners('request')
  server.on('request', answer)
  return {
    serve: (request, response) => {
      for (const listener of listeners) listener(request, response)
    },
    end: () => {
      server.removeListener('request', answer)
      for (const listener of listeners) server.on('request', listener)
    },
  }
}
