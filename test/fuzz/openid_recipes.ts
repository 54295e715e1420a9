import { createHash } from 'node:crypto'
import {
  codeForm,
  DEVICE_CODE,
  OPENID_CLIENT,
  OPENID_SCOPE,
  refreshForm,
} from '../../lab/clients/headless_openid.ts'
import { type Cook, plain } from './cook.ts'
import type { Pairs } from './recipe.ts'
import { METADATA } from './self_registered.ts'
import type { Target } from './target.ts'

const [redirect = ''] = OPENID_CLIENT.metadata.redirect_uris

const request: Pairs = Object.entries({
  ...{ client_id: OPENID_CLIENT.id, response_type: 'code', redirect_uri: redirect },
  ...{ scope: OPENID_SCOPE, state: 'a state', nonce: 'a nonce', prompt: 'login', max_age: '60' },
  ...{ code_challenge_method: 'S256', resource: 'https://mcp.example.com', ui_locales: 'sv en' },
  code_challenge: createHash('sha256').update('v'.repeat(43)).digest('base64url'),
})

const form = (path: string, fields: Pairs) => ({
  ...plain('POST', `/openid${path}`, [['content-type', 'application/x-www-form-urlencoded']]),
  body: { form: fields },
})

const client: Pairs = [['client_id', OPENID_CLIENT.id]]

/** What programs ask the OpenID provider. */
const asked = ({ openid }: Target) => [
  form('/par', request),
  form('/device-authorization', [...client, ['scope', OPENID_SCOPE]]),
  form('/token', Object.entries(codeForm(openid.code))),
  form('/token', Object.entries(refreshForm(openid.refresh_token))),
  form('/token', [...client, ['grant_type', DEVICE_CODE], ['device_code', openid.deviceCode]]),
  form('/introspect', [...client, ['token', openid.access_token]]),
  form('/revoke', [...client, ['token', openid.spare]]),
  form('/userinfo', [['access_token', openid.access_token]]),
]

export const openidCall: Cook = (target, random) => random.pick(asked(target))

/** Where people come with a browser. */
const pages: [method: 'GET' | 'POST', path: string, fields: Pairs][] = [
  ['GET', '/openid/authorize', request],
  ['POST', '/openid/authorize', request],
  ['GET', '/openid/authorize/abcdefghijklmnopqrstuvwxyz', []],
  ['GET', '/openid/device', [['user_code', 'BCDF-GHJK']]],
  ['POST', '/account/device', [['user_code', 'BCDF-GHJK']]],
  ['GET', '/account/openid/abcdefghijklmnopqrstuvwxyz', []],
  ['GET', '/openid/end-session', [...client, ['id_token_hint', 'e30.e30.e30']]],
  [
    'POST',
    '/openid/end-session/confirm',
    [
      ['xsrf', 'x'.repeat(48)],
      ['logout', 'yes'],
    ],
  ],
  ['GET', '/openid/.well-known/openid-configuration', []],
]

export const openidPage: Cook = ({ network, person, sealedForm }, random) => {
  const [method, path, fields] = random.pick(pages)
  const isForm = method === 'POST'
  return {
    ...plain(method, path, [
      ['accept', 'text/html'],
      ['sec-fetch-dest', 'document'],
      ['sec-fetch-mode', 'navigate'],
      ['sec-fetch-site', isForm ? 'same-origin' : 'cross-site'],
      ...(isForm
        ? ([
            ['origin', network.url],
            ['content-type', 'application/x-www-form-urlencoded'],
          ] as Pairs)
        : []),
    ]),
    query: isForm ? [] : fields,
    cookies: person.browser.cookies(),
    body: isForm ? { form: [['form', sealedForm], ...fields] } : null,
  }
}

/** Clients that register, read, change and remove themselves. */
export const selfRegistration: Cook = ({ selfRegistered }, random) => {
  const { path, id, secret, token } = selfRegistered
  const own = (method: string) => plain(method, path, [['authorization', `Bearer ${token}`]])
  const changed = own('PUT')
  return random.pick([
    {
      ...plain('POST', '/openid/register', [['content-type', 'application/json']]),
      body: { json: METADATA },
    },
    own('GET'),
    {
      ...changed,
      headers: [...changed.headers, ['content-type', 'application/json']],
      body: { json: { ...METADATA, client_id: id, client_secret: secret } },
    },
    own('DELETE'),
  ])
}
