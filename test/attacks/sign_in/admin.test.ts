import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { Seal } from '../../../base/secrets/seal.ts'
import { type AppInProcess, type Asked, startApp } from '../../../lab/world/app/app.ts'
import { listenOnLoopback } from '../../../lab/world/loopback.ts'
import { ACCOUNT_LIMITS } from '../../../sagas/accounts/account_limits.ts'
import { type Answered, ask } from '../../shared/ask.ts'

const [{ points }] = ACCOUNT_LIMITS['admin password'].limits
const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }
let app: AppInProcess
let did: string
let right: string

beforeAll(async () => {
  app = await startApp()
  did = await app.addAccount(kim)
  right = app.runner.secrets.adminPassword
})
afterAll(() => app?.close())

/** What is answered to the right password, and to a wrong one; 0 for what a PDS answers. */
type Door = [door: string, asked: () => Asked, right: number, wrong: number]
const query = (nsid: string) => ({ target: `/xrpc/com.atproto.admin.${nsid}?did=${did}` })
const ofNobody = { account: 'nobody.test', email: 'nobody@mail.internal' }
const doors: Door[] = [
  ['of the operator', () => query('searchAccounts'), 200, 401],
  ['of moderators', () => query('getSubjectStatus'), 200, 401],
  [
    'that the admin of a PDS may use, too',
    () => ({
      ...{ method: 'POST', target: '/xrpc/com.atproto.admin.updateAccountEmail' },
      body: JSON.stringify(ofNobody),
    }),
    ...([400, 401] as const),
  ],
  ['that is passed on to a PDS', () => query('listThings'), 0, 0],
]

function call(asked: Asked, address: string, password: string): Promise<Answered> {
  const basic = Buffer.from(`admin:${password}`).toString('base64')
  const json = asked.body !== undefined && { 'content-type': 'application/json' }
  return ask(app, { ...asked, address, headers: { authorization: `Basic ${basic}`, ...json } })
}

describe('20. wrong admin passwords are counted', () => {
  test.each(doors)('at a method %s, and at all others', async (door, asked, allowed, refused) => {
    const address = `192.0.2.${10 + doors.findIndex(([name]) => name === door)}`
    for (let i = 0; i <= points; i++) {
      expect((await call(asked(), address, right)).status).toBe(allowed)
    }
    for (let i = 0; i < points; i++) {
      expect((await call(asked(), address, `guess ${i}`)).status).toBe(refused)
    }
    for (const [, other] of doors) {
      const { status, headers, body } = await call(other(), address, right)
      expect([status, body]).toEqual([429, expect.objectContaining({ error: 'RateLimitExceeded' })])
      expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    }
    expect((await call(asked(), '192.0.2.99', right)).status).toBe(allowed)
  })

  test.each(doors)(
    'at a method %s, also at once, where right ones are not',
    async (door, asked) => {
      const address = `192.0.2.${60 + doors.findIndex(([name]) => name === door)}`
      const atOnce = async (password: string) => {
        const calls = Array.from({ length: 4 * points }, () => call(asked(), address, password))
        return (await Promise.all(calls)).filter(({ status }) => status !== 429)
      }
      expect(await atOnce(right)).toHaveLength(4 * points)
      expect(await atOnce('a guess')).toHaveLength(points)
    },
  )

  test('nor is that of a PDS whose password cannot be read here any more', async () => {
    const right = 'the admin of it'
    const authorization = `Basic ${Buffer.from(`admin:${right}`).toString('base64')}`
    const shown = new Set<string | undefined>()
    const pds = await listenOnLoopback(({ headers }, response) => {
      shown.add(headers.authorization)
      const isRight = headers.authorization === authorization
      response.writeHead(isRight ? 400 : 401, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: isRight ? 'NotFound' : 'AuthenticationRequired' }))
    })
    onTestFinished(() => pds.close())
    const { url } = pds
    const known = { did: 'did:web:lost.test', url, address: url, adminPassword: right }
    await app.actors.directory.addPds(known)
    onTestFinished(async () => {
      await app.actors.directory.removePds(known.did)
      await app.app.refreshPdses()
    })
    await app.app.refreshPdses()
    const sealed = new Seal(new Uint8Array(32)).seal('pds.admin_password', right)
    const lose = 'UPDATE pds SET admin_password = ? WHERE did = ?'
    app.directory.prepare(lose).run(sealed, known.did)
    for (const [i, [, asked]] of doors.entries()) {
      await call(asked(), `192.0.2.${53 + i}`, 'for another PDS')
    }
    expect([...shown]).toEqual([])

    const lee = { did: 'did:plc:leeaaaaaaaaaaaaaaaaaaaaa', handle: 'lee.test', pdsDid: known.did }
    const added = { ...lee, email: 'lee@mail.internal', createdAt: Date.now() }
    await app.actors.directory.addAccount(added)
    onTestFinished(() => app.actors.directory.removeAccount(lee.did))
    const target = () => ({ target: `/xrpc/com.atproto.admin.listThings?did=${lee.did}` })
    for (let i = 0; i <= points; i++) {
      expect((await call(target(), '192.0.2.51', right)).status).toBe(0)
    }
    for (let i = 0; i < points; i++) await call(target(), '192.0.2.51', `guess ${i}`)
    expect((await call(target(), '192.0.2.51', right)).status).toBe(429)
    await pds.close()
    for (let i = 0; i < points; i++) await call(target(), '192.0.2.52', `guess ${i}`)
    expect((await call(target(), '192.0.2.52', 'one more')).status).toBe(429)
  })

  test('and those of a PDS, which its admin goes on to use', async () => {
    const asked = doors.at(-1)?.[1] ?? (() => query(''))
    const ofPds = (await app.actors.directory.listPdses())[0]?.adminPassword ?? ''
    for (let i = 0; i <= points; i++) {
      expect((await call(asked(), '192.0.2.50', ofPds)).status).toBe(0)
    }
  })
})
