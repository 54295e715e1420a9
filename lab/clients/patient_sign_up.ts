import { until } from '../world/until.ts'
import { type Credentials, headlessSignUp, newCredentials } from './headless_sign_in.ts'

/**
 * Signs somebody new up where the answer may be 503 for a while, as on an engine whose actors are still to start. Each
 * attempt is for another handle: the one before may be carried out yet.
 *
 * @param name starts the handle
 * @throws {Error} after two minutes, with the last refusal as its cause
 */
export function patientSignUp(origin: string, name: string): Promise<Credentials> {
  const attempt = async () => {
    const credentials = newCredentials(name)
    await headlessSignUp(origin, credentials)
    return credentials
  }
  return until(attempt, 'Nobody could sign up')
}
