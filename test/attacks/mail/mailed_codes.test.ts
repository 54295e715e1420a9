import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import type { ActorCall } from '../../../lab/world/app/watched_actors.ts'

const PASSWORD = 'correct horse battery'
const CODE = /[A-Z2-7]{5}-[A-Z2-7]{5}/

let app: AppInProcess
let beforeCall: ((call: ActorCall) => void | Promise<void>) | undefined
beforeAll(async () => {
  app = await startApp({ onCall: (call) => beforeCall?.(call) })
})
afterAll(() => app?.close())

async function call(nsid: string, input?: object, jwt?: string) {
  const answer = await app.ask({
    method: 'POST',
    target: `/xrpc/com.atproto.${nsid}`,
    headers: {
      ...(input && { 'content-type': 'application/json' }),
      ...(jwt && { authorization: `Bearer ${jwt}` }),
    },
    ...(input && { body: JSON.stringify(input) }),
  })
  if (!('status' in answer)) throw new Error(`${nsid} was not answered here`)
  const text = Buffer.from(answer.body ?? []).toString()
  return { status: answer.status, body: text ? JSON.parse(text) : null }
}

const requests = [
  ['server.requestEmailConfirmation', undefined],
  ['server.requestAccountDelete', undefined],
  ['server.requestPasswordReset', 'email'],
  ['identity.requestPlcOperationSignature', undefined],
] as const

describe('36. mail', () => {
  test.each(requests)(
    'a code of %s goes to the address of now, or nowhere',
    async (nsid, member) => {
      const name = nsid.split('.')[1]?.toLowerCase()
      const former = `${name}@mail.internal`
      const other = `${name}@others.internal`
      const did = await app.addAccount({
        handle: `${name}.test`,
        email: former,
        password: PASSWORD,
      })
      const { body } = await call('server.createSession', { identifier: did, password: PASSWORD })
      const ask = (email: string) => call(nsid, member && { [member]: email }, body.accessJwt)
      const codesTo = async (email: string) =>
        (await app.readMails())
          .filter(({ to, text }) => to?.[0]?.address === email && CODE.test(text ?? ''))
          .map(({ text }) => CODE.exec(text ?? '')?.[0])

      beforeCall = async ({ action }) => {
        if (action !== 'issueEmailToken') return
        beforeCall = undefined
        const changed = await call('server.updateEmail', { email: other }, body.accessJwt)
        expect(changed.status).toBe(200)
      }
      // Anybody may ask for a reset, and hears nothing of what became of it.
      const refused = { status: 400, body: { error: 'InvalidRequest' } }
      expect(await ask(former)).toMatchObject(member ? { status: 200 } : refused)
      expect(await codesTo(former)).toEqual([])
      expect(beforeCall).toBeUndefined()

      expect(await ask(other)).toMatchObject({ status: 200 })
      expect(await codesTo(other)).toHaveLength(1)
    },
  )

  test('neither what a request for a reset is answered nor how soon shows who has an account', async () => {
    const email = 'silent@mail.internal'
    await app.addAccount({ handle: 'silent.test', email, password: PASSWORD })
    const inside = Promise.withResolvers<void>()
    const asked: string[] = []
    beforeCall = async ({ actor }) => {
      asked.push(actor)
      if (actor === 'account') await inside.promise
    }
    const ask = (email: string) => call('server.requestPasswordReset', { email })
    const answered = await ask(email)
    expect(answered).toEqual({ status: 200, body: null })
    // What is done for the account begins after the answer, and takes none of its time.
    expect(asked).not.toContain('account')
    expect(await ask('nobody@mail.internal')).toEqual(answered)
    beforeCall = undefined
    inside.resolve()
    const sent = (await app.readMails()).filter(({ to }) => to?.[0]?.address === email)
    expect(sent).toHaveLength(1)
  })

  test('a code that went to another address does not confirm this one', async () => {
    const former = 'eve@mail.internal'
    const did = await app.addAccount({ handle: 'eve.test', email: former, password: PASSWORD })
    const { body } = await call('server.createSession', { identifier: did, password: PASSWORD })
    const ask = () => call('server.requestEmailConfirmation', undefined, body.accessJwt)
    const newest = async () =>
      (await app.readMails()).map(({ text }) => CODE.exec(text ?? '')?.[0]).findLast(Boolean)

    expect(await ask()).toMatchObject({ status: 200 })
    const code = await newest()
    await call('server.updateEmail', { email: 'someone@else.internal' }, body.accessJwt)
    const confirm = (email: string, token: unknown) =>
      call('server.confirmEmail', { email, token }, body.accessJwt)
    expect(await confirm('someone@else.internal', code)).toMatchObject({ status: 400 })

    await call('server.updateEmail', { email: former }, body.accessJwt)
    expect(await ask()).toMatchObject({ status: 200 })
    expect(await confirm(former, await newest())).toMatchObject({ status: 200 })
  })
})
