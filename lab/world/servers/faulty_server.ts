import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'

/**
 * What is wrong with a server: nothing listens (`refuse`), it takes connections and says nothing
 * (`hang`), a proxy answers in its place that it is down (`fail`), or it is another server
 * altogether, to which all is well (`rubbish`).
 */
export type Trouble = 'refuse' | 'hang' | 'fail' | 'rubbish'

const page = (status: string, body: string) =>
  `HTTP/1.1 ${status}\r\ncontent-type: text/html\r\ncontent-length: ${body.length}\r\n\r\n${body}`

const PAGES = {
  fail: page('502 Bad Gateway', '<h1>Bad Gateway</h1>'),
  rubbish: page('200 OK', '<h1>It works!</h1>'),
}

/** A server that can be troubled. */
export type Troubled = {
  /** From now on; open connections are cut. */
  begin: (trouble: Trouble) => Promise<void>
  /** All is well again. */
  end: () => Promise<void>
}

/** Takes hold of a listening server, of whatever protocol. */
export function troubled(server: Server): Troubled {
  const { port } = server.address() as AddressInfo
  const sockets = new Set<Socket>()
  const track = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => {})
  }
  server.on('connection', track)
  const serve = server.listeners('connection') as ((socket: Socket) => void)[]
  const handle = (handlers: ((socket: Socket) => void)[]) => {
    server.removeAllListeners('connection')
    for (const handler of handlers) server.on('connection', handler)
  }
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }

  return {
    begin: async (trouble) => {
      if (trouble === 'refuse') {
        const closed = once(server, 'close')
        server.close()
        cut()
        await closed
        return
      }
      handle([track, trouble === 'hang' ? takeAndSayNothing : showing(PAGES[trouble])])
      cut()
    },
    end: async () => {
      handle(serve)
      cut()
      if (server.listening) return
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
  }
}

function takeAndSayNothing(socket: Socket): void {
  socket.resume()
}

function showing(answer: string): (socket: Socket) => void {
  return (socket) => {
    // A mail server speaks first; a web server is asked.
    const greet = setTimeout(() => socket.write('It works!\r\n'), 200)
    socket.once('close', () => clearTimeout(greet))
    socket.on('data', () => {
      clearTimeout(greet)
      socket.write(answer)
    })
  }
}
