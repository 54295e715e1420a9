import type { RequestListener, Server } from 'node:http'
import { text } from 'node:stream/consumers'

/** Lets `answer` have the next POST instead of the server itself. */
export function interceptPost(server: Server, answer: RequestListener): void {
  const listeners = server.listeners('request') as RequestListener[]
  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    if (request.method !== 'POST') {
      for (const serve of listeners) serve(request, response)
      return
    }
    server.removeAllListeners('request')
    for (const serve of listeners) server.on('request', serve)
    answer(request, response)
  })
}

/**
 * Cuts the connection of the next POST once the server has it.
 *
 * @param url where the server is
 * @returns resolves to what lets the server work on it all the same
 */
export function delayPost(server: Server, url: string): Promise<() => Promise<Response>> {
  return new Promise((resolve) => {
    interceptPost(server, async (request) => {
      const body = await text(request)
      resolve(() =>
        fetch(url + request.url, {
          method: 'POST',
          headers: { 'content-type': String(request.headers['content-type']) },
          body,
        }),
      )
      request.socket.destroy()
    })
  })
}
