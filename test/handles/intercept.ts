import type { RequestListener, Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { answerInstead } from '../answer_instead.ts'

/** Lets `answer` have the next POST instead of the server itself. */
export function interceptPost(server: Server, answer: RequestListener): void {
  const instead = answerInstead(server, (request, response) => {
    if (request.method !== 'POST') {
      instead.serve(request, response)
      return
    }
    instead.end()
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
