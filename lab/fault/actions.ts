import { addAuthenticator, removeAuthenticator } from '../clients/headless_authenticator.ts'
import { newHeadlessBrowser } from '../clients/headless_browser.ts'
import { codeForm, openidCode, openidTokens, refreshForm } from '../clients/headless_openid.ts'
import { makePasskey, removePasskey, signInByPasskey } from '../clients/headless_passkey.ts'
import { headlessSignIn, headlessSignUp } from '../clients/headless_sign_in.ts'
import { newPost } from '../clients/new_post.ts'
import type { OAuthApp } from '../clients/oauth_app.ts'
import { finishLogin, refresh, revoke, startLogin } from '../clients/oauth_session.ts'
import { SoftAuthenticator } from '../world/browser/passkeys.ts'
import type { Network } from '../world/network.ts'
import { comeAndGo, moveIn, pause, resetPassword, suspend } from './actions_of_life.ts'
import { type Attempted, attempt, call } from './attempt.ts'
import type { Facet, Person } from './person.ts'

export type Action =
  | 'signIn'
  | 'refresh'
  | 'revoke'
  | 'post'
  | 'askForMail'
  | 'changeHandle'
  | 'changeEmail'
  | 'createSession'
  | 'refreshSession'
  | 'deleteSession'
  | 'addFactor'
  | 'addPasskey'
  | 'openidSignIn'
  | 'openidRefresh'
  | 'pause'
  | 'suspend'
  | 'resetPassword'
  | NewcomersAction

/** What somebody does who has no account yet. */
type NewcomersAction = 'signUp' | 'comeAndGo' | 'moveIn'

type Step = {
  facet: Facet
  /** Whether the person has what it takes. */
  possible: (person: Person) => boolean
  run: (
    person: Person,
    app: OAuthApp,
    origin: string,
    network: Network,
  ) => Promise<Attempted<unknown>>
}

/** Where it is in doubt whether there is a second factor, or which one it is, a password may be refused. */
const byPassword = ({ inDoubt }: Person) => !inDoubt.has('factor') && !inDoubt.has('password')
const isNew = ({ did }: Person) => did === null
const hasLegacy = ({ legacy }: Person) => legacy !== null
const hasSession = ({ session }: Person) => session !== null

