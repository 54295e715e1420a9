import { interactionPolicy } from 'oidc-provider'
import type { Actors } from '../../actors/reach.ts'
import { isSelfRegistered } from '../clients/registration.ts'
import { isHinted, LOGIN_HINT, loginHintOf } from './login_hint.ts'

/**
 * When a person is asked: as the provider has it, where a client wants them to choose an account or to sign up (Initiating
 * User Registration via OpenID Connect 1.0), and each time for a client that registered itself. It is known by
 * the host to which the person goes on, and may name several, or others later (RFC 7592 section 2.2): what somebody
 * allowed for one of them is not meant for the next. Who is asked for by a `login_hint`, and is not who is signed in, signs
 * in. With `prompt=none` that is not looked at: a client would learn who is not there, without a consent.
 */
export function prompts(
  actors: Pick<Actors, 'account'>,
  canSignUp: boolean,
): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base()
  policy.get('login')?.checks.add(
    new interactionPolicy.Check(
      LOGIN_HINT,
      'the person of the login_hint is not signed in',
      async ({ oidc: { params = {}, prompts: asked, result, session } }) => {
        const hint = loginHintOf(params)
        const did = session?.accountId
        if (!hint || !did || result?.login || asked.has('none')) return false
        return !(await isHinted(actors, did, hint))
      },
    ),
  )
  for (const name of ['select_account', ...(canSignUp ? ['create'] : [])]) {
    policy.add(new interactionPolicy.Prompt({ name, requestable: true }), 0)
  }
  policy
    .get('consent')
    ?.checks.add(
      new interactionPolicy.Check(
        'self_registered_client_prompt',
        'clients that registered themselves require End-User interaction',
        'interaction_required',
        ({ oidc: { client, result } }) =>
          client !== undefined && isSelfRegistered(client.clientId) && !result?.consent,
      ),
    )
  return policy
}
