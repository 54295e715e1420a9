import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { CLIENT_REFETCH } from '../../../base/lifetimes.ts'
import {
  type ClientKey,
  type HostedClient,
  hostWebClient,
  makeClientKey,
} from '../../../lab/clients/hosted_client.ts'
import {
  type CertificateAuthority,
  makeCertificateAuthority,
} from '../../../lab/world/certificates.ts'
import { APP_HOSTNAME } from '../../../lab/world/servers/https.ts'
import { startVestibule, type Vestibule } from '../../../lab/world/vestibule/vestibule.ts'
import { sharedNetwork } from '../../shared/network.ts'
import {
  type Answer,
  Attacker,
  type DpopKey,
  makeDpopKey,
  newPerson,
  type Person,
  type ProofChange,
  refreshed,
  SCOPE,
} from '../../shared/people/attacker.ts'

const network = sharedNetwork()
let hosted: HostedClient
let clientKey: ClientKey
let attacker: Attacker
let key: DpopKey
let kim: Person
let slow: Promise<Answer>

beforeAll(async () => {
  clientKey = await makeClientKey()
  hosted = await hostWebClient(network.ca, clientKey, SCOPE)
  attacker = new Attacker(network, { ...hosted, key: clientKey })
  key = await makeDpopKey()
  kim = await newPerson(network, 'client')

  // It takes ten seconds, so it is begun first.
  hosted.routes.set('/slow.json', () => undefined)
  slow = pushAs('/slow.json')
})
afterAll(async () => {
  await hosted?.close()
})

/** What the clocks of two processes may round away, ms. */
const CLOCKS = 5

const INVALID_METADATA = { status: 400, body: { error: 'invalid_client_metadata' } }

const many = (value: unknown) => Array(1_001).fill(value)

/** Pushes a request as the client whose metadata is at another path of the same host. */
const pushAs = (path: string) =>
  new Attacker(network, { clientId: hosted.url + path, redirectUri: hosted.redirectUri }).push(key)