const steps: Record<Action, Step> = {
  signUp: {
    facet: 'account',
    possible: isNew,
    run: async (person, _app, origin) => {
      const outcome = await attempt(() => headlessSignUp(origin, person.credentials))
      if ('done' in outcome) person.did = outcome.done
      return outcome
    },
  },
  signIn: {
    facet: 'oauth',
    possible: byPassword,
    run: async (person, app) => {
      const consented = await attempt(async () => {
        const login = await startLogin(app)
        return { login, callback: await headlessSignIn(login.url, person.credentials) }
      })
      if (!('done' in consented)) return consented
      const { login, callback } = consented.done
      if (callback.searchParams.get('error') === 'server_error') return { doubt: new Error('page') }
      const outcome = await attempt(() => finishLogin(app, login, callback))
      if ('done' in outcome) {
        person.session = outcome.done
        person.code = { login, callback }
      }
      if ('doubt' in outcome) person.codeInDoubt = { login, callback }
      return outcome
    },
  },
  refresh: {
    facet: 'oauth',
    possible: hasSession,
    run: async (person, app) => {
      const outcome = await attempt(() => refresh(app, person.session as never))
      if ('done' in outcome) person.session = outcome.done
      return outcome
    },
  },
  revoke: {
    facet: 'oauth',
    possible: hasSession,
    run: async (person, app) => {
      const session = person.session as NonNullable<Person['session']>
      const outcome = await attempt(() => revoke(app, session))
      person.revocationInDoubt = 'doubt' in outcome
      if ('done' in outcome) {
        person.revoked.push(session)
        person.session = null
        person.code = null
      }
      return outcome
    },
  },
  post: {
    facet: 'posts',
    // Where it is in doubt whether the session goes on, its token may be refused.
    possible: (person) => hasLegacy(person) && !person.inDoubt.has('legacy'),
    run: async (person, app) => {
      const bearer = person.legacy?.accessJwt as string
      const input = newPost(person.did as string, 'to be kept')
      const outcome = await attempt(async () => {
        const { uri } = await call(app.pdsUrl, 'com.atproto.repo.createRecord', { bearer, input })
        if (typeof uri !== 'string') throw new Error('A post was not answered with its address')
        return uri
      })
      if ('done' in outcome) person.posts.push(outcome.done)
      return outcome
    },
  },
  askForMail: {
    facet: 'email',
    possible: hasLegacy,
    run: (person, _app, origin) =>
      attempt(() =>
        call(origin, 'com.atproto.server.requestEmailConfirmation', {
          bearer: person.legacy?.accessJwt as string,
        }),
      ),
  },
  changeHandle: {
    facet: 'handle',
    possible: hasLegacy,
    run: async (person, _app, origin) => {
      const handle = person.nextName()
      const bearer = person.legacy?.accessJwt as string
      const outcome = await attempt(() =>
        call(origin, 'com.atproto.identity.updateHandle', { bearer, input: { handle } }),
      )
      if ('done' in outcome) person.credentials.handle = handle
      if ('doubt' in outcome) person.handleInDoubt = handle
      return outcome
    },
  },
  changeEmail: {
    facet: 'email',
    possible: hasLegacy,
    run: async (person, _app, origin) => {
      const email = `${person.nextName().split('.')[0]}@mail.vestibule.internal`
      const bearer = person.legacy?.accessJwt as string
      const outcome = await attempt(() =>
        call(origin, 'com.atproto.server.updateEmail', { bearer, input: { email } }),
      )
      if ('done' in outcome) person.credentials.email = email
      if ('doubt' in outcome) person.emailInDoubt = email
      return outcome
    },
  },
  createSession: {
    facet: 'legacy',
    possible: byPassword,
    run: async (person, _app, origin) => {
      const { handle: identifier, password } = person.credentials
      const input = { identifier, password }
      const outcome = await attempt(() =>
        call(origin, 'com.atproto.server.createSession', { input }),
      )
      if ('done' in outcome) person.legacy = outcome.done as never
      return outcome
    },
  },
  refreshSession: {
    facet: 'legacy',
    possible: hasLegacy,
    run: async (person, _app, origin) => {
      const bearer = person.legacy?.refreshJwt as string
      const outcome = await attempt(() =>
        call(origin, 'com.atproto.server.refreshSession', { bearer }),
      )
      if ('done' in outcome) person.legacy = outcome.done as never
      return outcome
    },
  },
  deleteSession: {
    facet: 'legacy',
    possible: hasLegacy,
    run: async (person, _app, origin) => {
      const bearer = person.legacy?.refreshJwt as string
      const outcome = await attempt(() =>
        call(origin, 'com.atproto.server.deleteSession', { bearer }),
      )
      person.deletionInDoubt = 'doubt' in outcome
      if ('done' in outcome) {
        person.deleted.push(bearer)
        person.legacy = null
      }
      return outcome
    },
  },
  /** An authenticator is added, and removed again: the others sign in with the password alone. */
  addFactor: {
    facet: 'factor',
    possible: byPassword,
    run: (person, _app, origin) =>
      attempt(async () => {
        const somebody = { username: person.did as string, password: person.credentials.password }
        await addAuthenticator(origin, somebody, (secret) => {
          person.secret = secret
        })
        await removeAuthenticator(origin, somebody, person.secret)
      }),
  },
  /** A passkey is made, signs in by itself, and is removed again, likewise. */
  addPasskey: {
    facet: 'factor',
    possible: byPassword,
    run: (person, _app, origin) =>
      attempt(async () => {
        const somebody = { username: person.did as string, password: person.credentials.password }
        const made = new SoftAuthenticator(origin)
        person.passkey = { authenticator: made, isThere: null }
        await makePasskey(origin, somebody, made)
        person.passkey.isThere = true
        if (!(await signInByPasskey(origin, made))) throw new Error('A passkey is not taken')
        person.passkey.isThere = null
        await removePasskey(origin, somebody, made)
        person.passkey = null
      }),
  },
  openidSignIn: {
    facet: 'openid',
    possible: byPassword,
    run: async (person, _app, origin) => {
      const outcome = await attempt(async () => {
        const issuer = `${origin}/openid`
        const code = await openidCode(newHeadlessBrowser(origin), issuer, person.credentials)
        return openidTokens(issuer, codeForm(code))
      })
      if ('done' in outcome) person.openid = outcome.done
      return outcome
    },
  },
  openidRefresh: {
    facet: 'openid',
    possible: ({ openid }) => openid !== null,
    run: async (person, _app, origin) => {
      const form = refreshForm(person.openid?.refresh_token ?? '')
      const outcome = await attempt(() => openidTokens(`${origin}/openid`, form))
      if ('done' in outcome) person.openid = outcome.done
      return outcome
    },
  },
  pause: {
    facet: 'standing',
    possible: (person) => hasLegacy(person) && !person.inDoubt.has('legacy'),
    run: (person, _app, _origin, network) => pause(person, network),
  },
  suspend: {
    facet: 'standing',
    possible: () => true,
    run: (person, _app, _origin, network) => suspend(person, network),
  },
  resetPassword: {
    facet: 'password',
    // Which address it has must not be in doubt.
    possible: (person) => byPassword(person) && !person.inDoubt.has('email'),
    run: (person, _app, _origin, network) => resetPassword(person, network),
  },
  comeAndGo: {
    facet: 'account',
    possible: isNew,
    run: (person, _app, _origin, network) => comeAndGo(person, network),
  },
  moveIn: {
    facet: 'account',
    possible: isNew,
    run: (person, _app, _origin, network) => moveIn(person, network),
  },
}

/** The order lets three people take turns: each knows the result of the last action before the next. */
export const actions = Object.keys(steps) as Action[]

const NEWCOMERS: readonly Action[] = ['signUp', 'comeAndGo', 'moveIn'] satisfies NewcomersAction[]

export const isNewcomers = (action: Action): action is NewcomersAction => NEWCOMERS.includes(action)

/**
 * Lets a person do something, and notes what came of it.
 *
 * @returns null when the person has not what it takes, or is in doubt about that
 */
export async function act(
  action: Action,
  person: Person,
  app: OAuthApp,
  network: Network,
): Promise<Attempted<unknown> | null> {
  const { facet, possible, run } = steps[action]
  if (!isNewcomers(action) && person.did === null) return null
  // Who may be deactivated or taken down is refused.
  if (person.inDoubt.has('standing') || person.isGoing) return null
  if (person.inDoubt.has(facet) || !possible(person)) return null
  const outcome = await run(person, app, network.url, network)
  if ('doubt' in outcome) person.inDoubt.add(facet)
  return outcome
}
