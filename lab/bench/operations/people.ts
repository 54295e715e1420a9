import { type Credentials, headlessSignUp, newCredentials } from '../../clients/headless_sign_in.ts'

/** How many sign up at a time. */
const SIGN_UPS = 8

/** Signs up accounts for the operations to use. */
export async function signUpPeople(origin: string, count: number): Promise<Credentials[]> {
  const people = Array.from({ length: count }, () => newCredentials('bench'))
  for (let i = 0; i < count; i += SIGN_UPS) {
    await Promise.all(people.slice(i, i + SIGN_UPS).map((person) => headlessSignUp(origin, person)))
  }
  return people
}
