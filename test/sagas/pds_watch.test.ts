import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountStatus } from '../../database/account/profile.ts'
import { type AppInProcess, startApp } from '../../lab/world/app.ts'
import { type LoopbackServer, listenOnLoopback } from '../../lab/world/loopback.ts'
import { PdsWatch } from '../../sagas/following/pds_watch.ts'
import { servicesOf } from '../factors/services.ts'

/** What is done to accounts on a PDS, of which it does not tell: the program looks. */
const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'x' }
let pds: LoopbackServer
let app: AppInProcess
let watch: PdsWatch
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
  const of = { did: 'did:web:pds.test', url: pds.url, address: pds.url }
  await app.actors.directory.addPds({ ...of, adminPassword: 'x' })
  watch = new PdsWatch(servicesOf(app))
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
async function look(): Promise<string | null> {
  await watch.look()
  const account = await app.actors.account(did).read()
  return account && accountStatus(account)
}

test.each(['takendown', 'deactivated'] as const)(
  'an account of which the PDS could not say more at one look is %s at the next',
  async (status) => {
    for (const [before, after] of [
      ['active', status],
      [status, 'active'],
    ] as const) {
      there = after
      isSilent = true
      expect(await look()).toBe(before)
      isSilent = false
      expect(await look()).toBe(after)
    }
  },
)
