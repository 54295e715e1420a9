import { afterAll, beforeAll, expect, test } from 'vitest'
import { OPENID_DOCUMENT } from '../../base/lifetimes.ts'
import { PAGE_LANGUAGES } from '../../http/language.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { WELL_KNOWN } from '../../openid/paths.ts'
import { ask } from '../shared/ask.ts'
import { FORM, form } from '../shared/mistakes.ts'
import * as rp from '../shared/people/relying_party.ts'
import { push, Visitor } from '../shared/people/visitor.ts'
import { assertions } from './assertions.ts'

/** What the documents of the issuer say, and what is there. */
let app: AppInProcess
const TERMS = 'https://example.com/terms'
const PRIVACY = 'https://example.com/privacy'

beforeAll(async () => {
  app = await startApp({
    env: {
      ENTRYWAY_OPENID_REGISTRATION: 'open',
      ENTRYWAY_TERMS_OF_SERVICE_URL: TERMS,
      ENTRYWAY_PRIVACY_POLICY_URL: PRIVACY,
    },
  })
  await rp.register(app)
})
afterAll(() => app?.close())

const DISCOVERY = [...WELL_KNOWN.keys()]
type Metadata = Record<string, string | string[] | boolean | undefined>
const read = async (target: string) => (await ask(app, { target })).body as Metadata

test('the documents are the same at each address, for every origin, and may be kept', async () => {
  const [first = ''] = DISCOVERY
  const { pathname: jwks } = new URL(String((await read(first)).jwks_uri))
  for (const target of [...DISCOVERY, jwks]) {
    for (const method of ['GET', 'HEAD']) {
      const { status, headers } = await ask(app, { method, target })
      expect([target, status]).toEqual([target, 200])
      expect(headers).toMatchObject({
        'access-control-allow-origin': '*',
        'cache-control': `public, max-age=${OPENID_DOCUMENT / 1_000}`,
      })
    }
  }
  for (const target of DISCOVERY) expect(await read(target)).toEqual(await read(first))
  expect(await ask(app, { target: '/openid/jwks?x=y' })).toMatchObject({ status: 200 })
})

test('every endpoint that is named is there', async () => {
  const metadata = await read(DISCOVERY[0] ?? '')
  const named = Object.entries(metadata).filter(([name]) => /_(endpoint|uri)$/.test(name))
  const own = named.filter(([, uri]) => String(uri).startsWith(String(metadata.issuer)))
  expect(own.length).toBe(10)
  for (const [name, uri] of own) {
    const { status } = await ask(app, { method: 'GET', target: new URL(String(uri)).pathname })
    expect([name, status]).not.toEqual([name, 404])
  }
  expect(metadata).toMatchObject({ op_tos_uri: TERMS, op_policy_uri: PRIVACY })
  const atproto = await read('/.well-known/oauth-authorization-server')
  expect(atproto).toMatchObject({ op_tos_uri: TERMS, op_policy_uri: PRIVACY })
})

test('a client is authenticated in each way that is named, at each endpoint', async () => {
  const metadata = await read(DISCOVERY[0] ?? '')
  const tried: string[] = []
  for (const endpoint of ['token', 'revocation', 'introspection']) {
    const target = new URL(String(metadata[`${endpoint}_endpoint`])).pathname
    for (const method of metadata[`${endpoint}_endpoint_auth_methods_supported`] as string[]) {
      const id = `${endpoint}-${method}`
      const keys = await assertions(id)
      const own = method === 'private_key_jwt' ? keys.metadata : undefined
      const auth = { token_endpoint_auth_method: method, ...own }
      const secret = (await rp.register(app, { id, metadata: auth })) ?? ''
      const basic = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
      const ways: Record<string, [fields: object, headers: Record<string, string>]> = {
        client_secret_basic: [{}, { authorization: basic }],
        client_secret_post: [{ client_id: id, client_secret: secret }, {}],
        private_key_jwt: [await keys.form({}), {}],
        none: [{ client_id: id }, {}],
      }
      const [fields, headers] = ways[method] ?? [{}, {}]
      const asked = { token: 'x', grant_type: 'refresh_token', refresh_token: 'x', ...fields }
      const sent = { headers: { ...FORM, ...headers }, body: form(asked) }
      const { status, body } = await ask(app, { method: 'POST', target, ...sent })
      const isKnown = endpoint === 'token' ? 'invalid_grant' : undefined
      expect([id, status, (body as Metadata).error]).toEqual([id, isKnown ? 400 : 200, isKnown])
      tried.push(id)
    }
  }
  expect(tried).toHaveLength(12)
})

test('the pages come in each language that is named, where a client asks for it', async () => {
  const atproto = await read('/.well-known/oauth-authorization-server')
  const openid = await read(DISCOVERY[0] ?? '')
  expect(openid.ui_locales_supported).toEqual(PAGE_LANGUAGES)
  expect(atproto.ui_locales_supported).toEqual(PAGE_LANGUAGES)
  for (const locale of PAGE_LANGUAGES) {
    const config = await rp.discover(app, null)
    const begun = await rp.begin(config, { ui_locales: `de ${locale}-x-y` })
    const visitor = new Visitor(app)
    visitor.language = locale === 'en' ? 'fr' : 'en'
    const page = await rp.open(visitor, begun)
    expect(page.text).toContain(`<html lang="${locale}"`)
    const { url } = await push(app, { ui_locales: locale })
    expect((await visitor.open(url)).text).toContain(`<html lang="${locale}"`)
    // The person's choice goes first.
    const chosen = await visitor.open(page.hrefs.find((href) => href.includes('lang=ja')) ?? '')
    expect(chosen.text).toContain('<html lang="ja"')
  }
})
