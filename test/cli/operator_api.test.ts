import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { connectOperator } from '../../cli/operator/client.ts'
import { discoverApp } from '../../lab/clients/oauth_app.ts'
import { startLogin } from '../../lab/clients/oauth_session.ts'
import { startApp } from '../../lab/world/app/app.ts'
import { freePort } from '../../lab/world/loopback.ts'
import { OPERATOR_PATH } from '../../operator/handler.ts'
import { ask } from '../shared/ask.ts'
import { sharedNetwork } from '../shared/network.ts'
import { send } from '../shared/test_gateway.ts'

const network = sharedNetwork()
let token: string

beforeAll(async () => {
  token = (await loadSecrets(readSettings(network.vestibule.env))).operatorToken
})

const call = (headers: Record<string, string>, body = '{}', command = 'status', method = 'POST') =>
  fetch(`${network.url}${OPERATOR_PATH}${command}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...headers,
    },
    ...(method === 'POST' ? { body } : {}),
  })

test.each([
  ['a wrong token', { authorization: 'Bearer wrong' }],
  ['no token', { authorization: '' }],
  ['a proxy in between, for another machine', { 'x-forwarded-for': '192.0.2.7' }],
  ['a proxy in between, even for this machine', { 'x-forwarded-for': '127.0.0.1' }],
  ['a proxy that says so otherwise', { forwarded: 'for=127.0.0.1' }],
  ['a proxy that says only that it is there', { via: '1.1 varnish' }],
  ['a proxy that names the client in its own way', { 'cf-connecting-ip': '127.0.0.1' }],
  ['a proxy that names the host', { 'x-forwarded-host': 'entryway.example.com' }],
])('%s: there is no such path', async (_, headers) => {
  const nowhere = await fetch(`${network.url}/_nothing/status`, { method: 'POST', body: '{}' })
  const refused = await call(headers)
  expect(refused.status).toBe(404)
  expect(nowhere.status).toBe(404)
  expect(await refused.text()).toBe((await nowhere.text()).replace('_nothing', '_operator'))
  expect((await call({})).status).toBe(200)
})

test('another machine, with no proxy in between: there is no such path', async () => {
  const app = await startApp()
  onTestFinished(() => app.close())
  const from = async (address: string) => {
    const authorization = `Bearer ${app.runner.secrets.operatorToken}`
    const headers = { authorization, 'content-type': 'application/json' }
    const target = `${OPERATOR_PATH}status`
    const asked = { method: 'POST', target, headers: { ...headers, host: 'localhost:2600' } }
    return (await ask(app, { ...asked, body: '{}', address })).status
  }
  for (const address of ['192.0.2.7', '10.0.0.2', '2001:db8::1', '0.0.0.0', '::']) {
    expect([address, await from(address)]).toEqual([address, 404])
  }
  for (const address of ['127.0.0.1', '127.1.2.3', '::1']) {
    expect([address, await from(address)]).toEqual([address, 200])
  }
})

test('a proxy that keeps the host and says nothing of itself: there is no such path', async () => {
  const to = (host: string) =>
    send(`${network.url}${OPERATOR_PATH}status`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', host },
      body: '{}',
    })
  for (const host of ['entryway.example.com', 'localhost.example.com', '127.0.0.1.nip.io:2600']) {
    expect([host, (await to(host)).statusCode]).toEqual([host, 404])
  }
  for (const host of ['localhost:2600', '127.0.0.1', '[::1]:2600']) {
    expect([host, (await to(host)).statusCode]).toEqual([host, 200])
  }
})

test('a program that listens where it takes no commands is not taken for another one', async () => {
  const settings = { ...readSettings(network.vestibule.env), host: '192.0.2.7' }
  const operator = connectOperator({ settings, secrets: await loadSecrets(settings) })
  await expect(operator('status', {})).rejects.toThrow(/^ENTRYWAY_HOST: .* set it to 127\.0\.0\.1/)
})

test('a command with other keys says that another entryway answers', async () => {
  const settings = readSettings(network.vestibule.env)
  const secrets = { ...(await loadSecrets(settings)), operatorToken: 'wrong' }
  await expect(connectOperator({ settings, secrets })('status', {})).rejects.toThrow(
    'is not the entryway of this folder',
  )
})

test.each([
  ['is silent', () => {}, 'was asked, and has not answered'],
  ['ends', (request: IncomingMessage) => request.destroy(), 'was asked, and has not answered'],
  ['is not there', null, 'Nothing answers'],
])('a command whose program %s says whether it may be done', async (_, listener, said) => {
  const settings = { ...readSettings(network.vestibule.env), port: await freePort() }
  if (listener !== null) {
    const server = createServer(listener).listen(settings.port, '127.0.0.1')
    onTestFinished(() => void server.close().closeAllConnections())
    await once(server, 'listening')
  }
  const secrets = await loadSecrets(readSettings(network.vestibule.env))
  const operator = connectOperator({ settings, secrets }, 500)
  await expect(operator('status', {})).rejects.toMatchObject({
    message: expect.stringContaining(said),
    exitCode: 3,
  })
})

test('GET is nowhere, either', async () => {
  expect((await call({}, '', 'status', 'GET')).status).toBe(404)
})

test('wrong input is told in clear words', async () => {
  const wrong = await call({}, JSON.stringify({ count: 0 }), 'invite/create')
  expect(wrong.status).toBe(400)
  expect(await wrong.json()).toMatchObject({
    error: 'InvalidInput',
    message: expect.stringContaining('count'),
  })
  expect((await call({}, 'no json', 'invite/create')).status).toBe(400)
  expect((await call({}, '{}', 'constructor')).status).toBe(404)
  expect((await call({}, '{"count":1}', 'invite/create')).status).toBe(200)
})

test('a client is registered by the rules of the provider', async () => {
  const metadata = {
    client_name: 'Desk',
    redirect_uris: ['https://desk.example.com/cb'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: 'atproto',
    token_endpoint_auth_method: 'none',
    application_type: 'web',
    dpop_bound_access_tokens: true,
  }
  const add = (id: string, metadata: object) =>
    call({}, JSON.stringify({ id, metadata }), 'client/add')
  const redirectUri = metadata.redirect_uris[0] as string
  const options = {
    pdsUrl: network.pds.url,
    clientId: 'https://desk.example.com',
    redirectUri,
    scope: 'atproto',
  }
  const app = await discoverApp(options)

  await expect(startLogin(app)).rejects.toMatchObject({ error: 'invalid_client_metadata' })
  expect((await add('https://desk.example.com', { ...metadata, scope: 'email' })).status).toBe(400)
  expect((await add('https://desk.example.com', { client_name: 'Desk' })).status).toBe(400)
  expect((await add('desk', metadata)).status).toBe(400)
  expect((await add('https://desk.example.com/client.json', metadata)).status).toBe(400)
  await expect(startLogin(app)).rejects.toMatchObject({ error: 'invalid_client_metadata' })

  expect(await (await add('https://desk.example.com', metadata)).json()).toEqual({
    ...{ id: 'https://desk.example.com', isNew: true },
  })
  expect((await add('https://desk.example.com', { ...metadata, scope: 'email' })).status).toBe(400)
  expect((await startLogin(app)).url).toContain('request_uri')
})
