import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { ResponseEnvelope } from '../../http/envelope.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { CLIENT_ID, FORM, form, JSON_BODY, REQUEST, without } from '../shared/mistakes.ts'

let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())

type Refused = {
  status: number
  headers: Record<string, string>
  error?: string
  error_description?: string
}

async function ask(
  target: string,
  headers: Record<string, string>,
  body: string,
): Promise<Refused> {
  const response = (await app.ask({ method: 'POST', target, headers, body })) as ResponseEnvelope
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    ...(JSON.parse(Buffer.from(response.body ?? '{}').toString()) as object),
  }
}
/** What a developer does wrong at PAR, and the word by which the answer helps. */
const MISTAKES: [string, Record<string, string>, string, RegExp][] = [
  ['no body', {}, '', /Send application\/x-www-form-urlencoded/],
  ['a form labelled as JSON', JSON_BODY, form(REQUEST), /Invalid JSON/],
  ['a coding that is not taken', { ...FORM, 'content-encoding': 'br' }, 'x', /gzip or deflate/],
  ['a body that is not gzip', { ...FORM, 'content-encoding': 'gzip' }, 'x', /not gzip/],
  ['an empty form', FORM, '', /client_id/],
  ['nothing but the client', FORM, form({ client_id: CLIENT_ID }), /response_type/],
  ['a parameter twice', FORM, `${form(REQUEST)}&scope=atproto`, /more than once/],
  [
    'no redirect_uri of the client',
    FORM,
    form({ ...REQUEST, redirect_uri: 'https://a.example/' }),
    /redirect_uri/,
  ],
  ['no code_challenge', FORM, form(without('code_challenge')), /code_challenge/],
  ['no scope', FORM, form(without('scope')), /scope/],
  ['no state', FORM, form(without('state')), /^state is required$/],
  ['a request_uri', FORM, form({ ...REQUEST, request_uri: 'urn:x' }), /request_uri is not allowed/],
]

test.each(MISTAKES)('PAR with %s says so', async (_, headers, body, words) => {
  const answer = await ask('/oauth/par', headers, body)
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect(answer.status).toBeLessThan(500)
  expect(answer.error_description).toMatch(words)
  expect(answer.headers).toMatchObject({
    'dpop-nonce': expect.any(String),
    'access-control-allow-origin': '*',
    'access-control-expose-headers': expect.stringContaining('DPoP-Nonce'),
    'cache-control': 'no-store',
  })
  expect(await ask('/oauth/par', FORM, form(REQUEST))).toMatchObject({ status: 201 })
})

const REFERRERS = ['https://a.example/?q=100%', 'https://a.example/?request_uri=%25', '%', 'no URL']
const ENDPOINTS = ['/oauth/par', '/oauth/token', '/oauth/revoke']

test.each(ENDPOINTS)('%s answers the same whatever the page that calls it', async (endpoint) => {
  const body = form({ ...REQUEST, token: 'x', grant_type: 'refresh_token', refresh_token: 'x' })
  const { status, error } = await ask(endpoint, FORM, body)
  for (const referer of REFERRERS) {
    expect(await ask(endpoint, { ...FORM, referer }, body)).toMatchObject(
      error === undefined ? { status } : { status, error },
    )
  }
})

test('a page of the provider that is called from such a page is refused', async () => {
  for (const referer of REFERRERS) {
    const target = '/@atproto/oauth-provider/~api/sign-in'
    const answer = await ask(target, { ...JSON_BODY, referer }, '{"username":"a"}')
    expect(answer.status).toBe(400)
  }
})

test('each refusal is one line of the log, with what the client reads', async () => {
  const lines: Record<string, unknown>[] = []
  const info = vi.spyOn(app.runner.log, 'info').mockImplementation((...given: unknown[]) => {
    lines.push(given[0] as Record<string, unknown>)
  })
  const refused = await ask('/oauth/par', FORM, form(without('state')))
  await ask('/oauth/token', FORM, 'a=1&a=2')
  await ask('/oauth/par', FORM, form({ ...REQUEST, state: 'x'.repeat(1_000), scope: 'y' }))
  await ask('/oauth/par', FORM, form(REQUEST))
  info.mockRestore()
  expect(lines.map(({ endpoint, error }) => [endpoint, error])).toEqual([
    ['/oauth/par', 'invalid_request'],
    ['/oauth/token', 'invalid_request'],
    ['/oauth/par', 'invalid_scope'],
  ])
  expect(lines[0]).toEqual({
    clientId: CLIENT_ID,
    endpoint: '/oauth/par',
    status: 400,
    error: refused.error,
    description: refused.error_description,
    address: '192.0.2.1',
  })
  for (const line of lines) expect(JSON.stringify(line).length).toBeLessThan(1_500)
})
