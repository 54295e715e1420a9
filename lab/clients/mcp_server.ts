import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'

export type RunningMcpServer = {
  /** Its address, which is that of the protected resource, too. */
  url: string
  close(): Promise<void>
}

/** The scope without which nobody calls the tool. */
export const MCP_SCOPE = 'tools:read'

/**
 * A small MCP server of its own, which takes the tokens of one authorization server (RFC 9068) and says where
 * they come from (RFC 9728). Its tool `whoami` answers with the DID of who calls.
 *
 * @param readKeys of the authorization server
 */
export async function startMcpServer(
  issuer: string,
  readKeys: () => Promise<JSONWebKeySet>,
): Promise<RunningMcpServer> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(500).end())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const url = `${origin}/mcp`
  const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === new URL(metadata).pathname) {
      const about = {
        resource: url,
        authorization_servers: [issuer],
        scopes_supported: [MCP_SCOPE],
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(about))
      return
    }
    const caller = await verified(request.headers.authorization)
    if (!caller) {
      const challenge = `Bearer resource_metadata="${metadata}", scope="${MCP_SCOPE}"`
      response.writeHead(401, { 'www-authenticate': challenge }).end()
      return
    }
    const mcp = new McpServer({ name: 'tools', version: '1.0.0' })
    mcp.registerTool('whoami', { description: 'Who calls' }, () => ({
      content: [{ type: 'text', text: String(caller.sub) }],
    }))
    // It keeps no sessions.
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
    response.on('close', () => void mcp.close())
    await mcp.connect(transport as Parameters<typeof mcp.connect>[0])
    await transport.handleRequest(request, response)
  }

  async function verified(header = ''): Promise<JWTPayload | null> {
    try {
      const keys = createLocalJWKSet(await readKeys())
      const options = { issuer, audience: url, typ: 'at+jwt' }
      const { payload } = await jwtVerify(header.replace(/^Bearer /, ''), keys, options)
      return String(payload.scope).split(' ').includes(MCP_SCOPE) ? payload : null
    } catch {
      return null
    }
  }

  return {
    url,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
