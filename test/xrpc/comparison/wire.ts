import { once } from 'node:events'
import http2 from 'node:http2'
import { connect } from 'node:net'
import {
  findProgram,
  type ProxyInFront,
  startCaddy,
  startNginx,
} from '../../../lab/world/servers/proxies.ts'

/** The name that the proxies of docs/deploy.md answer to. */
const NAME = 'pds.example.com'

/** How a message ended: a client of HTTP/1.0 cannot read chunks (RFC 9112 section 7). */
export const FRAMING = 'x-framing'

/** Sends a request as it is written, on a connection of its own, and reads what comes back. */
export async function sendRaw(url: string, text: string): Promise<Response> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write(text)
  const received: Buffer[] = await socket.toArray()
  return readRaw(Buffer.concat(received).toString('latin1'))
}

function readRaw(text: string): Response {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [status = '', ...lines] = head.split('\r\n')
  const headers = new Headers(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  )
  const framing = ['transfer-encoding', 'content-length'].find((name) => headers.has(name))
  headers.set(FRAMING, `${status.slice(0, 8)}, ${framing ?? 'until the end'}`)
  const body = rest.join('\r\n\r\n')
  const plain = framing === 'transfer-encoding' ? unchunk(body) : body
  return new Response(plain || null, { status: Number(status.split(' ')[1]), headers })
}

function unchunk(body: string): string {
  const [, size = '0', rest = ''] = /^([0-9a-f]+)\r\n(.*)$/is.exec(body) ?? []
  const length = Number.parseInt(size, 16)
  return length === 0 ? '' : rest.slice(0, length) + unchunk(rest.slice(length + 2))
}

/** A real proxy of this machine, which speaks HTTP/2; null where none is installed. */
export function startProxy(url: string): Promise<ProxyInFront> | null {
  const port = Number(new URL(url).port)
  const [caddy, nginx] = [findProgram('caddy'), findProgram('nginx')]
  if (caddy) return startCaddy(caddy, port)
  return nginx ? startNginx(nginx, port) : null
}

/** Asks through a proxy by HTTP/2. */
export async function askByHttp2(
  { port, ca }: ProxyInFront,
  method: string,
  path: string,
  body?: string,
): Promise<Response> {
  const client = http2.connect(`https://127.0.0.1:${port}`, { ca, servername: NAME })
  const stream = client.request({
    ':method': method,
    ':authority': NAME,
    ':path': path,
    ...(body && { 'content-type': 'application/json' }),
  })
  stream.end(body)
  const [given] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders]
  const text = Buffer.concat(await stream.toArray()).toString()
  client.close()
  const headers = new Headers(
    Object.entries(given).flatMap(([name, value]): [string, string][] =>
      name.startsWith(':') ? [] : [[name, String(value)]],
    ),
  )
  return new Response(text || null, { status: Number(given[':status']), headers })
}
