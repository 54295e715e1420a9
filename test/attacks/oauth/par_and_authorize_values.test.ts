import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'

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
  return { status: answer.status, text: textOf(answer) }
}

const textOf = (answer: object) =>
  Buffer.from('body' in answer ? (answer.body as Uint8Array) : []).toString()

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

const FIELDS = 'x=&'
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

const claims = (count: number) =>
  JSON.stringify({ id_token: Object.fromEntries(Array(count).fill(null).entries()) })

test('8. a field with many values, in a form or in JSON: refused in a few words', async () => {
  const inForm = async (given: string) => {
    const body = String(new URLSearchParams({ ...ASKED, claims: given }))
    return textOf(await app.ask({ method: 'POST', target: PAR, headers: FORM, body }))
  }
  const inJson = async (given: string) => (await ask(PAR, { claims: given })).text
  for (const show of [inForm, inJson]) {
    const text = await show(claims(2_000))
    expect(text.length).toBeLessThan(1_000)
    expect(text).toMatch(/1000 values/)
    // The provider knows the parameter, and takes it from nobody.
    expect(await show(claims(0))).toMatch(/Unsupported .*claims/)
  }
})

test('8. a refusal that names many values is short', async () => {
  const { status, text } = await ask(PAR, { claims: claims(900) })
  expect(status).toBe(400)
  expect(JSON.parse(text)).toMatchObject({ error: 'invalid_request' })
  expect(text).toMatch(/enum value/)
  expect(text.length).toBeLessThan(1_500)
})

test.each([PAR, '/oauth/token', '/openid/token', '/openid/authorize'])(
  '8. %s: a form with many fields is refused, whatever they say',
  async (target) => {
    const send = (body: string) => app.ask({ method: 'POST', target, headers: FORM, body })
    expect(textOf(await send(FIELDS.repeat(1_001)))).toMatch(/1000 values/)
    expect(textOf(await send(FIELDS.repeat(900)))).not.toMatch(/1000 values/)
  },
)

test.each(['/xrpc/com.atproto.identity.resolveHandle', '/oauth/authorize', '/openid/authorize'])(
  '8. %s: a query with many parameters is refused',
  async (path) => {
    const send = (query: string) => app.ask({ target: `${path}?${query}` })
    expect(textOf(await send(FIELDS.repeat(501)))).toMatch(/500 parameters/)
    expect(textOf(await send(FIELDS.repeat(450)))).not.toMatch(/500 parameters/)
  },
)

test('8. the input of a method with many values is refused, and the operator may say as many', async () => {
  const send = (target: string, more: Record<string, string>, input: object) =>
    app.ask({
      ...{ method: 'POST', target, body: JSON.stringify(input), address: '127.0.0.1' },
      headers: { 'content-type': 'application/json', ...more },
    })
  const createAccount = (plcOp: object) =>
    send('/xrpc/com.atproto.server.createAccount', {}, { handle: 'lee.test', plcOp })
  expect(textOf(await createAccount({ x: Array(1_001).fill({}) }))).toMatch(/1000 values/)
  expect(textOf(await createAccount({ x: Array(900).fill({}) }))).toMatch(/plcOp/)
  const { operatorToken } = app.runner.secrets
  const authorization = { authorization: `Bearer ${operatorToken}` }
  const ofOperator = await send('/_operator/account/audit', authorization, {
    x: Array(1_001).fill({}),
  })
  expect(textOf(ofOperator)).toMatch(/Unrecognized key/)
})
