import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { MAX_OAUTH_REQUEST } from '../../../database/flow/bounds.ts'
import { upsertLexicon } from '../../../database/flow/lexicon.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { askedForFewValues } from '../../../oauth/clients/request_bounds.ts'
import { MAX_SCOPES } from '../../../oauth/tokens/short_scopes.ts'
import { providerInProcess } from '../provider_in_process.ts'

let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())

async function push(more: Record<string, string>) {
  const asked = {
    ...{ client_id: 'http://localhost', redirect_uri: 'http://127.0.0.1/' },
    ...{ response_type: 'code', scope: 'atproto', state: 'x', code_challenge: 'x'.repeat(43) },
    ...{ code_challenge_method: 'S256', ...more },
  }
  const answer = await app.ask({
    ...{ method: 'POST', target: '/oauth/par', body: JSON.stringify(asked) },
    headers: { 'content-type': 'application/json' },
  })
  if (!('status' in answer)) throw new Error('Not answered')
  return `${answer.status} ${Buffer.from(answer.body ?? [])}`
}
const pushed = () => app.flow.prepare('SELECT count(*) FROM authorization_request').pluck().get()

test('34. what an app asks for, which is kept with each session, has a bound', async () => {
  expect(await push({ state: 'x'.repeat(MAX_OAUTH_REQUEST) })).toMatch(/^400 .*16000 bytes at most/)
  const scope = `atproto repo:${'x'.repeat(MAX_SCOPES)}`
  const client = { validateRequest: () => 'taken', decodeRequestObject: () => {} }
  const { validateRequest } = askedForFewValues(client as never)
  expect(() => validateRequest({ scope } as never)).toThrow(/12000 bytes at most/)
  expect(validateRequest({ scope: 'atproto' } as never)).toBe('taken')
  expect(pushed()).toBe(0)
  expect(await push({ state: 'x'.repeat(MAX_OAUTH_REQUEST - 1_000) })).toMatch(/^201 /)
  expect(pushed()).toBe(1)
})

test('34. what permission sets give, which is kept with each session, too, has a bound', async () => {
  const set = 'test.vestibule.takesNotes'
  const world = await providerInProcess(`atproto include:${set}`)
  onTestFinished(world.close)
  const publish = (count: number) => {
    const collection = Array.from({ length: count }, (_, i) => `test.vestibule.note${i}`)
    const permissions = [{ type: 'permission', resource: 'repo', collection }]
    const main = { type: 'permission-set', permissions }
    const document = JSON.stringify({ lexicon: 1, id: set, defs: { main } })
    const now = Date.now()
    const times = { createdAt: now, updatedAt: now, lastSucceededAt: now }
    upsertLexicon(world.flow, set, { ...times, uri: null, document })
  }
  const scopes = () => world.sessions().map(({ scope }) => scope?.length)
  publish(10)
  const session = await world.signIn()
  expect(scopes()[0]).toBeGreaterThan(200)
  publish(900)
  await expect(world.signIn()).rejects.toThrow(/longer than 12000 bytes/)
  await expect(world.refresh(session)).rejects.toThrow(/longer than 12000 bytes/)
  expect(scopes()).toHaveLength(1)
  expect(scopes()[0]).toBeLessThan(MAX_SCOPES)
  publish(10)
  expect(await world.refresh(session)).not.toBe(session)
})
