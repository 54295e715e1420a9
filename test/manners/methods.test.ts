import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ResponseEnvelope } from '../../http/envelope.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { providerRoutes } from '../../oauth/routes.ts'
import { openidRoutes } from '../../openid/routes.ts'
import * as rp from '../shared/people/relying_party.ts'

let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
  await rp.register(app)
})
afterAll(() => app?.close())

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const routes = [...providerRoutes, ...openidRoutes].filter(({ door }) => door.name !== 'page')

test('whoever uses a method that an address does not take reads which ones it takes', async () => {
  const wrong: string[] = []
  let tried = 0
  for (const { path, methods, door } of routes) {
    const taken = methods.filter((each) => each !== 'OPTIONS').join(' or ')
    for (const method of METHODS) {
      // Documents can be asked about before they are read from another origin.
      const isTaken = methods.includes(method === 'HEAD' ? 'GET' : method)
      if (isTaken || (method === 'OPTIONS' && door.name === 'document')) continue
      const { status, headers, body } = (await app.ask({
        ...{ method, target: path },
      })) as ResponseEnvelope
      const allow = headers.find(([name]) => name === 'allow')?.[1]
      const isSaid = Buffer.from(body ?? '').includes(` takes ${taken} only`)
      if (status !== 405 || allow !== methods.join(', ') || !isSaid) wrong.push(`${method} ${path}`)
      tried++
    }
  }
  expect(wrong).toEqual([])
  expect(tried).toBeGreaterThan(150)
})
