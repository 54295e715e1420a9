import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { get } from 'node:https'
import { createInterface } from 'node:readline'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const program = fileURLToPath(new URL('../../demo/start.ts', import.meta.url))

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
  const env = {
    ...process.env,
    DEMO_APP_PORT: '0',
    DEMO_ENTRYWAY_PORT: '0',
    DEMO_PDS_PORT: '0',
  }
  const demo = spawn(process.execPath, [program, '--https'], { env, detached: true })
  const ended = once(demo, 'exit')
  try {
    const said: string[] = []
    for await (const line of createInterface(demo.stdout)) if (said.push(line) === 4) break
    const text = said.join('\n')
    const entryway = /https:\/\/entryway\.localhost:\d+/.exec(text)?.[0] as string
    const pds = /https:\/\/pds\.localhost:\d+/.exec(text)?.[0] as string
    const ca = await readFile(/NODE_EXTRA_CA_CERTS=(\S+)/.exec(text)?.[1] as string, 'utf8')
    const resource = await read(`${pds}/.well-known/oauth-protected-resource`, ca)
    expect(resource).toMatchObject({ resource: pds, authorization_servers: [entryway] })
    const server = await read(`${entryway}/.well-known/oauth-authorization-server`, ca)
    expect(server).toMatchObject({ issuer: entryway, protected_resources: [pds] })
    demo.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  } finally {
    if (demo.exitCode === null) process.kill(-(demo.pid as number), 'SIGKILL')
  }
})
