import { afterAll, beforeAll, expect, test } from 'vitest'
import { readableElsewhere } from '../../http/answers/cors.ts'
import { tooManyAtOnce, unavailable } from '../../http/answers/fault.ts'
import type { ResponseEnvelope } from '../../http/envelope.ts'
import { oauthDoor, xrpcDoor } from '../../http/routes/door.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { providerRoutes } from '../../oauth/routes.ts'
import { openidRoutes } from '../../openid/routes.ts'
import { methodRoutes } from '../../xrpc/routes.ts'
import * as rp from '../shared/people/relying_party.ts'

let app: AppInProcess
beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_OPENID_REGISTRATION: 'open' } })
  await rp.register(app)
})
afterAll(() => app?.close())

const routes = [...providerRoutes, ...openidRoutes, ...methodRoutes]
const forPrograms = routes.filter(({ door }) => door.isForPrograms).map(({ path }) => path)
const documents = [
  'did.json',
  'atproto-did',
  'passkey-endpoints',
  'oauth-protected-resource',
  'nothing-of-ours',
]
const paths = [
  ...forPrograms,
  ...documents.map((name) => `/.well-known/${name}`),
  '/tls-check?domain=nobody.test',
  '/xrpc/app.bsky.actor.getProfile',
  '/xrpc/not a method',
  '/nowhere',
  '/a/../b',
]

async function ask(
  method: string,
  target: string,
  more: Record<string, string> = {},
): Promise<ResponseEnvelope> {
  const headers = {
    ...{ origin: 'https://app.example.com', ...more },
    ...(method === 'OPTIONS' && {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,dpop',
    }),
  }
  return (await app.ask({ method, target, headers })) as ResponseEnvelope
}
const originOf = ({ headers }: ResponseEnvelope) =>
  headers.filter(([name]) => name === 'access-control-allow-origin').map(([, value]) => value)

test('every answer that a program may read can be read from another origin', async () => {
  const unreadable: string[] = []
  for (const path of paths) {
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const answer = await ask(method, path)
      if (originOf(answer).join() !== '*') unreadable.push(`${method} ${path}: ${answer.status}`)
    }
  }
  expect(unreadable).toEqual([])
  expect(paths.length).toBeGreaterThan(50)
})

/** How an answer says what to do next. */
const GUIDING = ['retry-after', 'www-authenticate', 'dpop-nonce', 'allow']

test('what an answer says of how to go on can be read from another origin', async () => {
  const hidden: string[] = []
  const seen = new Set<string>()
  const authorizations = ['', 'Bearer none', 'DPoP none', 'Basic bm86bmU=']
  const look = (what: string, { headers }: ResponseEnvelope) => {
    const given = new Map(headers)
    const exposed = (given.get('access-control-expose-headers') ?? '').toLowerCase().split(/, */)
    for (const name of GUIDING.filter((each) => given.has(each))) {
      if (exposed.includes(name)) seen.add(name)
      else hidden.push(`${what}: ${name}`)
    }
  }
  for (const path of forPrograms) {
    for (const method of ['GET', 'POST', 'DELETE']) {
      for (const authorization of authorizations) {
        const type = { 'content-type': 'application/x-www-form-urlencoded' }
        look(`${method} ${path}`, await ask(method, path, { ...type, authorization }))
      }
    }
  }
  const { doors, busy } = { doors: [oauthDoor, xrpcDoor], busy: { 'retry-after': '1' } }
  for (const door of doors) look(`busy ${door.name}`, readableElsewhere(door.busy(busy)))
  const ofGateway = [unavailable(), tooManyAtOnce('Too many requests', busy)]
  for (const answer of ofGateway) look(`the gateway: ${answer.status}`, answer)
  expect(hidden).toEqual([])
  expect([...seen].toSorted()).toEqual(GUIDING.toSorted())
})

test('a browser may ask first, also for what is not there', async () => {
  const refused: string[] = []
  for (const path of paths.filter((each) => !each.includes('..') && !each.includes(' '))) {
    const { status } = await ask('OPTIONS', path)
    if (status !== 200 && status !== 204) refused.push(`${path}: ${status}`)
  }
  expect(refused).toEqual([])
})