describe('10. client metadata', () => {
  const metadata = (path: string, change: object = {}) => ({
    ...hosted.metadata,
    client_id: hosted.url + path,
    token_endpoint_auth_method: 'none',
    token_endpoint_auth_signing_alg: undefined,
    jwks_uri: undefined,
    ...change,
  })
  const documents: [string, (path: string) => Parameters<HostedClient['routes']['set']>[1]][] = [
    [
      'that redirects',
      (path) => (_, response) => {
        hosted.routes.set('/target.json', metadata(path))
        response.writeHead(302, { location: `${hosted.url}/target.json` }).end()
      },
    ],
    ['over 512 kB', (path) => metadata(path, { client_name: 'x'.repeat(513 * 1024) })],
    [
      'over 512 kB that does not say so',
      (path) => (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write(JSON.stringify(metadata(path)).slice(0, -1))
        response.end(`${' '.repeat(513 * 1024)}}`)
      },
    ],
    ['over 50,000 characters', (path) => metadata(path, { client_name: 'x'.repeat(50_000) })],
    ['that names another client_id', () => hosted.metadata],
    ['without a client_id', (path) => metadata(path, { client_id: undefined })],
    ['that is no JSON', () => '<html>'],
    [
      'with tokens not bound to a key',
      (path) => metadata(path, { dpop_bound_access_tokens: false }),
    ],
    [
      'with a redirect to another host',
      (path) => metadata(path, { redirect_uris: ['https://evil.example/'] }),
    ],
    ['with many scopes', (path) => metadata(path, { scope: SCOPE + ' x'.repeat(1_000) })],
    ['with many values', (path) => metadata(path, { redirect_uris: many(hosted.redirectUri) })],
    ['with many values of no use', (path) => metadata(path, { x: many([[1]]) })],
    [
      'with many values behind a byte order mark',
      (path) => (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(`\ufeff${JSON.stringify(metadata(path, { x: many(1) }))}`)
      },
    ],
    [
      'with a key that is large',
      (path) =>
        metadata(path, {
          ...{ token_endpoint_auth_method: 'private_key_jwt' },
          ...{ token_endpoint_auth_signing_alg: 'RS256' },
          jwks: { keys: [{ kty: 'RSA', kid: 'large', n: 'x'.repeat(342), e: 'x'.repeat(342) }] },
        }),
    ],
    ['with the implicit grant', (path) => metadata(path, { grant_types: ['implicit'] })],
  ]
  test('with many scopes in the id, or in the request: refused', async () => {
    const scopes = `${SCOPE}${' atproto'.repeat(1_000)}`
    const clientId = `http://localhost?${new URLSearchParams({ scope: scopes })}`
    const inId = new Attacker(network, { clientId, redirectUri: 'http://127.0.0.1/' })
    expect(await inId.push(key)).toMatchObject({
      status: 400,
      body: { ...INVALID_METADATA.body, error_description: expect.stringMatching(/1000 scopes/) },
    })
    expect(await attacker.push(key, { fields: { scope: scopes } })).toMatchObject({
      status: 400,
      body: { error: 'invalid_scope', error_description: expect.stringMatching(/1000 scopes/) },
    })
    expect(await attacker.push(key)).toMatchObject({ status: 201 })
  })

  test.each(documents)('%s: invalid_client_metadata', async (name, document) => {
    const path = `/${name.replaceAll(' ', '-')}.json`
    hosted.routes.set(path, document(path))
    expect(await pushAs(path)).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(/^invalid_(client_metadata|redirect_uri)$/) },
    })
    hosted.routes.set(path, metadata(path))
    expect(await pushAs(path)).toMatchObject({ status: 201 })
  })

  describe('on a private address, in production', () => {
    let ca: CertificateAuthority
    let production: Vestibule
    beforeAll(async () => {
      ca = await makeCertificateAuthority()
      production = await startVestibule({
        plcUrl: network.plc.url,
        ca,
        preloads: [fileURLToPath(new URL('./log_connections.ts', import.meta.url))],
        env: { ENTRYWAY_DEV: undefined, ENTRYWAY_PLC_URL: 'https://plc.directory' },
      })
    })
    afterAll(async () => {
      await production?.close()
      await ca?.close()
    })

    test.each([
      `https://${APP_HOSTNAME}/client.json`,
      'https://localhost/client.json',
      'https://127.0.0.1/client.json',
      'https://[::1]/client.json',
      'https://169.254.169.254/latest/meta-data/client.json',
      'https://0x7f000001/client.json',
      'https://2130706433/client.json',
      'http://app.vestibule.internal/client.json',
      'file:///etc/passwd',
    ])('%s: refused, and no connection inside', async (clientId) => {
      const client = new Attacker(production, { clientId, redirectUri: `https://${APP_HOSTNAME}/` })
      const answer = await client.push(key)
      expect(answer.status).toBe(400)
      expect(answer.body.error).toMatch(/^invalid_(client_metadata|client|client_id)$/)
      expect(production.logs).not.toMatch(/connects to/)
      expect(await new Attacker(production).push(key)).toMatchObject({ status: 201 })
    })
  })
})

describe('11. a client assertion', () => {
  const seconds = () => Math.floor(Date.now() / 1_000)
  const changes: [string, () => Promise<ProofChange>][] = [
    ['for another server', async () => ({ claims: { aud: 'https://evil.example' } })],
    ['without aud', async () => ({ claims: { aud: undefined } })],
    ['older than 60 s', async () => ({ claims: { iat: seconds() - 62, exp: seconds() + 60 } })],
    ['of a clock far ahead', async () => ({ claims: { iat: seconds() + 90 } })],
    ['expired', async () => ({ claims: { iat: seconds() - 30, exp: seconds() - 1 } })],
    ['without iat', async () => ({ claims: { iat: undefined } })],
    ['without kid', async () => ({ header: { kid: undefined } })],
    ['with an unknown kid', async () => ({ header: { kid: 'other' } })],
    ['without jti', async () => ({ claims: { jti: undefined } })],
    ['of another issuer', async () => ({ claims: { iss: 'https://evil.example' } })],
    ['about another client', async () => ({ claims: { sub: 'https://evil.example' } })],
    ['signed by another key', async () => ({ signedBy: (await makeClientKey()).key as never })],
  ]
  test.each(changes)('%s: 400', async (_, change) => {
    const fields = await attacker.assertion(await change())
    expect(await attacker.push(key, { fields })).toMatchObject({ status: 400 })
    expect(await attacker.push(key)).toMatchObject({ status: 201 })
  })

  test('of a clock that is a little ahead: taken; far ahead: refused with the difference', async () => {
    const ahead = (s: number) =>
      attacker.assertion({ claims: { iat: seconds() + s, exp: seconds() + s + 60 } })
    expect(await attacker.push(key, { fields: await ahead(5) })).toMatchObject({ status: 201 })
    const { status, body } = await attacker.push(key, { fields: await ahead(90) })
    expect(status).toBe(400)
    expect(body.error_description).toMatch(
      /"iat" is \d+, (8\d|90) s ahead of the clock of this server/,
    )
  })

  test('with a jti that was used: 400', async () => {
    const fields = await attacker.assertion()
    expect(await attacker.push(key, { fields })).toMatchObject({ status: 201 })
    expect(await attacker.push(key, { fields })).toMatchObject({ status: 400 })
    expect(await attacker.push(key)).toMatchObject({ status: 201 })
  })

  test('that is missing, or as a public client: 400', async () => {
    const fields = { client_assertion: undefined, client_assertion_type: undefined }
    expect(await attacker.push(key, { fields })).toMatchObject({ status: 400 })
    expect(await attacker.push(key)).toMatchObject({ status: 201 })
  })
})

