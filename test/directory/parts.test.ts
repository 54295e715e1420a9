import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DirectoryStub } from '../../actors/directory/stub.ts'
import type { Db } from '../../database/database.ts'
import type { DirectoryEntry } from '../../database/directory/account.ts'
import { upsertPds } from '../../database/directory/pds.ts'
import { searchAccounts } from '../../sagas/accounts/account_search.ts'
import { didOf, emailOf, handleOf, PDS, reserve, SomeParts, signUp } from './some_parts.ts'

const NAMES = Array.from({ length: 12 }, (_, i) => `person${i}`)

describe.each([1, 3])('a directory in %i parts', (number) => {
  let parts: SomeParts
  let directory: DirectoryStub

  beforeEach(() => {
    parts = new SomeParts(number)
    directory = parts.reach()
  })
  afterEach(() => parts.close())

  const everybody = () => Promise.all(NAMES.map((name) => signUp(directory, name)))

  test('everybody is found by each name, and by no other kind', async () => {
    await everybody()
    for (const name of NAMES) {
      const did = didOf(name)
      for (const typed of [did, `@${handleOf(name)}.`, emailOf(name).toUpperCase()]) {
        expect(await directory.find(typed)).toMatchObject({ did, handle: handleOf(name) })
      }
      expect(await directory.find(handleOf(name), ['did', 'email'])).toBeNull()
    }
    expect(await directory.find('nobody.test')).toBeNull()
    expect(parts.dbs.every((db) => db.prepare('SELECT 1 FROM account').get())).toBe(true)
  })

  test('an address that is kept with its domain in Unicode is one with that of DNS', async () => {
    await everybody()
    for (const [i, name] of NAMES.entries()) {
      const [did, local] = [didOf(`other${i}`), `i${i}`]
      const email = `${local}@m\u00fcnchen.test`
      await directory.addAccount({ did, handle: null, email, pdsDid: PDS, createdAt: 1 })
      const inDns = `${local}@xn--mnchen-3ya.test`
      for (const typed of [email, inDns, `${local}@M\u00dcNCHEN.test`]) {
        expect(await directory.find(typed)).toMatchObject({ did })
      }
      const taken = { code: 'EmailTaken', message: `Email already taken: ${inDns}` }
      await expect(directory.reserveEmail(didOf(name), inDns)).rejects.toMatchObject(taken)
      await expect(reserve(directory, 'free.test', inDns)).rejects.toMatchObject(taken)
      await directory.reserveEmail(did, inDns)
      await directory.completeEmailChange(did, inDns)
      expect(await directory.find(email)).toMatchObject({ did, email: inDns })
      // As a PDS has it, whose accounts are imported.
      const imported = { did: `${did}zoe`, handle: null, email, pdsDid: PDS, createdAt: 1 }
      await expect(directory.importEntry(imported)).rejects.toMatchObject({ code: 'EmailTaken' })
    }
  })

  test('a change under way may be repeated, and none overtakes it', async () => {
    await everybody()
    const did = didOf(NAMES[0] ?? '')
    const changes = [
      ['a.test', 'b.test', (name: string) => directory.reserveHandle(did, name, null)],
      ['a@mail.test', 'b@mail.test', (name: string) => directory.reserveEmail(did, name)],
    ] as const
    for (const [name, other, reserve] of changes) {
      expect(await reserve(name)).toMatchObject({ isRepeated: false })
      await expect(reserve(other)).rejects.toMatchObject({ code: 'InvalidRequest' })
      expect(await reserve(name)).toMatchObject({ isRepeated: true })
    }
    await directory.completeHandleChange(did, 'a.test')
    await directory.completeEmailChange(did, 'a@mail.test')
    for (const [, other, reserve] of changes) {
      expect(await reserve(other)).toMatchObject({ isRepeated: false })
    }
  })

  test('a name that somebody has, holds or is about to take is refused to all others', async () => {
    await everybody()
    const [alice = '', ...others] = NAMES.map(didOf)
    await reserve(directory, 'later.test', 'later@mail.test')
    await directory.reserveHandle(alice, 'new.test', 0)
    await directory.reserveEmail(alice, 'new@mail.test')
    // In each part there is one who tries.
    for (const did of others) {
      for (const handle of ['later.test', 'new.test', handleOf('person0')]) {
        const taken = { code: 'HandleTaken', message: `Handle already taken: ${handle}` }
        await expect(directory.assertAvailable({ handle, did })).rejects.toMatchObject(taken)
        await expect(directory.reserveHandle(did, handle, 0)).rejects.toMatchObject(taken)
        await expect(reserve(directory, handle, 'free@mail.test')).rejects.toMatchObject(taken)
        const zoe = { did: `${did}zoe`, email: null, pdsDid: PDS, createdAt: 1 }
        await expect(directory.importEntry({ ...zoe, handle })).rejects.toMatchObject(taken)
      }
      for (const email of ['later@mail.test', 'new@mail.test', emailOf('person0')]) {
        const taken = { code: 'EmailTaken', message: `Email already taken: ${email}` }
        await expect(directory.reserveEmail(did, email)).rejects.toMatchObject(taken)
        await expect(reserve(directory, 'free.test', email)).rejects.toMatchObject(taken)
      }
      // Nothing of all that is under way.
      await directory.reserveHandle(did, `${did.slice(8)}-new.test`, 0)
      await directory.reserveEmail(did, `${did.slice(8)}-new@mail.test`)
    }
    await directory.assertAvailable({ handle: 'new.test', email: 'new@mail.test', did: alice })
    await signUp(directory, 'zoe', 'free.test', 'free@mail.test')
  })

  test('a name that is given up is free, and the new one finds the account', async () => {
    const did = await signUp(directory, 'alice')
    await directory.reserveHandle(did, 'new.test', 3)
    expect(await directory.readHandleChange(did)).toMatchObject({ generation: 3 })
    expect(await directory.find('new.test')).toBeNull()
    expect(await directory.reserveHandle(did, 'new.test', 3)).toEqual({
      isRepeated: true,
      createdAt: expect.any(Number),
    })
    await directory.completeHandleChange(did, 'new.test')
    await directory.reserveEmail(did, 'new@mail.test')
    await directory.completeEmailChange(did, 'new@mail.test')
    expect(await directory.find('new.test')).toMatchObject({ did, email: 'new@mail.test' })
    expect(await directory.find('alice.test')).toBeNull()
    await signUp(directory, 'bob', 'alice.test', 'alice@mail.test')

    const handleChange = await directory.reserveHandle(did, 'third.test', null)
    await directory.abandonHandleChange(did, handleChange.createdAt)
    const emailChange = await directory.reserveEmail(did, 'third@mail.test')
    await directory.abandonEmailChange(did, emailChange.createdAt)
    const id = await reserve(directory, 'third.test', 'third@mail.test')
    await directory.abandonSignUp(id)
    await expect(directory.completeSignUp(id)).rejects.toThrow('took too long')
    await directory.removeAccount(did)
    expect(await directory.find('new.test')).toBeNull()
    await signUp(directory, 'carol', 'new.test', 'third@mail.test')
    await signUp(directory, 'dave', 'third.test', 'new@mail.test')
  })

  test('lists and searches page by page, over all of them in the order of the DIDs', async () => {
    await everybody()
    const dids = NAMES.map(didOf).sort()
    const page = async (list: (after: string) => Promise<{ did: string }[]>) => {
      const seen: string[] = []
      for (let after = ''; ; ) {
        const entries = await list(after)
        seen.push(...entries.map(({ did }) => did))
        if (entries.length < 5) return seen
        after = entries.at(-1)?.did as string
      }
    }
    expect(await page((after) => directory.listAccounts(after, 5))).toEqual(dids)
    const search = async (text: string) => {
      const seen: DirectoryEntry[] = []
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page = await searchAccounts(directory, text, cursor, 5)
        seen.push(...page.accounts)
        cursor = page.next
      }
      return seen
    }
    const handles = async (text: string) => (await search(text)).map(({ handle }) => handle)
    expect((await search('@mail')).map(({ did }) => did)).toEqual(dids)
    const beginning = NAMES.filter((name) => name.startsWith('person1'))
    const inOrder = beginning.sort((a, b) => (didOf(a) < didOf(b) ? -1 : 1)).map(handleOf)
    expect(await handles('person1')).toEqual(inOrder)
    expect(await handles('erson1')).toEqual(inOrder)
  })

  test('counts accounts over all of them: a PDS takes no more than it may, and is not removed', async () => {
    const two = 'did:web:two.test'
    const url = 'https://two.test'
    upsertPds(parts.dbs[0] as Db, { did: two, url, address: url, adminPassword: '-' })
    await directory.setPdsPlacement(PDS, { capacity: 4 })
    await directory.setPdsPlacement(two, { capacity: 8 })
    for (const name of NAMES) await signUp(directory, name)
    expect(await directory.countAccounts()).toEqual({ [PDS]: 4, [two]: 8 })
    const full = { code: 'SignUpClosed' }
    await expect(signUp(directory, 'one-more')).rejects.toMatchObject(full)
    await expect(
      directory.choosePds({ handle: 'x.test', email: 'x@mail.test', inviteCode: null }),
    ).rejects.toMatchObject(full)
    await expect(directory.removePds(two)).rejects.toThrow('still holds accounts')
    for (const { did, pdsDid } of parts.entries)
      if (pdsDid === two) await directory.removeAccount(did)
    await directory.removePds(two)
    expect(await directory.readPds(two)).toBeNull()
  })

  test('an invite code is used once, by whoever signs up, and free again when that is undone', async () => {
    const invites = { host: 'h', count: 1, useCount: 1, forAccounts: ['admin'], createdBy: 'admin' }
    const [made] = await directory.createInviteCodes(invites)
    const code = made?.codes[0] as string
    const undone = await reserve(directory, 'a.test', 'a@mail.test', code)
    await expect(reserve(directory, 'b.test', 'b@mail.test', code)).rejects.toMatchObject({
      code: 'InvalidInviteCode',
    })
    await directory.abandonSignUp(undone)
    const id = await reserve(directory, 'b.test', 'b@mail.test', code)
    await directory.recordSignUpDid(id, { did: didOf('b'), movedFrom: null }, Date.now())
    await directory.completeSignUp(id)
    expect(await directory.findInviteUsedBy(didOf('b'))).toMatchObject({ code })
    await expect(reserve(directory, 'c.test', 'c@mail.test', code)).rejects.toThrow('not available')
  })

  test('what is forgotten of codes that their person took out of use leaves a sign-up its own', async () => {
    await everybody()
    const [did = ''] = NAMES.map(didOf)
    const made = (since: number) =>
      directory.createOwnInvites(did, { host: 'h', count: 2, allowance: { most: 5, since } })
    const [held = '', unused = ''] = await made(0)
    const id = await reserve(directory, 'guest.test', 'guest@mail.test', held)
    for (const code of [held, unused])
      expect(await directory.disableOwnInvite(did, code)).toBe(true)
    // In the next month.
    expect(await made(Date.now() + 1)).toHaveLength(2)
    expect(await directory.readInviteCode(unused)).toBeNull()
    await directory.recordSignUpDid(id, { did: didOf('guest'), movedFrom: null }, Date.now())
    await directory.completeSignUp(id)
    expect(await directory.findInviteUsedBy(didOf('guest'))).toMatchObject({ code: held })
  })

  test('invite codes and the trail are shown with handles, and end with the account', async () => {
    await everybody()
    const allowance = { most: 2, since: 0 }
    const wanted = { host: 'h', count: 2, allowance }
    for (const name of NAMES.slice(0, 6)) {
      const did = didOf(name)
      const [code = ''] = await directory.createOwnInvites(did, wanted)
      const guest = `guest-of-${name}`
      const id = await reserve(directory, handleOf(guest), emailOf(guest), code)
      const identity = { did: didOf(guest), movedFrom: null }
      await directory.recordSignUpDid(id, identity, Date.now())
      await directory.completeSignUp(id)
      const uses = [{ usedBy: didOf(guest), handle: handleOf(guest) }]
      const { codes } = await directory.readOwnInvites(did, allowance, 10)
      expect(codes).toContainEqual(
        expect.objectContaining({
          forHandle: handleOf(name),
          uses: [expect.objectContaining(uses[0])],
        }),
      )
      expect(await directory.readInvitations(did)).toMatchObject({
        newest: [{ did: didOf(guest), handle: handleOf(guest) }],
      })
      const by = { account: did, handle: handleOf(name) }
      expect(await directory.readInvitations(didOf(guest))).toMatchObject({ by })
      const happened = { event: 'signed_in', did, address: null, operator: null, detail: {} }
      await directory.keepEvents(
        { events: [{ at: Date.now(), ...happened }], counts: {} },
        Date.now(),
      )
      expect(await directory.listEvents({ did }, 10)).toMatchObject([{ handle: handleOf(name) }])
      await directory.removeAccount(did)
      expect(await directory.listEvents({ did }, 10)).toEqual([])
      const { codes: after } = await directory.listShownInvites({ of: did, after: null, limit: 10 })
      expect(after.map(({ disabled }) => disabled)).toEqual([true, true])
      const none = { code: 'AccountNotFound' }
      await expect(directory.createOwnInvites(did, wanted)).rejects.toMatchObject(none)
    }
  })

  test('a DID that has an account, or signs up, does not sign up again', async () => {
    await everybody()
    const again = await reserve(directory, 'other.test', 'other@mail.test')
    for (const did of NAMES.map(didOf)) {
      const moving = { did, movedFrom: '{}' }
      await expect(directory.recordSignUpDid(again, moving, Date.now())).rejects.toThrow('here')
    }
    const [one, two] = [
      await reserve(directory, 'one.test', 'one@mail.test'),
      await reserve(directory, 'two.test', 'two@mail.test'),
    ]
    const bob = { did: didOf('bob'), movedFrom: '{}' }
    await directory.recordSignUpDid(one, bob, Date.now())
    await expect(directory.recordSignUpDid(two, bob, Date.now())).rejects.toMatchObject({
      code: 'SignUpUnderWay',
    })
  })

  test('operators, their sessions, resets and takedowns are where their account is', async () => {
    await everybody()
    const now = Date.now()
    for (const [i, name] of NAMES.entries()) {
      const did = didOf(name)
      expect(await directory.addOperator(did, now - i)).toBe(true)
      const session = { did, basis: '{}', begunAt: now }
      expect(await directory.openOperatorSession(`secret ${name}`, session, now)).toBe(true)
      await directory.putResetToken(`code ${name}`, did, now)
      await directory.putFollowedTakedown(did, 'ref')
    }
    const operators = await directory.listOperators()
    expect(operators.map(({ did }) => did)).toEqual(NAMES.map(didOf).reverse())
    await directory.putOperatorLink('link', null, now)
    expect(await directory.openOperatorSessionByLink('by link', 'link', now)).toBe(true)
    expect(await directory.useOperatorSession('by link', now)).toMatchObject({ did: null })
    expect((await directory.listFollowedTakedowns(PDS)).sort()).toEqual(NAMES.map(didOf).sort())
    for (const name of NAMES) {
      const did = didOf(name)
      const printed = { did, basis: '{}', begunAt: now }
      await directory.putOperatorLink(`link of ${name}`, printed, now)
      const open = [`by link of ${name}`, `link of ${name}`] as const
      expect(await directory.openOperatorSessionByLink(...open, now)).toBe(true)
      expect(await directory.openOperatorSessionByLink(...open, now)).toBe(false)
      for (const secret of [`secret ${name}`, open[0]]) {
        expect(await directory.useOperatorSession(secret, now)).toMatchObject({ did })
      }
      expect(await directory.findResetToken(`code ${name}`)).toBe(did)
    }
    await directory.endOperatorSession('secret person3')
    expect(await directory.useOperatorSession('secret person3', now)).toBeNull()
    const removed = { did: didOf('person4'), basis: '{}', begunAt: now }
    await directory.removeOperator(removed.did)
    expect(await directory.useOperatorSession('secret person4', now)).toBeNull()
    expect(await directory.useOperatorSession('by link of person4', now)).toBeNull()
    expect(await directory.openOperatorSession('another', removed, now)).toBe(false)
    expect(await directory.putOperatorLink('another link', removed, now)).toBe(false)
  })
})

test('one part is asked as it is: no other is between, and nothing is claimed', async () => {
  const parts = new SomeParts(1)
  const calls: string[] = []
  const directory = parts.reach(({ name, when }) => void (when === 'asked' && calls.push(name)))
  await signUp(directory, 'alice')
  await directory.find('alice.test')
  expect(calls).toEqual(['reserveSignUp', 'recordSignUpDid', 'completeSignUp', 'find'])
  expect(parts.dbs[0]?.prepare('SELECT 1 FROM name_claim').get()).toBeUndefined()
  parts.close()
})
