import type { IncomingMessage } from 'node:http'

/** Bytes that are taken of a request after it was answered: more than a PDS takes of a blob, unless told otherwise. */
const MOST = 256 * 1024 * 1024

/**
 * Takes what is still to come of a request that is answered, and drops it. A client that sends all before it reads
 * sees no answer where the connection is closed meanwhile (RFC 9112 section 9.6), as that to an upload with a nonce
 * or a token that is too old. How slowly it may come is for `Connections` to say.
 *
 * @param done called when there is no more, or the client has gone
 */
export function takeRest(incoming: IncomingMessage, done: () => void): void {
  const hasCome = incoming.complete && incoming.readableLength === 0
  if (incoming.closed || hasCome) done()
  else {
    let taken = 0
    incoming.once('close', done)
    incoming.on('data', (piece: Buffer) => {
      taken += piece.byteLength
      if (taken > MOST) incoming.socket.destroy()
    })
  }
  // Where it was piped to a PDS that has answered, nobody would read on, or come to its end.
  if (!incoming.readableEnded) incoming.unpipe().resume()
}