function publicHalf({ privateJwk: { kty, crv, x, y } }: ClientKey) {
  return { kty, crv, x, y } as DpopKey['jwk']
}

describe('12. the key of a confidential client', () => {
  const jwk = (which: ClientKey) => ({
    ...publicHalf(which),
    kid: which.kid,
    alg: 'ES256',
    use: 'sig',
  })
  const publish = (...keys: ClientKey[]) => hosted.routes.set('/jwks.json', { keys: keys.map(jwk) })

  /** Has the keys fetched anew: by an assertion that does not verify, a second after the last. */
  const refetch = async () => {
    await new Promise((resolve) => setTimeout(resolve, CLIENT_REFETCH))
    const fields = await attacker.assertion({ header: { kid: 'unknown' } })
    await attacker.push(key, { fields })
  }

  test('a new one is taken, though the old ones were just fetched, and not more than once a second', async () => {
    const next = { ...(await makeClientKey()), kid: 'next' }
    const rotated = new Attacker(network, { ...hosted, key: next })
    const fetchedAt: number[] = []
    const keys = [clientKey, next].map(jwk)
    expect(await rotated.push(key)).toMatchObject({ status: 400 })
    hosted.routes.set('/jwks.json', (_, response) => {
      fetchedAt.push(performance.now())
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ keys }))
    })
    const pushed = async () => expect(await rotated.push(key)).toMatchObject({ status: 201 })
    await vi.waitFor(pushed, { timeout: 60_000, interval: 0 })
    const unknown = { header: { kid: 'unknown' } }
    while (fetchedAt.length < 3) {
      const fields = await attacker.assertion(unknown)
      expect(await attacker.push(key, { fields })).toMatchObject({ status: 400 })
    }
    const pauses = fetchedAt.slice(1).map((at, i) => at - (fetchedAt[i] as number))
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(CLIENT_REFETCH - CLOCKS)
    expect(await attacker.push(key)).toMatchObject({ status: 201 })
  })

  const withdrawals: [string, () => Promise<ClientKey>][] = [
    ['withdrawn', async () => ({ ...(await makeClientKey()), kid: 'next' })],
    [
      'replaced by another of the same name',
      async () => ({ ...clientKey, ...(await makeClientKey()) }),
    ],
  ]
  test.each(withdrawals)('%s: refresh refused, session revoked', async (_, replace) => {
    const session = await attacker.signIn(kim)
    publish(await replace())
    await refetch()
    expect((await attacker.refresh(session)).status).toBe(400)
    publish(clientKey)
    await refetch()
    expect(await attacker.refresh(session)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    })
    expect(await attacker.refresh(await attacker.signIn(kim))).toMatchObject({ status: 200 })
  })

  test('unreachable for a moment: not revoked', async () => {
    const session = await attacker.signIn(kim)
    hosted.routes.set('/jwks.json', (_, response) => void response.writeHead(503).end())
    await refetch()
    expect((await attacker.refresh(session)).status).toBe(400)
    publish(clientKey)
    expect(await attacker.refresh(await refreshed(attacker, session))).toMatchObject({
      status: 200,
    })
  })

  test('a bad assertion does not end a session whose key is there', async () => {
    const session = await attacker.signIn(kim)
    const fields = await attacker.assertion({ signedBy: (await makeClientKey()).key as never })
    expect((await attacker.refresh(session, { fields })).status).toBe(400)
    expect(await attacker.refresh(session)).toMatchObject({ status: 200 })
  })
})

describe('10. client metadata, once more', () => {
  test('that takes over 10 s: invalid_client_metadata', async () => {
    expect(await slow).toMatchObject(INVALID_METADATA)
    expect(await attacker.push(key)).toMatchObject({ status: 201 })
  })
})
