import Sqlite from 'better-sqlite3'
import type { Basis } from '../../../actors/account/basis.ts'
import type { AccountStub } from '../../../actors/reach.ts'
import { ACCESS_TOKEN_MAX } from '../../../base/lifetimes.ts'
import type { Db } from '../../../database/database.ts'
import { databasePath } from '../../../database/paths.ts'
import { startGateway } from '../../../gateway/server.ts'
import type { ResponseEnvelope } from '../../../http/envelope.ts'
import { type AppInProcess, hashOnce, startApp } from '../../../lab/world/app/app.ts'
import type { LoopbackServer } from '../../../lab/world/loopback.ts'
import { type Pds, startPds } from '../../../lab/world/servers/pds.ts'
import { startPlc } from '../../../lab/world/servers/plc.ts'
import { makeVestibuleIdentity } from '../../../lab/world/vestibule/vestibule.ts'
import { randomAppPassword } from '../../../passwords/app_password.ts'
import { hashAppPassword } from '../../../passwords/scrypt.ts'
import { PdsClient } from '../../../pds/client.ts'
import { LegacyScope, LegacyTokens, newSessionId } from '../../../tokens/legacy_tokens.ts'
import { signInNow } from '../../shared/account_state.ts'
import { onCall } from './gates.ts'

/** Name of the app password. */
export const APP = 'app'
export const PASSWORD = 'the password of before'
/** Of the refresh JWT of the session that a grant begins with. */
export const JTI = 'jti of the session'

/** The application in this process, with a gateway, a stock PDS and a real PLC directory. */
export type World = {
  url: string
  app: AppInProcess
  pds: Pds
  plc: LoopbackServer
  tokens: LegacyTokens
  /** As `fetch`, without a network: what it calls runs as a part of the caller. */
  fetch: typeof globalThis.fetch
  /** @param input null for a procedure without one, undefined for a query */
  call(nsid: string, input?: object | null, jwt?: string, basic?: string): Promise<XrpcAnswer>
  close(): Promise<void>
}

export type XrpcAnswer = { status: number; body: Record<string, unknown> }

/** An account that begins anew for each run. */
export type Person = {
  did: string
  handle: string
  email: string
  account: AccountStub
  appPassword: { password: string; passwordScrypt: string }
  /** Where it is on its PDS and in PLC, too. */
  pds: PdsClient | null
  /** Its database, to look at. */
  db: Db
  /** Has the last sign-out lie back longer than access tokens live. */
  forgetSignOut(): void
}

/** @param oneName the PDS has the name of the entryway, which leads to it */
export async function startWorld({ oneName = false } = {}): Promise<World> {
  const identity = await makeVestibuleIdentity()
  const plc = await startPlc()
  const pds = await startPds({
    plcUrl: plc.url,
    entryway: identity,
    ...(oneName && { publicUrl: identity.url }),
  })
  const app = await startApp({
    env: {
      ENTRYWAY_PUBLIC_URL: identity.url,
      ENTRYWAY_DID: identity.did,
      ENTRYWAY_PLC_URL: plc.url,
      ENTRYWAY_JWT_KEY_HEX: identity.jwtKeys.privateHex,
      ENTRYWAY_PLC_ROTATION_KEY_HEX: identity.plcRotationKeys.privateHex,
      ENTRYWAY_RATE_LIMITS: 'off',
    },
    onCall,
  })
  // No recovery may work on the accounts meanwhile.
  app.app.close()
  const { did, url, address, adminPassword } = pds
  await app.actors.directory.addPds({ did, url, address, adminPassword })
  await app.app.refreshPdses()
  const gateway = await startGateway(
    {
      ...{ host: '127.0.0.1', port: identity.port, trustedProxies: [] },
      ...{ publicUrl: identity.url, name: 'here' },
    },
    app.auth,
    app.runner.log,
  )
  const fetch = fetchIn(app)
  return {
    url: identity.url,
    app,
    pds,
    plc,
    tokens: new LegacyTokens(app.runner.secrets, app.runner.settings),
    fetch,
    call: async (nsid, input, jwt, basic) => {
      const response = await fetch(`${identity.url}/xrpc/com.atproto.${nsid}`, {
        method: input === undefined ? 'GET' : 'POST',
        headers: {
          ...(input && { 'content-type': 'application/json' }),
          ...((jwt ?? basic) && { authorization: basic ?? `Bearer ${jwt}` }),
        },
        ...(input && { body: JSON.stringify(input) }),
      })
      const text = await response.text()
      return { status: response.status, body: text ? JSON.parse(text) : {} }
    },
    close: async () => {
      await gateway.stop()
      await app.close()
      await pds.close()
      await plc.close()
    },
  }
}

