import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RouteShape } from '../../../http/routes/route.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { providerRoutes } from '../../../oauth/routes.ts'
import { openidRoutes } from '../../../openid/routes.ts'
import { operatorPageRoutes } from '../../../operator_page/routes.ts'
import { methodRoutes } from '../../../xrpc/routes.ts'
import { FORM } from '../../shared/mistakes.ts'
import * as rp from '../../shared/people/relying_party.ts'

/** Every route, asked with nothing, or with nothing that it knows, as anybody may. */
let app: AppInProcess

beforeAll(async () => {
  app = await startApp({
    env: { ENTRYWAY_RATE_LIMITS: 'off', ENTRYWAY_OPENID_REGISTRATION: 'open' },
  })
  await rp.register(app)
  const pds = { did: 'did:web:pds.example.com', url: 'https://pds.example.com' }
  await app.actors.directory.addPds({ ...pds, address: pds.url, adminPassword: 'secret' })
  await app.app.refreshPdses()
})
afterAll(() => app?.close())

const JSON_TYPE = { 'content-type': 'application/json' }
const BODIES: [headers: Record<string, string>, body: string | null][] = [
  [{}, null],
  [FORM, ''],
  [FORM, 'a=b&%00=%F0%9F%92%A9&constructor=x'],
  [JSON_TYPE, '{}'],
  [JSON_TYPE, '{"a":[{"b":null}],"did":1,"subject":{},"identifier":{}}'],
]
const CALLERS: Record<string, string>[] = [
  {},
  { authorization: 'Bearer x' },
  { authorization: 'DPoP x', dpop: 'x' },
  { authorization: 'Basic eDp5', cookie: 'dev-id=x; ses-id=x; csrf-token=x; operator=x' },
]
const READERS: Record<string, string>[] = [{ accept: 'text/html' }, { accept: 'application/json' }]

async function faultsOf({ path, methods }: RouteShape): Promise<string[]> {
  const target = path.endsWith('/') && path !== '/' ? `${path}x` : path
  const faults: string[] = []
  for (const method of new Set([...methods, 'GET', 'HEAD', 'POST', 'OPTIONS'])) {
    const bodies = ['GET', 'HEAD', 'OPTIONS'].includes(method) ? BODIES.slice(0, 1) : BODIES
    for (const [type, body] of bodies) {
      for (const caller of CALLERS) {
        for (const reader of READERS) {
          const headers = { ...type, ...caller, ...reader }
          const answer = await app.ask({ method, target, headers, body })
          if ('status' in answer && answer.status >= 500) {
            faults.push(`${answer.status} ${method} ${target} ${JSON.stringify(headers)} ${body}`)
          }
        }
      }
    }
  }
  return faults
}

const groups = {
  provider: providerRoutes,
  openid: openidRoutes,
  operator: operatorPageRoutes,
  XRPC: methodRoutes,
}

test.each(Object.entries(groups))(
  '29. no route of %s fails for a request that says nothing',
  async (_, routes) => {
    const faults: string[] = []
    for (const route of routes) faults.push(...(await faultsOf(route)))
    expect(faults).toEqual([])
  },
)
