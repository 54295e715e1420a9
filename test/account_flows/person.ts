import { newHeadlessBrowser } from '../../lab/clients/headless_browser.ts'
import { type Credentials, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import type { Network } from '../../lab/world/network.ts'

/** The account as the provider's pages show it. */
export type ShownAccount = {
  did: string
  handle: string
  email: string
  emailVerified: boolean
  deactivated: boolean
}

/** Somebody on the account page, over HTTP, as its script does. */
export type Person = Credentials & {
  did: string
  /** Calls the provider's own API from the account page. @throws Error with the answer */
  call: <T = unknown>(endpoint: string, input?: object) => Promise<T>
  /** Reads from it. @param endpoint with its query */
  read: <T = unknown>(endpoint: string) => Promise<T>
  /** The code of the newest mail to `to` that `subject` fits. */
  code: (subject: RegExp, to?: string) => Promise<string>
}

type Entryway = Pick<Network, 'url' | 'smtp'>

/** Signs somebody new up; they stay signed in on their device. */
export async function join(network: Entryway, name: string): Promise<Person> {
  const credentials = newCredentials(name)
  const browser = newHeadlessBrowser(network.url)
  const page = `${network.url}/account`
  const call = <T>(endpoint: string, input: object = {}) =>
    browser.callApi<T>(page, endpoint, input)
  const { account } = await call<{ account: ShownAccount }>('sign-up', {
    locale: 'en',
    ...credentials,
  })
  return {
    ...credentials,
    did: account.did,
    call,
    read: (endpoint) => browser.readApi(page, endpoint),
    code: async (subject, to = credentials.email) => {
      const mail = await network.smtp.waitForMail(
        to,
        (each) =>
          subject.test(each.subject ?? '') && /[A-Z2-7]{5}-[A-Z2-7]{5}/.test(each.text ?? ''),
      )
      network.smtp.mails.splice(network.smtp.mails.indexOf(mail), 1)
      const [code] = mail.text?.match(/[A-Z2-7]{5}-[A-Z2-7]{5}/) ?? []
      if (!code) throw new Error(`No code in: ${mail.text}`)
      return code
    },
  }
}

/** Signs in on a device of its own. @throws Error with the provider's answer */
export async function signInAs(
  { url }: Pick<Network, 'url'>,
  username: string,
  password: string,
): Promise<ShownAccount> {
  const { account } = await newHeadlessBrowser(url).callApi<{ account: ShownAccount }>(
    `${url}/account`,
    'sign-in',
    { locale: 'en', username, password },
  )
  return account
}
