import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ResponseEnvelope } from '../../http/envelope.ts'
import { type AppInProcess, startApp } from '../../lab/world/app.ts'
import { providerRoutes } from '../../oauth/routes.ts'
import { methodRoutes } from '../../xrpc/routes.ts'

let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())

const routes = [...providerRoutes, ...methodRoutes]
const forPrograms = routes.filter(({ door }) => door.isForPrograms).map(({ path }) => path)
const documents = ['did.json', 'atproto-did', 'oauth-protected-resource', 'nothing-of-ours']
const paths = [
  ...forPrograms,
  ...documents.map((name) => `/.well-known/${name}`),
  '/tls-check?domain=nobody.test',
  '/xrpc/app.bsky.actor.getProfile',
  '/xrpc/not a method',
  '/nowhere',
  '/a/../b',
]

async function ask(method: string, target: string): Promise<ResponseEnvelope> {
  const headers = {
    origin: 'https://app.example.com',
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

test('a browser may ask first, also for what is not there', async () => {
  const refused: string[] = []
  for (const path of paths.filter((each) => !each.includes('..') && !each.includes(' '))) {
    const { status } = await ask('OPTIONS', path)
    if (status !== 200 && status !== 204) refused.push(`${path}: ${status}`)
  }
  expect(refused).toEqual([])
})
