import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app.ts'

let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())

const PAR = '/oauth/par'
const ASKED = {
  ...{ client_id: 'http://localhost', response_type: 'code', redirect_uri: 'http://127.0.0.1/' },
  ...{
    scope: 'atproto',
    state: 'x',
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
  },
}

async function ask(target: string, more: object) {
  const answer = await app.ask({
    ...{ method: 'POST', target, headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ ...ASKED, ...more }),
  })
  if (!('status' in answer)) throw new Error('Not answered')
  return { status: answer.status, text: Buffer.from(answer.body ?? []).toString() }
}

const MANY: [string, object][] = [
  ['an array', { authorization_details: Array(20_000).fill({}) }],
  ['an object', { claims: { id_token: Object.fromEntries(Array(2_000).fill(1).entries()) } }],
  ['several arrays', { x: Array(30).fill(Array(40).fill(1)) }],
  [
    'the members',
    Object.fromEntries([...Array(2_000).fill('1').entries()].map(([i]) => [`x${i}`, ''])),
  ],
]
test.each(MANY)('8. a body with many values in %s: refused in a few words', async (_, many) => {
  for (const target of [PAR, '/oauth/token', '/oauth/revoke']) {
    const { status, text } = await ask(target, many)
    expect(status).toBe(400)
    expect(JSON.parse(text)).toMatchObject({ error: 'invalid_request' })
    expect(text).toMatch(/1000 values/)
    expect(text.length).toBeLessThan(1_000)
  }
  expect(await ask(PAR, { x: Array(500).fill(1) })).toMatchObject({ status: 201 })
})
