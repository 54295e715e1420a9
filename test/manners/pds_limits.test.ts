import { expect, test } from 'vitest'
import { startApp } from '../../lab/world/app/app.ts'
import { listenOnLoopback } from '../../lab/world/loopback.ts'
import { post } from '../shared/ask.ts'

test('a PDS counts for each client, and its 429 is a 429 here', async () => {
  const asked: unknown[] = []
  const pds = await listenOnLoopback(({ url, headers }, outgoing) => {
    // The program also asks by itself how its accounts stand.
    if (url?.endsWith('reserveSigningKey')) asked.push(headers['x-forwarded-for'])
    outgoing.writeHead(429, { 'content-type': 'application/json' })
    outgoing.end('{"error":"RateLimitExceeded","message":"Rate Limit Exceeded"}')
  })
  const app = await startApp()
  const { url } = pds
  const known = { did: 'did:web:pds.test', url, address: url, adminPassword: 'x' }
  await app.actors.directory.addPds(known)
  const person = { handle: 'mel.test', email: 'mel@mail.test', password: 'a good password' }
  const signUp = '/xrpc/com.atproto.server.createAccount'
  for (const address of ['192.0.2.7', '2001:db8::7']) {
    const refused = await post(app, signUp, person, {}, address)
    expect(refused).toMatchObject({ status: 429, body: { error: 'RateLimitExceeded' } })
  }
  expect(asked).toEqual(['192.0.2.7', '2001:db8::7'])
  await app.close()
  await pds.close()
})
