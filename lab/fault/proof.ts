import { inspect } from 'node:util'
import { removeAuthenticator, TOTP_STEP } from '../clients/headless_authenticator.ts'
import { removePasskey, signInByPasskey } from '../clients/headless_passkey.ts'
import type { Somebody } from '../clients/headless_security.ts'
import { headlessSignUp } from '../clients/headless_sign_in.ts'
import type { OAuthApp } from '../clients/oauth_app.ts'
import type { Network } from '../world/network.ts'
import { arrive } from './actions_of_life.ts'
import { attempt, call } from './attempt.ts'
import type { Person } from './person.ts'
import type { Proof } from './proof_of.ts'
import { bringBack, proveGone, provePassword, proveStanding } from './proof_of_life.ts'
import { provePosts } from './proof_of_posts.ts'
import { proveLegacy, proveOAuth, proveOpenid } from './proof_of_sessions.ts'
import { settled } from './settled.ts'

/**
 * Proves that what was acknowledged to a person holds; every sentence is a broken promise. Where a
 * sign-up or handle change is neither finished nor undone yet, it stays in doubt
 * ({@link Person.inDoubt}).
 *
 * @param patience how long, in milliseconds, the program has to finish what a fault left half-made
 */
export async function prove(
  person: Person,
  app: OAuthApp,
  network: Network,
  patience: number,
): Promise<string[]> {
  const broken: string[] = []
  const report = (sentence: string) => broken.push(`${person.credentials.handle}: ${sentence}`)
  const proof = { person, app, network, patience, report }
  await proveAccount(proof)
  if (person.did === null) return broken
  if (person.isGoing) await proveGone(proof)
  await bringBack(proof)
  await proveFactor(proof)
  await provePassword(proof)
  await proveStanding(proof)
  await proveRepo(proof)
  person.isWaiting ||= person.handleInDoubt !== null || person.emailInDoubt !== null
  await proveHandle(proof)
  await proveEmail(proof)
  await proveOAuth(proof)
  await proveOpenid(proof)
  await proveLegacy(proof)
  await provePosts(proof)
  person.inDoubt.clear()
  if (person.handleInDoubt !== null) person.inDoubt.add('handle')
  return broken
}

const signIn = (network: Network, identifier: string, password: string) =>
  attempt(() =>
    call(network.url, 'com.atproto.server.createSession', { input: { identifier, password } }),
  )

/** An acknowledged sign-up can sign in; of any other, either all is there or nothing. */
async function proveAccount({ person, network, patience }: Proof): Promise<void> {
  const { credentials } = person
  if (person.did === null) {
    if (!person.inDoubt.has('account')) return
    const came = await settled(patience, async () => {
      const signedIn = await signIn(network, credentials.handle, credentials.password)
      if ('done' in signedIn) return String(signedIn.done.did)
      return person.mover ? arrive(person, network) : headlessSignUp(network.url, credentials)
    })
    if (!came) return
    person.did = came
    // Who has moved is activated after that.
    if (person.mover) person.inDoubt.add('standing')
  }
}

async function proveRepo({ person, network, report }: Proof): Promise<void> {
  const did = person.did as string
  const repo = await attempt(() =>
    call(network.pds.url, 'com.atproto.repo.describeRepo', { params: { repo: did } }),
  )
  if (!('done' in repo)) report('the PDS does not have the account')
}

/** A factor is there with its recovery codes, or nothing of it is. */
async function proveFactor({ person, network, patience, report }: Proof): Promise<void> {
  if (!person.inDoubt.has('factor')) return
  const somebody = { username: person.did as string, password: person.credentials.password }
  const { passkey } = person
  const remove = passkey
    ? () => settlePasskey(network.url, somebody, passkey)
    : () => removeAuthenticator(network.url, somebody, person.secret)
  let problem: unknown
  // A removal that was cut off may have used up the code of the step.
  const isRemoved = await settled(patience + TOTP_STEP, async () => {
    problem = await remove().then(
      () => null,
      (err) => err,
    )
    return problem === null || null
  })
  if (!isRemoved) report(`its second factor cannot be removed: ${inspect(problem)}`)
  person.passkey = null
}

/** A passkey that was shown as made signs in; any other does, or is asked for nowhere. */
async function settlePasskey(
  origin: string,
  somebody: Somebody,
  { authenticator, isThere }: NonNullable<Person['passkey']>,
): Promise<void> {
  const signsIn = authenticator.made.length > 0 && (await signInByPasskey(origin, authenticator))
  if (isThere && !signsIn) throw new Error('A passkey is gone that was shown as made')
  await removePasskey(origin, somebody, authenticator)
  if (signsIn && (await signInByPasskey(origin, authenticator))) {
    throw new Error('A passkey signs in that was removed')
  }
}

/** Directory, PLC and PDS name the account alike: as acknowledged or, in doubt, one way or the other. */
async function proveHandle({ person, network, patience, report }: Proof): Promise<void> {
  const did = person.did as string
  const { handleInDoubt, credentials } = person
  const candidates = [credentials.handle, ...(handleInDoubt === null ? [] : [handleInDoubt])]
  const seen = async () => {
    const [resolved, plc, repo] = await Promise.all([
      Promise.all(
        candidates.map(async (handle) => {
          const params = { handle }
          const found = await attempt(() =>
            call(network.url, 'com.atproto.identity.resolveHandle', { params }),
          )
          return 'done' in found && found.done.did === did ? handle : null
        }),
      ),
      fetch(`${network.plc.url}/${did}/data`).then((response) => response.json()),
      call(network.pds.url, 'com.atproto.repo.describeRepo', { params: { repo: did } }),
    ])
    const names = resolved.filter((handle) => handle !== null)
    const published = (plc as { alsoKnownAs: string[] }).alsoKnownAs[0]?.replace('at://', '')
    return [...names, published, String(repo.handle)]
  }
  const agreed = await settled(patience, async () => {
    const names = await seen()
    return names.length === 3 && new Set(names).size === 1 ? (names[0] as string) : null
  })
  if (!agreed) {
    if (handleInDoubt === null)
      report(`they disagree about its handle: ${await seen().catch((err) => err.message)}`)
    return
  }
  credentials.handle = agreed
  person.handleInDoubt = null
}

async function proveEmail({ person, network, patience, report }: Proof): Promise<void> {
  const { credentials, emailInDoubt } = person
  const candidates = [credentials.email, ...(emailInDoubt === null ? [] : [emailInDoubt])]
  const agreed = await settled(patience, async () => {
    const answers = await Promise.all(
      candidates.map(async (email) => {
        const signedIn = await signIn(network, email, credentials.password)
        return 'done' in signedIn && signedIn.done.did === person.did ? email : null
      }),
    )
    const names = answers.filter((email) => email !== null)
    return names.length === 1 ? (names[0] as string) : null
  })
  if (!agreed) return report('it cannot sign in with its e-mail address, or with two')
  credentials.email = agreed
  person.emailInDoubt = null
}
