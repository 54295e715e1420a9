import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NsidString } from '@atproto/syntax'
import { createServiceJwt } from '@atproto/xrpc-server'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { newHeadlessBrowser } from '../../lab/clients/headless_browser.ts'
import {
  codeForm,
  OPENID_CLIENT,
  OPENID_SCOPE,
  type OpenidTokens,
  openidCode,
  openidTokens,
} from '../../lab/clients/headless_openid.ts'
import { headlessSignUp, newCredentials, readForm } from '../../lab/clients/headless_sign_in.ts'
import { registerOpenidClient } from '../../lab/clients/openid_client.ts'
import { call } from '../../lab/fault/attempt.ts'
import type { Network } from '../../lab/world/network.ts'
import { Attacker, newPerson, type Person, type Session } from '../shared/people/attacker.ts'
import { type Holder, makeHolder } from './holder.ts'
import { registerItself, type SelfRegistered } from './self_registered.ts'

/** What the fuzzer has in its hands: somebody with everything, all of it valid. */
export type Target = {
  network: Network
  attacker: Attacker
  person: Person
  /** For what an administrator may do to somebody. */
  victim: string
  session: Session
  /** To be revoked. */
  spare: Session
  legacy: { accessJwt: string; refreshJwt: string }
  /** Signed by the person's repo key, as a PDS sends it. */
  serviceJwt: (nsid: string) => Promise<string>
  requestUri: string
  /** What a form of the sign-in page carries, as it was shown to the person's browser. */
  sealedForm: string
  /** Of an OpenID client: what is live, a code that was used, and a token to be revoked. */
  openid: OpenidTokens & { code: string; spare: string; deviceCode: string }
  selfRegistered: SelfRegistered
  operatorToken: string
  /** Somebody else, with every second factor. */
  holder: Holder
}

/** What must never be seen, and what it is. */
export type KnownSecrets = Map<string, string>

/** Signs somebody up with everything. */
export async function makeTarget(network: Network, known: KnownSecrets): Promise<Target> {
  const person = await newPerson(network, 'fuzz')
  const attacker = new Attacker(network)
  const session = await attacker.signIn(person)
  const { accessJwt, refreshJwt } = (await call(network.url, 'com.atproto.server.createSession', {
    input: { identifier: person.handle, password: person.password },
  })) as { accessJwt: string; refreshJwt: string }
  const appPassword = await call(network.url, 'com.atproto.server.createAppPassword', {
    bearer: accessJwt,
    input: { name: 'fuzz' },
  })
  const keypair = await network.pds.pds.ctx.actorStore.keypair(person.did)
  const pushed = await attacker.push(session.key)
  const page = await person.browser.open(`${network.url}/account/sign-in?step=sign-in`)
  const sealedForm = readForm(await page.body.text())?.sealed
  if (!sealedForm) throw new Error('There is no form')
  const { operatorToken } = await loadSecrets(readSettings(network.vestibule.env))
  const openid = await openidOf(network, person)
  const selfRegistered = await registerItself(network)
  const holder = await makeHolder(network)
  for (const [what, secret] of Object.entries({
    password: person.password,
    'app password': appPassword.password,
    'access token': session.accessToken,
    'refresh token': session.refreshToken,
    'legacy access token': accessJwt,
    'legacy refresh token': refreshJwt,
    'OpenID access token': openid.access_token,
    'OpenID refresh token': openid.refresh_token,
    'secret of an OpenID client': selfRegistered.secret,
    'registration access token': selfRegistered.token,
    'operator token': operatorToken,
    'admin password': network.vestibule.adminPassword,
    'PDS admin password': network.pds.adminPassword,
    'signing key': network.identity.jwtKeys.privateHex,
    'rotation key': network.identity.plcRotationKeys.privateHex,
    'DPoP secret': network.vestibule.env.ENTRYWAY_DPOP_SECRET_HEX,
    'secret of an authenticator': holder.factors.secret,
    'recovery code': holder.factors.recoveryCodes[0],
  })) {
    if (!secret || String(secret).length < 8) throw new Error(`There is no ${what}`)
    known.set(String(secret), what)
  }
  return {
    network,
    attacker,
    person,
    victim: await headlessSignUp(network.url, newCredentials('victim')),
    sealedForm,
    session,
    spare: await attacker.signIn(person),
    legacy: { accessJwt, refreshJwt },
    serviceJwt: (nsid) => {
      const lxm = nsid as NsidString
      return createServiceJwt({ iss: person.did, aud: network.vestibule.did, lxm, keypair })
    },
    requestUri: String(pushed.body.request_uri),
    openid,
    selfRegistered,
    operatorToken,
    holder,
  }
}

/** What an OpenID client gets of somebody. */
async function openidOf(network: Network, person: Person): Promise<Target['openid']> {
  await registerOpenidClient(network)
  const issuer = `${network.url}/openid`
  const browser = newHeadlessBrowser(network.url)
  const signIn = async () => {
    const code = await openidCode(browser, issuer, { ...person, email: '' })
    return { code, ...(await openidTokens(issuer, codeForm(code))) }
  }
  const spare = (await signIn()).refresh_token
  const body = new URLSearchParams({ client_id: OPENID_CLIENT.id, scope: OPENID_SCOPE })
  const begun = await fetch(`${issuer}/device-authorization`, { method: 'POST', body })
  const { device_code: deviceCode } = (await begun.json()) as { device_code: string }
  return { ...(await signIn()), spare, deviceCode }
}

/** Makes anew what requests use up, as far as the person still can. */
export async function renew(target: Target): Promise<void> {
  const { network, attacker, person, session } = target
  const pushed = await attacker.push(session.key)
  target.requestUri = String(pushed.body.request_uri)
  target.session = await attacker.signIn(person).catch(() => session)
  target.spare = await attacker.signIn(person).catch(() => target.spare)
  target.selfRegistered = await registerItself(network)
}

/**
 * Everything that the program wrote to its data directory, file by file. A database that is closed meanwhile takes its
 * `-wal` along, whose content is then in the file itself, which is read after it.
 */
export function* readData(folder: string): Generator<[path: string, content: Buffer]> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  for (const path of paths.sort().reverse()) {
    const content = readIfThere(path)
    if (content) yield [path, content]
  }
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw err
  }
}
