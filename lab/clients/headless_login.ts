import { type Credentials, type HeadlessOptions, headlessSignIn } from './headless_sign_in.ts'
import type { OAuthApp } from './oauth_app.ts'
import { finishLogin, type OAuthSession, startLogin } from './oauth_session.ts'

/** Signs somebody in to an app, over HTTP as the pages do, and grants what it asks for. */
export async function headlessLogin(
  app: OAuthApp,
  person: Credentials,
  options?: HeadlessOptions,
): Promise<OAuthSession> {
  const login = await startLogin(app)
  return finishLogin(app, login, await headlessSignIn(login.url, person, options))
}
