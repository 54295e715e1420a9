import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'

let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

/** Asks for an account in the name of a DID; nothing is signed. */
async function ask(did: string) {
  const [now, lxm] = [Math.floor(Date.now() / 1000), 'com.atproto.server.createAccount']
  const claims = { iss: did, aud: app.runner.settings.did, lxm, iat: now, exp: now + 60 }
  const answer = await app.ask({
    method: 'POST',
    target: `/xrpc/${lxm}`,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${encode({ alg: 'ES256K' })}.${encode(claims)}.AAAA`,
    },
    body: JSON.stringify({ handle: 'kim.test', email: 'kim@mail.internal', password: 'a', did }),
  })
  if (!('status' in answer)) throw new Error('The request was not answered here')
  return { status: answer.status, body: JSON.parse(Buffer.from(answer.body ?? []).toString()) }
}

test.each([
  'did:key:zQ3shunBKsXixLxKtC5qeSG9E4J5RkGN57im31pcTzbNQnm5w',
  'did:web:a%3Ab%3Ac',
  'did:web:a:b',
  'did:web:%00',
])('the issuer %s cannot be resolved, now or later', async (did) => {
  expect(await ask(did)).toMatchObject({
    status: 401,
    body: { message: 'could not resolve iss did' },
  })
})

test('a directory that does not answer is no fault of the issuer', async () => {
  expect(await ask(`did:plc:${'a'.repeat(24)}`)).toMatchObject({ status: 502 })
})
