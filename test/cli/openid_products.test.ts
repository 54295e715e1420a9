import { afterAll, beforeAll, expect, test } from 'vitest'
import { PRODUCTS, type ProductName } from '../../cli/openid_products.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { runCliHere } from '../../lab/world/vestibule/cli_here.ts'
import * as rp from '../shared/people/relying_party.ts'

/** The settings that `vestibule openid client add --for` prints. */
let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())

/** How each product is told to send a challenge, without which no client signs anybody in. */
const PKCE: Record<ProductName, string> = {
  discourse: 'openid_connect_use_pkce: true',
  matrix: 'pkce_method: always',
  wordpress: "'&code_challenge_method=S256&code_challenge='",
  grafana: 'use_pkce = true',
  mod_auth_openidc: 'OIDCPKCEMethod S256',
  'oauth2-proxy': 'code_challenge_method = "S256"',
  // These send one where the metadata say that it is taken.
  nextcloud: '/.well-known/openid-configuration',
  outline: 'OIDC_ISSUER_URL=',
}

test.each(Object.keys(PRODUCTS) as ProductName[])('%s', async (name) => {
  const product = PRODUCTS[name]
  const id = `our-${name}`
  const { redirectUri, ...others } = product.at('https://app.example.com/below', id)
  const { otherRedirectUri, postLogoutUri, backchannelLogoutUri }: { [name: string]: string } =
    others
  const metadata = {
    redirect_uris: [redirectUri, ...(otherRedirectUri ? [otherRedirectUri] : [])],
    ...(postLogoutUri && { post_logout_redirect_uris: [postLogoutUri] }),
    ...(backchannelLogoutUri && { backchannel_logout_uri: backchannelLogoutUri }),
  }
  const { issuer, endpoints, secret } = await rp.operate(app, 'openid/client-add', { id, metadata })
  const settings = product.settings({ issuer, endpoints, id, secret, redirectUri })
  for (const said of [id, secret, 'openid profile email', PKCE[name]]) {
    expect(settings).toContain(said)
  }
  expect(settings).not.toMatch(/undefined|\[object/)
  // A way back from a sign-out is registered, and comes with the client that it is of.
  const [, query] = /end-session\?(\S+)/.exec(settings) ?? []
  const out = new URLSearchParams(query)
  const back = out.get('post_logout_redirect_uri')
  if (query) expect([out.get('client_id'), back]).toEqual([id, postLogoutUri])
  // Every address of the provider that it says is there.
  const said = settings.match(/http:\/\/localhost:2600[^\s"'?]*/g) ?? []
  expect(said).not.toEqual([])
  for (const address of said) {
    const target = address === issuer ? '/openid/jwks' : new URL(address).pathname
    const answer = await app.ask({ target })
    expect([address, 'status' in answer && answer.status]).not.toEqual([address, 404])
  }
  // The same command gives the same addresses.
  expect(product.at('https://app.example.com/below', id)).toEqual({ redirectUri, ...others })
})

test('an id in the form of a ULID, for Matrix', () => {
  const { redirectUri } = PRODUCTS.matrix.at('https://mas.example.com', 'matrix')
  expect(redirectUri).toMatch(
    /^https:\/\/mas\.example\.com\/upstream\/callback\/[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
  )
})

test.each(['forum.example.com', 'forum.example.com:8080', 'ftp://forum.example.com'])(
  'a product is at an address, not at %s',
  async (at) => {
    const words = ['openid', 'client', 'add', 'forum', '--for', 'discourse', '--at', at]
    const { stderr, exitCode } = await runCliHere({}, words)
    expect(exitCode).toBe(2)
    expect(stderr).toContain(`argument '${at}' is invalid. It must be an address such as https://`)
  },
)
