import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { get } from 'node:https'
import { json } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { startDemo } from './start_demo.ts'

async function read(url: string, ca: string): Promise<Record<string, unknown>> {
  const { hostname, port, pathname } = new URL(url)
  const headers = { host: `${hostname}:${port}` }
  const request = get({
    host: '127.0.0.1',
    port,
    path: pathname,
    servername: hostname,
    ca,
    headers,
  })
  const [response] = await once(request, 'response')
  return (await json(response)) as Record<string, unknown>
}

test('with --https the demo is reached over TLS, by the certificate that it names', async () => {
  const demo = startDemo('--https')
  try {
    const text = (await demo.readLines(4)).join('\n')
    const entryway = /https:\/\/entryway\.localhost:\d+/.exec(text)?.[0] as string
    const pds = /https:\/\/pds\.localhost:\d+/.exec(text)?.[0] as string
    const ca = await readFile(/NODE_EXTRA_CA_CERTS=(\S+)/.exec(text)?.[1] as string, 'utf8')
    const resource = await read(`${pds}/.well-known/oauth-protected-resource`, ca)
    expect(resource).toMatchObject({ resource: pds, authorization_servers: [entryway] })
    const server = await read(`${entryway}/.well-known/oauth-authorization-server`, ca)
    expect(server).toMatchObject({ issuer: entryway, protected_resources: [pds] })
    demo.child.kill('SIGTERM')
    expect(await demo.exit).toEqual([0, null])
  } finally {
    demo.kill()
  }
})
