import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { limit } from '../../shared/limit.ts'

const OWN = 'localhost:2600'
const SECOND = 'pds2.example.com'
const ADDRESS = 'http://127.0.0.1:3001'
const RESERVE = '/xrpc/com.atproto.server.reserveSigningKey'

let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
  for (const url of [`http://${OWN}`, `https://${SECOND}`]) {
    const did = `did:web:${encodeURIComponent(new URL(url).host)}`
    await app.actors.directory.addPds({ did, url, address: ADDRESS, adminPassword: 'secret' })
  }
  await app.app.refreshPdses()
})
afterAll(() => app?.close())

const reserve = async (address: string, headers: Record<string, string>, target = RESERVE) => {
  const json = { 'content-type': 'application/json' }
  const body = '{}'
  const answer = await app.ask({
    ...{ method: 'POST', target, headers: { ...json, ...headers }, body, address },
  })
  return 'passTo' in answer ? answer.passTo.url : 'status' in answer && answer.status
}

test.each([
  ['its name', { host: OWN }, RESERVE],
  ['a slash behind it', { host: OWN }, `${RESERVE}/`],
  ['other case', { host: OWN }, RESERVE.replace('reserve', 'RESERVE')],
  ['a proof', { host: OWN, authorization: 'DPoP none' }, RESERVE],
  ['the name of another PDS', { host: SECOND }, RESERVE],
  ['that name and other case', { host: SECOND }, `${RESERVE.toUpperCase()}//`],
])(
  '34. keys that a PDS makes for anybody, and keeps, are bounded: with %s',
  async (...[, headers, target]) => {
    app.counters.exec('DELETE FROM counter')
    const { points } = limit('reserved signing key')
    for (let i = 0; i < points; i++) {
      expect(await reserve('192.0.2.7', headers, target)).toMatch(ADDRESS)
    }
    expect(await reserve('192.0.2.7', headers, target)).toBe(429)
    expect(await reserve('192.0.2.7', { host: OWN })).toBe(429)
    expect(await reserve('192.0.2.8', headers, target)).toMatch(ADDRESS)
  },
)
