import { describe, expect, test } from 'vitest'
import { createApp } from '../../demo/app/app.ts'
import { CALLBACK_PATH } from '../../demo/app/oauth_client.ts'
import { freePort } from '../../lab/world/loopback.ts'

const origin = 'http://127.0.0.1:2700'
const nowhere = `http://localhost:${await freePort()}`
const app = await createApp({ origin, entrywayUrl: nowhere, plcUrl: nowhere })

const post = (path: string, fields: Record<string, string>, headers: Record<string, string>) =>
  app.request(origin + path, { method: 'POST', body: new URLSearchParams(fields), headers })

const own = { origin, 'sec-fetch-site': 'same-origin' }

describe('forms', () => {
  test.each(['/sign-in', '/sign-up', '/posts', '/posts/delete', '/sign-out'])(
    '%s is refused from another site',
    async (path) => {
      const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
      expect((await post(path, {}, foreign)).status).toBe(403)
      expect((await post(path, {}, {})).status).toBe(403)
    },
  )

  test.each(['/posts', '/posts/delete'])(
    '%s without a session leads to the start',
    async (path) => {
      const answer = await post(path, { text: 'Hello', rkey: 'a' }, own)
      expect(answer.status).toBe(303)
      expect(answer.headers.get('location')).toBe('/')
    },
  )

  test('over the limit are refused', async () => {
    expect((await post('/posts', { text: 'x'.repeat(20_000) }, own)).status).toBe(413)
  })
})

test('an unknown handle is said in plain words, and shown again as typed', async () => {
  const answer = await post('/sign-in', { handle: '"><b>@nobody.test' }, own)
  expect(answer.status).toBe(400)
  const page = await answer.text()
  expect(page).toContain('No server answers for this account.')
  expect(page).toContain('value="&quot;&gt;&lt;b&gt;@nobody.test"')
})

test('an authorization server that is down is said in plain words', async () => {
  const answer = await post('/sign-up', {}, own)
  expect(answer.status).toBe(502)
  expect(await answer.text()).toContain('role="alert"')
})

test('a callback of no sign-in under way is explained in plain words', async () => {
  const answer = await app.request(`${origin}${CALLBACK_PATH}?state=unknown&code=cod-1`)
  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain('already used or took too long')
})

test('a forged cookie signs no one in', async () => {
  const forged = { cookie: 'demo_account=did%3Aplc%3Aalice.c2lnbmF0dXJl' }
  const answer = await app.request(origin, { headers: forged })
  expect(await answer.text()).toContain('Your handle')
})

test('a browser at localhost is sent to the address that the cookies belong to', async () => {
  const answer = await app.request('http://localhost:2700/?done=posted')
  expect(answer.status).toBe(302)
  expect(answer.headers.get('location')).toBe(`${origin}/?done=posted`)
})