/** As `fetch`, without a network. */
export function fetchIn(app: AppInProcess): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const { pathname, search } = new URL(String(input))
    const headers = [...new Headers(init.headers)]
    const isForm = init.body instanceof URLSearchParams
    if (isForm) headers.push(['content-type', 'application/x-www-form-urlencoded'])
    const answer = (await app.ask({
      method: init.method ?? 'GET',
      target: pathname + search,
      headers: [...headers, ['host', new URL(String(input)).host]],
      body: init.body === undefined || init.body === null ? null : String(init.body),
    })) as ResponseEnvelope
    const body = answer.body?.byteLength ? Buffer.from(answer.body) : null
    return new Response(body, { status: answer.status, headers: answer.headers })
  }
}

let people = 0

/**
 * @param onPds whether its PDS and PLC have the account, too
 * @param hasApp whether its app password is one that can be given
 */
export async function newPerson(world: World, onPds: boolean, hasApp: boolean): Promise<Person> {
  const { app, pds } = world
  const name = `ending${++people}`
  const names = { handle: `${name}.test`, email: `${name}@mail.internal` }
  // In the letters of base32.
  const digits = String(people).replace(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)))
  let did = `did:plc:${`ending${digits}`.padEnd(24, 'z')}`
  if (onPds) {
    const { body } = await world.call('server.createAccount', { ...names, password: PASSWORD })
    did = String(body.did)
  } else {
    await app.actors.directory.addAccount({ did, ...names, pdsDid: pds.did, createdAt: Date.now() })
  }
  const account = app.actors.account(did)
  await account.read()
  const path = databasePath.account(app.runner.settings, did)
  const db = new Sqlite(path)
  const forgetSignOut = () => {
    const past = Date.now() - ACCESS_TOKEN_MAX - 60_000
    db.prepare('UPDATE account SET signed_out_at = ?').run(past)
  }
  const password = randomAppPassword()
  const appPassword = {
    password,
    passwordScrypt: hasApp ? await hashAppPassword(did, password) : 'none',
  }
  return {
    did,
    ...names,
    account,
    appPassword,
    pds: onPds ? new PdsClient(pds) : null,
    db,
    forgetSignOut,
  }
}

/** The account as it is before each run. @param isConfirmed its address */
export async function begin(world: World, person: Person, isConfirmed: boolean): Promise<void> {
  const passwordScrypt = await hashOnce(PASSWORD)
  const { app, pds } = world
  const { did, handle, email, account } = person
  const createdAt = Date.now()
  await account.erase()
  await account.import({
    did,
    handle,
    email,
    pdsDid: pds.did,
    passwordScrypt,
    createdAt,
    emailConfirmedAt: isConfirmed ? createdAt : null,
    emailAuthFactor: false,
    deactivatedAt: null,
    deleteAfter: null,
    takedownRef: null,
    invitesDisabled: false,
    appPasswords: [
      {
        name: APP,
        passwordScrypt: person.appPassword.passwordScrypt,
        privileged: false,
        createdAt,
      },
    ],
  })
  const { directory } = app.actors
  if (!(await directory.find(did))) {
    await directory.addAccount({ did, handle, email, pdsDid: pds.did, createdAt })
  }
  await beginOnPds(world, person)
}

