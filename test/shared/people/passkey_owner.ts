import type { AppInProcess } from '../../../lab/world/app/app.ts'
import { SoftAuthenticator } from '../../../lab/world/browser/passkeys.ts'
import { addPasskey, newPasskeyOptions } from '../../../sagas/factors/passkeys.ts'
import { newChallenge } from '../../../sagas/sign_in/passkey_challenge.ts'
import { signInNow } from '../account_state.ts'
import { servicesOf } from '../services.ts'
import { newPerson, type Person } from './person.ts'
import type { Seen } from './visitor.ts'

export type Owner = Person & {
  authenticator: SoftAuthenticator
  recoveryCodes: string[]
}

/** Somebody new who has a passkey. */
export async function newOwner(
  app: AppInProcess,
  authenticator = new SoftAuthenticator(app.runner.settings.publicUrl),
): Promise<Owner> {
  const person = await newPerson(app)
  const recoveryCodes = await givePasskey(app, person.did, authenticator)
  return { ...person, authenticator, recoveryCodes }
}

/** @returns the recovery codes that came with it */
async function givePasskey(
  app: AppInProcess,
  did: string,
  authenticator: SoftAuthenticator,
): Promise<string[]> {
  const services = servicesOf(app)
  const challenge = newChallenge()
  const response = authenticator.create(await newPasskeyOptions(services, did, challenge))
  const basis = await signInNow(app.actors.account(did))
  const given = { response, challenge, name: 'Phone' }
  return (await addPasskey(services, did, given, basis)).recoveryCodes ?? []
}

/** What a page asks of the browser. */
export function asked({ text }: Pick<Seen, 'text'>) {
  const [, options] = /data-passkey="([^"]*)"/.exec(text) ?? []
  if (!options) throw new Error('The page asks for no passkey')
  return JSON.parse(options.replaceAll('&quot;', '"').replaceAll('&amp;', '&'))
}

/** What its script sends. */
export const answerOf = (response: object) => ({ passkey: JSON.stringify(response) })
