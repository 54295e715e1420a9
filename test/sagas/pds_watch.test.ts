import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountStatus } from '../../database/account/profile.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { type LoopbackServer, listenOnLoopback } from '../../lab/world/loopback.ts'
import { followPds } from '../../sagas/following/follow_pds.ts'
import { PdsWatch } from '../../sagas/following/pds_watch.ts'
import type { Services } from '../../sagas/services/services.ts'
import { servicesOf } from '../shared/services.ts'

/** What is done to accounts on a PDS, of which it does not tell: the program looks. */
const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'x' }
const PDS = 'did:web:pds.test'
let pds: LoopbackServer
let app: AppInProcess
let services: Services
let did: string
/** How the PDS has the account. */
let there: 'active' | 'takendown' | 'deactivated' = 'active'
/** Whether it says which accounts are not active, and nothing more of one. */
let isSilent = false

beforeAll(async () => {
  pds = await listenOnLoopback(({ url = '' }, outgoing) => {
    const isList = url.includes('listRepos')
    outgoing.statusCode = isList || !isSilent ? 200 : 503
    outgoing.setHeader('content-type', 'application/json')
    outgoing.end(JSON.stringify(isList ? listed() : standing()))
  })
  app = await startApp()
  did = await app.addAccount(kim)
  const { url } = pds
  await app.actors.directory.addPds({ did: PDS, url, address: url, adminPassword: 'x' })
  services = servicesOf(app)
})
afterAll(async () => {
  await app?.close()
  await pds?.close()
})

const listed = () => ({
  repos: [
    {
      ...{
        did,
        head: 'bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a',
        rev: '3jzfcijpj2z2a',
      },
      ...(there === 'active' ? { active: true } : { active: false, status: there }),
    },
  ],
})
const standing = () => ({
  subject: { $type: 'com.atproto.admin.defs#repoRef', did },
  takedown: { applied: there === 'takendown', ref: 'by the PDS' },
  deactivated: { applied: there === 'deactivated' },
})

/** How the account stands here, after a look. */
async function look(watch = new PdsWatch(services)): Promise<string | null> {
  await watch.look()
  const account = await app.actors.account(did).read()
  return account && accountStatus(account)
}

test.each(['takendown', 'deactivated'] as const)(
  'an account of which the PDS could not say more at one look is %s at the next',
  async (status) => {
    const watch = new PdsWatch(services)
    for (const [before, after] of [
      ['active', status],
      [status, 'active'],
    ] as const) {
      there = after
      isSilent = true
      expect(await look(watch)).toBe(before)
      isSilent = false
      expect(await look(watch)).toBe(after)
    }
    expect(await app.actors.directory.listFollowedTakedowns(PDS)).toEqual([])
  },
)

test('a takedown of before does not follow on its lifting that is not finished', async () => {
  const { directory } = app.actors
  const { change } = await directory.beginStandingChange(did, { takedownRef: null }, null)
  there = 'takendown'
  expect(await look()).toBe('active')
  await directory.endStandingChange(change)
  expect(await look()).toBe('takendown')
  there = 'active'
  expect(await look()).toBe('active')
})

test('who was deactivated and is taken down is activated with the lifting, and not before', async () => {
  there = 'deactivated'
  expect(await look()).toBe('deactivated')
  there = 'takendown'
  expect(await look()).toBe('takendown')
  expect(await followPds(services, did)).toMatchObject({ followed: [] })
  there = 'active'
  expect(await look()).toBe('active')
})