async function beginOnPds(world: World, { did, handle, pds }: Person): Promise<void> {
  if (!pds) return
  await pds.updateStatus(did, { deactivated: false })
  if ((await handleInPlc(world, did)) === handle) return
  const { directory } = world.app.actors
  const change = await directory.readHandleChange(did)
  if (change) await directory.abandonHandleChange(did, change.createdAt)
  const { adminPassword } = world.app.runner.secrets
  const basic = Buffer.from(`admin:${adminPassword}`).toString('base64')
  await world.call('admin.updateAccountHandle', { did, handle }, undefined, `Basic ${basic}`)
}

export async function handleInPlc({ plc }: World, did: string): Promise<string | undefined> {
  const { alsoKnownAs } = await (await fetch(`${plc.url}/${did}/data`)).json()
  return alsoKnownAs[0]?.slice('at://'.length)
}

export const basisOf = ({ account }: Person): Promise<Basis> => signInNow(account)

/** A session of `createSession`, without the hash of a password. */
export async function openSession(
  { tokens, pds }: World,
  person: Person,
  appPassword: string | null = null,
): Promise<{ accessJwt: string; refreshJwt: string }> {
  const session = { id: newSessionId(), jti: JTI }
  const { accessJwt, refreshJwt, refreshExpiresAt } = await tokens.sign({
    did: person.did,
    pdsDid: pds.did,
    scope: appPassword === null ? LegacyScope.Access : LegacyScope.AppPass,
    sessionId: session.id,
    jti: session.jti,
  })
  const row = { ...session, expiresAt: refreshExpiresAt, appPasswordName: appPassword }
  await person.account.createLegacySession(row, await basisOf(person))
  return { accessJwt, refreshJwt }
}

/** By account: each run looks several times, and to prepare them anew was a tenth of the CPU of all runs. */
const prepared = new WeakMap<Db, Map<string, Sqlite.Statement>>()

/** Everything that is granted, and what the account is; of its trail only whether there is any. */
export function stateOf({ db }: Person): Record<string, unknown[]> {
  const statements = prepared.get(db) ?? new Map<string, Sqlite.Statement>()
  prepared.set(db, statements)
  const statement = (text: string) => {
    const known = statements.get(text) ?? db.prepare(text)
    statements.set(text, known)
    return known
  }
  // What has had no row may be missing (`database/lazy_tables.ts`), and the program makes it meanwhile.
  const tables = new Set(statement('SELECT name FROM sqlite_schema').pluck().all())
  const rows = (text: string) => {
    const [, table = ''] = /FROM (\w+)/.exec(text) ?? []
    return tables.has(table) ? statement(text).all() : []
  }
  return {
    account: rows(`SELECT handle, email, email_confirmed_at, email_auth_factor, password_scrypt,
      deactivated_at, takedown_ref, new_device_mails, only_app_passwords FROM account`),
    hasTrail: rows('SELECT count(*) > 0 FROM audit'),
    session: rows('SELECT id, token_id FROM session'),
    legacy: rows('SELECT refresh_hash FROM legacy_session'),
    device: rows('SELECT device_id, created_at FROM device_account'),
    consent: rows('SELECT client_id, data FROM authorized_client'),
    appPassword: rows('SELECT name, created_at FROM app_password'),
    totp: rows('SELECT secret, added_at FROM totp'),
    recovery: rows('SELECT code_hash FROM recovery_code'),
    passkey: rows('SELECT id, name FROM passkey'),
    trusted: rows('SELECT id FROM trusted_device'),
    openidSession: rows('SELECT uid FROM openid_session'),
    openidGrant: rows('SELECT id FROM openid_grant'),
    openidConsent: rows('SELECT client_id FROM openid_consent'),
    // A sign-in that begins after the ending may send one.
    code: rows("SELECT purpose, token_hash FROM email_token WHERE purpose != 'sign_in'"),
  }
}
