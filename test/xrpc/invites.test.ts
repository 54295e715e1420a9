import { AtpAgent } from '@atproto/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'

/** An entryway that lets only those in who have a code. */
let network: Network
let api: AtpAgent['com']['atproto']
beforeAll(async () => {
  network = await startNetwork({ env: { ENTRYWAY_INVITE_REQUIRED: 'true' } })
  api = new AtpAgent({ service: network.url }).com.atproto
})
afterAll(() => network?.close())

const headers = () => ({
  authorization: `Basic ${Buffer.from(`admin:${network.vestibule.adminPassword}`).toString('base64')}`,
})
const operator = () => ({ headers: headers(), encoding: 'application/json' as const })
const newCode = async (useCount = 1, forAccount?: string) =>
  (await api.server.createInviteCode({ useCount, forAccount }, operator())).data.code
const signUp = (inviteCode?: string) =>
  api.server.createAccount({ ...newCredentials('inv'), inviteCode }).then(({ data }) => data)

test('no code, a wrong code, a spent code: no account', async () => {
  const code = await newCode()
  expect(code).toMatch(/^localhost-[a-z2-7]{5}-[a-z2-7]{5}$/)
  for (const wrong of [undefined, '', 'localhost-aaaaa-bbbbb']) {
    await expect(signUp(wrong)).rejects.toMatchObject({ error: 'InvalidInviteCode' })
  }
  const { did } = await signUp(code)
  await expect(signUp(code)).rejects.toMatchObject({ error: 'InvalidInviteCode' })
  const { data } = await api.admin.getAccountInfo({ did }, { headers: headers() })
  expect(data.invitedBy).toMatchObject({ code, uses: [{ usedBy: did }] })
})

test('of several sign-ups at once with one code, one succeeds', async () => {
  const code = await newCode()
  const outcomes = await Promise.allSettled([signUp(code), signUp(code), signUp(code)])
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  await signUp(await newCode())
})

test('a sign-up that fails gives its code back', async () => {
  const code = await newCode()
  const taken = newCredentials('inv')
  await api.server.createAccount({ ...taken, inviteCode: await newCode() })
  await expect(api.server.createAccount({ ...taken, inviteCode: code })).rejects.toThrow('taken')
  await signUp(code)
})

test('a code of an account that was taken down is worth nothing', async () => {
  const { did } = await signUp(await newCode())
  const code = await newCode(5, did)
  const subject = { $type: 'com.atproto.admin.defs#repoRef' as const, did }
  const takedown = (applied: boolean) =>
    api.admin.updateSubjectStatus({ subject, takedown: { applied } }, operator())
  await takedown(true)
  await expect(signUp(code)).rejects.toMatchObject({ error: 'InvalidInviteCode' })
  await takedown(false)
  await signUp(code)
})

test('codes are listed page by page, the newest or the most used first', async () => {
  const popular = await newCode(3)
  await signUp(popular)
  await signUp(popular)
  const all: string[] = []
  let cursor: string | undefined
  do {
    const { data } = await api.admin.getInviteCodes({ limit: 3, cursor }, { headers: headers() })
    all.push(...data.codes.map(({ code }) => code))
    cursor = data.cursor
  } while (cursor)
  const { data } = await api.admin.getInviteCodes({ limit: 500 }, { headers: headers() })
  expect(all).toEqual(data.codes.map(({ code }) => code))
  expect(new Set(all).size).toBe(all.length)
  const { data: used } = await api.admin.getInviteCodes(
    { sort: 'usage', limit: 1 },
    { headers: headers() },
  )
  expect(used.codes[0]).toMatchObject({ code: popular, uses: [{}, {}] })
})

test('a disabled code is refused, and its owner does not see it any more', async () => {
  const owner = await signUp(await newCode())
  const code = await newCode(1, owner.did)
  const mine = () =>
    api.server
      .getAccountInviteCodes({}, { headers: { authorization: `Bearer ${owner.accessJwt}` } })
      .then(({ data }) => data.codes.map((one) => one.code))
  expect(await mine()).toEqual([code])
  await api.admin.disableInviteCodes({ accounts: [owner.did] }, operator())
  expect(await mine()).toEqual([])
  await expect(signUp(code)).rejects.toMatchObject({ error: 'InvalidInviteCode' })
})

test('accounts are found by a part of their address', async () => {
  const dids: string[] = []
  for (let i = 0; i < 3; i++) dids.push((await signUp(await newCode())).did)
  const { data } = await api.admin.searchAccounts({ limit: 2 }, { headers: headers() })
  const { data: next } = await api.admin.searchAccounts(
    { limit: 100, cursor: data.cursor },
    { headers: headers() },
  )
  const found = [...data.accounts, ...next.accounts].map(({ did }) => did)
  expect(found).toEqual(expect.arrayContaining(dids))
  expect(new Set(found).size).toBe(found.length)
  const [one] = data.accounts
  const { data: exact } = await api.admin.searchAccounts(
    { email: one?.email?.toUpperCase() },
    { headers: headers() },
  )
  expect(exact.accounts.map(({ did }) => did)).toContain(one?.did)
})
