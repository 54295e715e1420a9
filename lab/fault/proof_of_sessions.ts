import { openidTokens, refreshForm } from '../clients/headless_openid.ts'
import { finishLogin, type OAuthSession, refresh } from '../clients/oauth_session.ts'
import { attempt, call } from './attempt.ts'
import type { Proof } from './proof_of.ts'

/** Live refresh tokens refresh, revoked ones do not, and a spent code or token never comes back. */
export async function proveOAuth({ person, app, report }: Proof): Promise<void> {
  const isDead = async (session: OAuthSession) =>
    'refused' in (await attempt(() => refresh(app, session)))
  for (const revoked of person.revoked.splice(0)) {
    if (!(await isDead(revoked))) report('a revoked session refreshes')
  }
  const { codeInDoubt } = person
  if (codeInDoubt) {
    const exchange = () => attempt(() => finishLogin(app, codeInDoubt.login, codeInDoubt.callback))
    await exchange()
    if (!('refused' in (await exchange()))) report('a code was exchanged twice')
    person.codeInDoubt = null
  }
  const before = person.session
  if (!before) return
  const next = await attempt(() => refresh(app, before))
  if (!('done' in next)) {
    if (!person.revocationInDoubt) report(`a live session is lost: ${describe(next)}`)
    person.session = null
    person.revocationInDoubt = false
    return
  }
  person.revocationInDoubt = false
  person.session = next.done
  if (Math.random() < 0.5) return
  // The next two end the session, as they should.
  const { code } = person
  person.session = null
  if (code && Math.random() < 0.5) {
    const again = await attempt(() => finishLogin(app, code.login, code.callback))
    if (!('refused' in again)) report('a spent code was exchanged again')
    if (!(await isDead(next.done))) report('a replayed code did not end its session')
    return
  }
  const afterNext = await attempt(() => refresh(app, next.done))
  if (!('done' in afterNext))
    return report(`a session did not refresh twice: ${describe(afterNext)}`)
  if (!(await isDead(before))) report('two refresh tokens of a session are live')
  if (!(await isDead(afterNext.done))) report('a replayed refresh token did not end its session')
}

/** A live refresh token of an OpenID client refreshes, and has one successor, also when it is asked for again. */
export async function proveOpenid({ person, network, report }: Proof): Promise<void> {
  if (!person.openid) return
  const form = refreshForm(person.openid.refresh_token)
  const refreshOnce = () => attempt(() => openidTokens(`${network.url}/openid`, form))
  const next = await refreshOnce()
  if (!('done' in next)) {
    person.openid = null
    return report(`a live OpenID session is lost: ${describe(next)}`)
  }
  const again = await refreshOnce()
  if ('done' in again && again.done.refresh_token !== next.done.refresh_token) {
    report('a refresh token of an OpenID client has two successors')
  }
  person.openid = next.done
}

/** The same of sessions without OAuth. */
export async function proveLegacy({ person, network, report }: Proof): Promise<void> {
  const refreshSession = (bearer: string) =>
    attempt(() => call(network.url, 'com.atproto.server.refreshSession', { bearer }))
  for (const deleted of person.deleted.splice(0)) {
    if (!('refused' in (await refreshSession(deleted)))) report('a deleted session refreshes')
  }
  if (!person.legacy) return
  const next = await refreshSession(person.legacy.refreshJwt)
  if ('done' in next) person.legacy = next.done as never
  else if (person.deletionInDoubt) person.legacy = null
  else report(`a live legacy session is lost: ${describe(next)}`)
  person.deletionInDoubt = false
}

function describe(outcome: object): string {
  return Object.values(outcome)
    .map((err) => (err as Error).message)
    .join()
}
