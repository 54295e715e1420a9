import { join } from 'node:path'
import { AtpAgent } from '@atproto/api'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { SAGA_ABANDONED } from '../../base/lifetimes.ts'
import { type Credentials, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { newPost } from '../../lab/clients/new_post.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'

let network: Network
/** By name, what is looked at once the program is up again. */
const recovered = new Map<string, () => Promise<void>>()

/** The program is killed once, in the middle of all of them. */
beforeAll(async () => {
  network = await startNetwork()
  for (const [name, begin] of Object.entries(interrupted)) recovered.set(name, await begin())
  await network.vestibule.kill()
  await network.vestibule.restart()
})
afterAll(() => network?.close())

/** Makes the PDS hang in one of its own functions, once. */
function hangIn<K extends string>(owner: { [k in K]: (...args: never[]) => unknown }, name: K) {
  const reached = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  gate.promise.catch(() => {})
  const original = owner[name]
  owner[name] = async (...args: never[]) => {
    owner[name] = original
    reached.resolve()
    await gate.promise
    return original.apply(owner, args)
  }
  return { reached: reached.promise, goOn: gate.resolve, fail: gate.reject }
}

const signUp = (person: Credentials) =>
  new AtpAgent({ service: network.url }).createAccount(person).then(({ data }) => data)

async function signIn({ handle, password }: Credentials): Promise<AtpAgent> {
  const agent = new AtpAgent({ service: network.url })
  await agent.login({ identifier: handle, password })
  return agent
}

/** As time does: the directory's records of unfinished work become this much older. */
function age(table: string, column: string, ms: number): void {
  const db = new Sqlite(join(network.vestibule.dataDir, 'directory.sqlite'))
  const { changes } = db.prepare(`UPDATE ${table} SET ${column} = ${column} - ?`).run(ms)
  db.close()
  expect(changes).toBe(1)
}

/** What is under way at the PDS when the program is killed. @returns what is so afterwards */
const interrupted: Record<string, () => Promise<() => Promise<void>>> = {
  'while the PDS reserves a key: the names are free at once': async () => {
    const person = newCredentials('rec')
    const pds = hangIn(network.pds.pds.ctx.actorStore, 'reserveKeypair')
    signUp(person).catch(() => {})
    await pds.reached
    return async () => {
      pds.goOn()
      await vi.waitFor(() => signUp(person), { timeout: 60_000 })
      expect((await signIn(person)).session?.handle).toBe(person.handle)
    }
  },

  'while the PDS has the account but has not said so: it is whole': async () => {
    const person = newCredentials('rec')
    const pds = hangIn(network.pds.pds.ctx.sequencer, 'sequenceAccountCreation')
    signUp(person).catch(() => {})
    await pds.reached
    return async () => {
      const agent = await vi.waitFor(() => signIn(person), { timeout: 60_000 })
      pds.goOn()
      const { data } = await agent.com.atproto.repo.createRecord(newPost(agent.assertDid, 'whole'))
      expect(data.uri).toContain(agent.assertDid)
    }
  },

  'between PLC and PDS in a handle change: the change is finished': async () => {
    const person = newCredentials('rec')
    await signUp(person)
    const agent = await signIn(person)
    const handle = `new-${person.handle}`
    const pds = hangIn(network.pds.pds.ctx.accountManager, 'updateAccountHandle')
    agent.com.atproto.identity.updateHandle({ handle }).catch(() => {})
    await pds.reached
    return async () => {
      const renamed = await vi.waitFor(() => signIn({ ...person, handle }), { timeout: 60_000 })
      const { data } = await renamed.com.atproto.repo.describeRepo({ repo: renamed.assertDid })
      expect(data).toMatchObject({ handle, handleIsCorrect: true })
      await expect(signIn(person)).rejects.toThrow('Invalid identifier or password')
      pds.fail(new Error('the PDS was killed, too'))
    }
  },

  'with the PDS in a deletion: its posts are gone, and the names are free': async () => {
    const person = newCredentials('rec')
    await signUp(person)
    const { assertDid: did } = await signIn(person)
    const { admin } = new AtpAgent({ service: network.url }).com.atproto
    const password = Buffer.from(`admin:${network.vestibule.adminPassword}`).toString('base64')
    const { actorStore, sequencer } = network.pds.pds.ctx
    const pds = hangIn(sequencer, 'sequenceAccountDeletion')
    admin
      .deleteAccount(
        { did },
        { headers: { authorization: `Basic ${password}` }, encoding: 'application/json' },
      )
      .catch(() => {})
    await pds.reached
    expect(await actorStore.exists(did)).toBe(true)
    return async () => {
      const again = await vi.waitFor(() => signUp(person), { timeout: 60_000 })
      expect(again.did).not.toBe(did)
      await signIn(person)
      expect(await actorStore.exists(did)).toBe(false)
      const events = await sequencer.requestSeqRange({})
      const ofIt = events.filter(({ type, evt }) => type === 'account' && evt.did === did)
      expect(ofIt).toMatchObject([{ evt: { active: false, status: 'deleted' } }])
      pds.fail(new Error('the PDS was killed'))
    }
  },

  'with the PDS that creates it: the names are held, and all is free in the end': async () => {
    const person = newCredentials('rec')
    const { actorStore, plcClient } = network.pds.pds.ctx
    const made: string[] = []
    const { create } = actorStore
    actorStore.create = (did, ...rest) => {
      made.push(did)
      return create.call(actorStore, did, ...rest)
    }
    const pds = hangIn(plcClient, 'sendOperation')
    signUp(person).catch(() => {})
    await pds.reached
    actorStore.create = create
    return async () => {
      await expect(signUp(person)).rejects.toThrow('is not finished. If it is yours, wait')

      await network.vestibule.kill()
      const [did = ''] = made
      expect(await actorStore.exists(did)).toBe(true)
      age('sign_up', 'updated_at', SAGA_ABANDONED)
      await network.vestibule.restart()
      await vi.waitFor(() => signUp(person), { timeout: 60_000 })
      expect((await signIn(person)).session?.handle).toBe(person.handle)
      expect(await actorStore.exists(did)).toBe(false)
      pds.fail(new Error('the PDS was killed'))
    }
  },
}

test.each(Object.keys(interrupted))('killed %s', async (name) => {
  await (recovered.get(name) as () => Promise<void>)()
})
