import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ResponseEnvelope } from '../../http/envelope.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { FORM, form, REQUEST } from '../shared/mistakes.ts'
import { command } from '../shared/people/operators.ts'

/** A form brings what it is about in its body, which apps with a scheme of their own do not get. */
const APPS = [
  ['a website', 'https://app.example.com/callback'],
  ['an app on the device', 'http://127.0.0.1:2700/callback'],
  ['a scheme of its own', 'com.example.app:/callback'],
] as const
const LOST = 'response_mode=form_post takes a redirect_uri of http or https'

let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())

/** What a client of either kind asks for, with what is its own. */
const asked = (more: Record<string, string>) => form({ ...REQUEST, ...more })

async function ask(envelope: Parameters<AppInProcess['ask']>[0]) {
  const { status, headers, body } = (await app.ask(envelope)) as ResponseEnvelope
  const location = new Map(headers).get('location') ?? ''
  return { status, location, text: Buffer.from(body ?? '').toString() }
}

describe.each(APPS)('%s', (name, redirectUri) => {
  const isReached = /^http/.test(redirectUri)
  const native = name === 'a website' ? {} : { application_type: 'native' }
  const own = { redirect_uri: redirectUri }
  const common = {
    ...{ ...native, redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' },
  }

  test('of atproto', async () => {
    const isLoopback = redirectUri.startsWith('http:')
    const clientId = isLoopback ? REQUEST.client_id : 'https://app.example.com'
    const client = { ...own, client_id: clientId }
    if (!isLoopback) {
      const metadata = {
        ...{ ...common, client_id: clientId, scope: REQUEST.scope, response_types: ['code'] },
        ...{ grant_types: ['authorization_code'], dpop_bound_access_tokens: true },
      }
      const added = await command(app, 'client/add', { id: clientId, metadata })
      expect([added.status, added.body.message]).toEqual([200, undefined])
    }
    const push = async (more: Record<string, string>) => {
      const body = asked({ ...client, ...more })
      const answer = await ask({ method: 'POST', target: '/oauth/par', headers: FORM, body })
      return [answer.status, JSON.parse(answer.text).error_description]
    }
    const formed = await push({ response_mode: 'form_post' })
    expect(formed).toEqual(isReached ? [201, undefined] : [400, LOST])
    expect(await push({ response_mode: 'fragment' })).toEqual([201, undefined])
  })

  test('of OpenID', async () => {
    const id = name.replaceAll(' ', '-')
    const added = await command(app, 'openid/client-add', { id, metadata: common })
    expect([added.status, added.body.message]).toEqual([200, undefined])
    const open = async (more: Record<string, string>) => {
      const query = asked({ ...own, client_id: id, scope: 'openid', ...more })
      return ask({ target: `/openid/authorize?${query}` })
    }
    const isAsked = { status: 303, location: expect.stringMatching(/\/account\/openid\//) }
    const formed = await open({ response_mode: 'form_post' })
    if (isReached) expect(formed).toMatchObject(isAsked)
    else {
      expect(formed.location.startsWith(redirectUri)).toBe(true)
      expect(Object.fromEntries(new URL(formed.location).searchParams)).toMatchObject({
        ...{ error: 'invalid_request', error_description: LOST, state: REQUEST.state },
      })
    }
    expect(await open({ response_mode: 'fragment' })).toMatchObject(isAsked)
  })
})
