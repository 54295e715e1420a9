import type { Services } from '../actors/services.ts'
import { hashPassword } from '../passwords/scrypt.ts'
import { PdsRefusal } from '../pds/client.ts'
import type { AccountRow } from '../stores/sql/account/profile.ts'
import type { SignUp } from '../stores/sql/directory/sign_up.ts'

/** Handle and e-mail already normalised, the password within its bounds. */
export type SignUpInput = {
  handle: string
  email: string
  password: string
  inviteCode: string | null
  /** A did:key of the person's own, to outrank the entryway's in PLC. */
  recoveryKey?: string | undefined
}

/**
 * Creates an account: names in the directory, DID on PLC, repo on the PDS, records of its own.
 *
 * Each step is recorded before it is tried, and nothing is half-made when one fails: a definite
 * "no" gives the names back at once; when it is unknown whether the PDS has the account, the
 * sign-up stays on record until {@link settleSignUp} has found out.
 *
 * @throws {Refusal} HandleNotAvailable, EmailTaken, InvalidInviteCode, SignUpClosed
 * @throws {PdsRefusal | UnavailableError}
 */
export async function signUp(services: Services, input: SignUpInput): Promise<AccountRow> {
  const { directory } = services.actors
  const passwordScrypt = await hashPassword(input.password)
  const { id, pds } = await directory.reserveSignUp({
    handle: input.handle,
    email: input.email,
    passwordScrypt,
    inviteCode: input.inviteCode,
  })
  const client = await services.pds(pds.did)

  const { did, op } = await undoing(
    async () => {
      const genesis = await services.plc.genesis({
        handle: input.handle,
        pds: pds.url,
        signingKey: await client.reserveSigningKey(),
        recoveryKey: input.recoveryKey,
      })
      await directory.recordSignUpDid(id, genesis.did, Date.now())
      return genesis
    },
    () => directory.abandonSignUp(id),
  )

  const record: SignUp = {
    id,
    did,
    handle: input.handle,
    email: input.email,
    passwordScrypt,
    inviteCode: input.inviteCode,
    pdsDid: pds.did,
    step: 'creating',
    createdAt: Date.now(),
    updatedAt: Date.now(),
  }
  try {
    await client.createAccount({ did, handle: input.handle, plcOp: op })
  } catch (err) {
    const created = await settle(services, record, err)
    if (created) return created
    throw err
  }
  return finish(services, record)
}

/**
 * Finishes or undoes a sign-up that was interrupted.
 *
 * @returns the account when it exists after all, null when the names were given back
 * @throws {UnavailableError} when that cannot be found out yet; nothing is changed then
 */
export async function settleSignUp(services: Services, signUp: SignUp): Promise<AccountRow | null> {
  const { directory } = services.actors
  if (signUp.step === 'creating' && signUp.did !== null) {
    const client = await services.pds(signUp.pdsDid)
    if (await client.hasAccount(signUp.did)) return finish(services, signUp)
    // The PDS may have published the DID before it failed; nobody will ever use it.
    if (await services.plc.read(signUp.did)) await services.plc.tombstone(signUp.did)
  }
  await directory.abandonSignUp(signUp.id)
  return null
}

async function settle(services: Services, record: SignUp, cause: unknown) {
  try {
    return await settleSignUp(services, record)
  } catch (err) {
    services.log.warn({ err, did: record.did }, 'sign-up left for later: its outcome is unknown')
    if (cause instanceof PdsRefusal) throw cause
    return null
  }
}

async function finish(services: Services, signUp: SignUp): Promise<AccountRow> {
  const did = signUp.did as string
  const account = await services.actors.account(did).create({
    did,
    handle: signUp.handle,
    email: signUp.email,
    passwordScrypt: signUp.passwordScrypt,
    pdsDid: signUp.pdsDid,
    createdAt: signUp.createdAt,
  })
  await services.actors.directory.completeSignUp(signUp.id)
  return account
}

async function undoing<T>(work: () => Promise<T>, undo: () => Promise<unknown>): Promise<T> {
  try {
    return await work()
  } catch (err) {
    await undo()
    throw err
  }
}
