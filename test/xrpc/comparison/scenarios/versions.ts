import type { Client } from '../client.ts'
import { askByHttp2, sendRaw, startProxy } from '../wire.ts'

const BODY = JSON.stringify({ identifier: 'nobody.test', password: 'x' })
const XRPC = '/xrpc/com.atproto'

/** What is asked: a load balancer's question, two queries, a procedure, a document, nothing. */
const REQUESTS: readonly (readonly [what: string, method: string, path: string, body?: string])[] =
  [
    ['health', 'GET', '/xrpc/_health'],
    ['a query', 'GET', `${XRPC}.server.getSession`],
    ['HEAD of a query', 'HEAD', `${XRPC}.server.getSession`],
    ['OPTIONS of a query', 'OPTIONS', `${XRPC}.server.getSession`],
    ['a query of a document', 'GET', `${XRPC}.temp.checkSignupQueue`],
    ['a procedure', 'POST', `${XRPC}.server.createSession`, BODY],
    ['a procedure by GET', 'GET', `${XRPC}.server.createSession`],
    ['a query by POST', 'POST', `${XRPC}.server.getSession`, BODY],
    ['a procedure by DELETE', 'DELETE', `${XRPC}.server.createSession`],
    ['no method at all', 'GET', '/xrpc/'],
  ]

/** The versions of HTTP in which load balancers, old libraries and browsers ask. */
export async function versions(c: Client): Promise<void> {
  const { host, origin } = new URL(c.world.url)
  const write = (version: string, headers: string[], body = '', close = true) =>
    [
      version,
      ...headers,
      ...(close ? ['Connection: close'] : []),
      ...(body ? ['Content-Type: application/json', `Content-Length: ${body.length}`] : []),
      '',
      body,
    ].join('\r\n')
  const hosted = `Host: ${host}`
  for (const [what, method, path, body] of REQUESTS) {
    const send = (name: string, text: string) => c.note(`${name}: ${what}`, sendRaw(origin, text))
    await send('HTTP/1.1', write(`${method} ${path} HTTP/1.1`, [hosted], body))
    await send('HTTP/1.1 without Host', write(`${method} ${path} HTTP/1.1`, [], body))
    await send('HTTP/1.1 to a URL', write(`${method} ${origin}${path} HTTP/1.1`, [hosted], body))
    await send('HTTP/1.0', write(`${method} ${path} HTTP/1.0`, [hosted], body, false))
    await send('HTTP/1.0 without Host', write(`${method} ${path} HTTP/1.0`, [], body, false))
  }
  const proxy = await startProxy(origin)
  if (!proxy) return
  try {
    for (const [what, method, path, body] of REQUESTS) {
      await c.note(`HTTP/2: ${what}`, askByHttp2(proxy, method, path, body))
    }
  } finally {
    await proxy.close()
  }
}
