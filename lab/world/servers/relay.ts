import type { Socket } from 'node:net'

/** Pairs of sockets of which each hands on what the other gets. */
export type Relay = {
  /** When one side ends or breaks, so does the other. */
  join: (client: Socket, upstream: Socket) => void
  /** Breaks them all. */
  end: () => void
}

export function makeRelay(): Relay {
  const sockets = new Set<Socket>()
  return {
    join: (client, upstream) => {
      for (const [socket, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        sockets.add(socket)
        socket.setNoDelay(true)
        socket.on('error', () => other.destroy())
        socket.on('close', () => {
          sockets.delete(socket)
          other.destroy()
        })
        socket.pipe(other)
      }
    },
    end: () => {
      for (const socket of sockets) socket.destroy()
    },
  }
}
