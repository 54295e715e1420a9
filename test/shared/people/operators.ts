import { expect } from 'vitest'
import type { ResponseEnvelope } from '../../../http/envelope.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import type { OnCall } from '../../../lab/world/app/watched_actors.ts'
import { OPERATOR_PATH } from '../../../operator/handler.ts'
import { enrol } from './authenticator.ts'
import { newPerson } from './person.ts'
import { type Seen, Visitor } from './visitor.ts'

/** Where clients are (`lab/world/app/app.ts`). */
const NETWORK = '192.0.2.0/24'
export const PAGE = '/operator'
const SIGN_IN = '/account/sign-in?for=operator&step=sign-in'

export const startOperatorApp = (env: Record<string, string> = {}, onCall?: OnCall) =>
  startApp({ env: { ENTRYWAY_OPERATOR_PAGE: NETWORK, ...env }, onCall })

/** A command as on the command line. */
export async function command(app: AppInProcess, name: string, input: object = {}) {
  const answer = await app.ask({
    method: 'POST',
    target: OPERATOR_PATH + name,
    headers: {
      authorization: `Bearer ${app.runner.secrets.operatorToken}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(input),
    address: '127.0.0.1',
  })
  const { status, body } = answer as ResponseEnvelope
  return { status, body: JSON.parse(String(body)) }
}

/** Somebody with an authenticator and recovery codes. */
export type Somebody = Awaited<ReturnType<typeof newSomebody>>
export async function newSomebody(app: AppInProcess) {
  const person = await newPerson(app)
  return { ...person, own: await enrol(app, person.did) }
}

/** Somebody who was made an operator. */
export async function newOperator(app: AppInProcess): Promise<Somebody> {
  const person = await newSomebody(app)
  const added = await command(app, 'operator/add', { account: person.handle })
  expect(added).toMatchObject({ status: 200, body: { isNew: true, hasFactor: true } })
  return person
}

/** Signs in with password and a recovery code. @returns where that leads to */
export async function signIn(
  visitor: Visitor,
  { handle: username, password, own }: Somebody,
  more: Record<string, string> = {},
): Promise<Seen> {
  const step = await visitor.send(await visitor.open(SIGN_IN), { username, password, ...more })
  expect(step.title).toBe('Enter your code')
  return visitor.follow(await visitor.send(step, { code: own.recoveryCodes.pop() as string }))
}

/** A browser in which an operator is in. */
export async function enterAs(app: AppInProcess, person: Somebody): Promise<Visitor> {
  const visitor = new Visitor(app)
  expect((await signIn(visitor, person)).header('location')).toBe(PAGE)
  expect((await visitor.open(PAGE)).title).toBe('Overview')
  return visitor
}

/** A path that lets in once. */
export async function newLink(app: AppInProcess): Promise<string> {
  const { body } = await command(app, 'operator/link')
  return String(body.url).slice(app.runner.settings.publicUrl.length)
}

/** A browser that is in by a link. */
export async function enterByLink(app: AppInProcess): Promise<Visitor> {
  const visitor = new Visitor(app)
  await visitor.send(await visitor.open(await newLink(app)))
  return visitor
}

/** Whether the page lets a browser in. */
export const isIn = async (visitor: Visitor): Promise<boolean> =>
  (await visitor.open(PAGE)).title === 'Overview'
