import { Secp256k1Keypair } from '@atproto/crypto'
import { createServiceJwt } from '@atproto/xrpc-server'
import { Client, createOp } from '@did-plc/lib'
import { headlessSignUp } from '../clients/headless_sign_in.ts'
import type { Network } from '../world/network.ts'
import { type Attempted, attempt, call } from './attempt.ts'
import type { Person } from './person.ts'

/** Milliseconds that a person waits for a mail. */
const MAIL = 10_000
const CODE = /\b[A-Z2-7]{5}-[A-Z2-7]{5}\b/
/** Where a person moves from. Nobody asks it for anything. */
const ELSEWHERE = 'https://elsewhere.test'

/** Calls a method as the operator. */
function callAsOperator(network: Network, nsid: string, input: object) {
  const credentials = Buffer.from(`admin:${network.vestibule.adminPassword}`).toString('base64')
  return call(network.url, nsid, { authorization: `Basic ${credentials}`, input })
}

const openSession = async ({ url }: Network, identifier: string, password: string) =>
  String(
    (await call(url, 'com.atproto.server.createSession', { input: { identifier, password } }))
      .accessJwt,
  )

/** Deactivates an account and activates it again. OpenID clients are out then. */
export async function pause(person: Person, { url }: Network): Promise<Attempted<unknown>> {
  const bearer = person.legacy?.accessJwt as string
  person.openid = null
  return attempt(async () => {
    await call(url, 'com.atproto.server.deactivateAccount', { bearer, input: {} })
    await call(url, 'com.atproto.server.activateAccount', { bearer })
  })
}

/** What ends with all sign-ins. @param isSure whether they have ended */
function forgetSessions(person: Person, isSure: boolean): void {
  if (isSure && person.session) person.revoked.push(person.session)
  if (isSure && person.legacy) person.deleted.push(person.legacy.refreshJwt)
  person.session = person.legacy = person.openid = person.code = null
}

/** The operator takes an account down, and lifts that. */
export async function suspend(person: Person, network: Network): Promise<Attempted<unknown>> {
  const outcome = await attempt(async () => {
    await setTakedown(person, network, true)
    await setTakedown(person, network, false)
  })
  forgetSessions(person, 'done' in outcome)
  return outcome
}

export function setTakedown({ did }: Person, network: Network, applied: boolean) {
  const subject = { $type: 'com.atproto.admin.defs#repoRef', did }
  const takedown = { applied, ...(applied && { ref: 'fault' }) }
  return callAsOperator(network, 'com.atproto.admin.updateSubjectStatus', { subject, takedown })
}

export function activate({ did }: Person, network: Network) {
  const subject = { $type: 'com.atproto.admin.defs#repoRef', did }
  const input = { subject, deactivated: { applied: false } }
  return callAsOperator(network, 'com.atproto.admin.updateSubjectStatus', input)
}

/** A new password by a mailed code. */
export async function resetPassword(person: Person, network: Network): Promise<Attempted<unknown>> {
  const { email } = person.credentials
  const before = new Set(network.smtp.mails)
  const password = `${person.credentials.password} anew`
  const outcome = await attempt(async () => {
    await call(network.url, 'com.atproto.server.requestPasswordReset', { input: { email } })
    const isIt = (mail: { text?: string }) => CODE.test(mail.text ?? '')
    const mail = await network.smtp.waitForMail(
      email,
      (one) => !before.has(one) && /password/i.test(one.subject ?? '') && isIt(one),
      MAIL,
    )
    const [token] = mail.text?.match(CODE) ?? []
    person.passwordInDoubt = password
    await call(network.url, 'com.atproto.server.resetPassword', { input: { token, password } })
  })
  if (person.passwordInDoubt !== null) forgetSessions(person, 'done' in outcome)
  if ('done' in outcome) {
    person.formerPassword = person.credentials.password
    person.credentials.password = password
    person.passwordInDoubt = null
  }
  return outcome
}

/** Somebody signs up, and the operator deletes the account. */
export async function comeAndGo(person: Person, network: Network): Promise<Attempted<unknown>> {
  const came = await attempt(() => headlessSignUp(network.url, person.credentials))
  if (!('done' in came)) return came
  person.did = came.done
  person.isGoing = true
  return leave(person, network)
}

export function leave({ did }: Person, network: Network): Promise<Attempted<unknown>> {
  return attempt(() => callAsOperator(network, 'com.atproto.admin.deleteAccount', { did }))
}

/** Somebody from elsewhere moves here, and is activated. */
export async function moveIn(person: Person, network: Network): Promise<Attempted<unknown>> {
  const outcome = await attempt(async () => {
    person.mover ??= await newMover(network)
    await arrive(person, network)
    const { did } = person.mover
    const bearer = await openSession(network, did, person.credentials.password)
    await call(network.url, 'com.atproto.server.activateAccount', { bearer })
    return did
  })
  if ('done' in outcome) person.did = outcome.done
  return outcome
}

/** With the key of the entryway among those that may change it. */
async function newMover({ identity, plc }: Network): Promise<NonNullable<Person['mover']>> {
  const [signingKey, own] = await Promise.all([
    Secp256k1Keypair.create({ exportable: true }),
    Secp256k1Keypair.create(),
  ])
  const { did, op } = await createOp({
    handle: 'at.elsewhere.test',
    pds: ELSEWHERE,
    signingKey: signingKey.did(),
    rotationKeys: [own.did(), identity.plcRotationKeys.did],
    signer: own,
  })
  await new Client(plc.url).sendOperation(did, op)
  return { did, signingKey }
}

/** What a person who moves asks for, again and again. @returns its DID */
export async function arrive({ mover, credentials }: Person, network: Network): Promise<string> {
  const { did: iss, signingKey: keypair } = mover as NonNullable<Person['mover']>
  const lxm = 'com.atproto.server.createAccount'
  const bearer = await createServiceJwt({ iss, aud: network.identity.did, lxm, keypair })
  await call(network.url, lxm, { bearer, input: { ...credentials, did: iss } })
  return iss
}
