import { afterEach, beforeEach, expect, test } from 'vitest'
import { closeDatabase, type Db, openDatabase, sql } from '../../database/database.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { providerInProcess } from '../attacks/provider_in_process.ts'

/** Times that better-sqlite3 made a function which makes rows: once for each time that a statement with rows is compiled. */
let compiled = 0
const original = globalThis.Function
beforeEach(() => {
  compiled = 0
  globalThis.Function = new Proxy(original, {
    apply(target, self, args: string[]) {
      if (args[0]?.startsWith('return (v0')) compiled++
      return Reflect.apply(target, self, args)
    },
  })
})
afterEach(() => {
  globalThis.Function = original
})

/** Does it until nothing is new to it, and then again. @returns how many statements were compiled that last time */
async function compiledAgain(work: () => unknown): Promise<number> {
  for (let times = 0; times < 3; times++) await work()
  compiled = 0
  await work()
  return compiled
}

test('a join whose key is a parameter is seen here', async () => {
  const schema =
    'CREATE TABLE a (x PRIMARY KEY, y); CREATE TABLE b (n PRIMARY KEY, p); INSERT INTO a VALUES (1, 2)'
  const db: Db = openDatabase(':memory:', { pageSize: 512, steps: [schema] })
  const row = (text: string) => () => sql(db, text).get(1)
  expect(await compiledAgain(row('SELECT a.*, p FROM a LEFT JOIN b ON n = y WHERE x = ?'))).toBe(1)
  expect(
    await compiledAgain(row('SELECT *, (SELECT p FROM b WHERE n = y) FROM a WHERE x = ?')),
  ).toBe(0)
  closeDatabase(db)
})

/** JSON of an answer to a method. */
async function call(app: AppInProcess, name: string, token?: string, body?: object) {
  const answer = await app.ask({
    method: name.startsWith('get') ? 'GET' : 'POST',
    target: `/xrpc/com.atproto.server.${name}`,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    body: body ? JSON.stringify(body) : null,
  })
  if (!('status' in answer) || answer.status !== 200) throw new Error(JSON.stringify(answer))
  return JSON.parse(Buffer.from(answer.body ?? []).toString())
}

test('what apps ask for all the time compiles no statement again', async () => {
  const app = await startApp({ env: { ENTRYWAY_RATE_LIMITS: 'off' } })
  const account = { handle: 'alice.test', email: 'alice@example.com', password: 'correct horse' }
  await app.addAccount(account)
  const opened = { identifier: account.handle, password: account.password }
  let session = await call(app, 'createSession', undefined, opened)
  const refresh = async () => {
    session = await call(app, 'refreshSession', session.refreshJwt)
  }
  expect(await compiledAgain(refresh)).toBe(0)
  expect(await compiledAgain(() => call(app, 'getSession', session.accessJwt))).toBe(0)
  expect(await compiledAgain(() => call(app, 'createSession', undefined, opened))).toBe(0)
  await app.close()
})

test('nor does a sign-in to an app, or a refresh', async () => {
  const world = await providerInProcess()
  let token = await world.signIn()
  const refresh = async () => {
    token = await world.refresh(token)
  }
  expect(await compiledAgain(refresh)).toBe(0)
  expect(await compiledAgain(world.signIn)).toBe(0)
  world.close()
})
