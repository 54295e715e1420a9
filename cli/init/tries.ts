import { webDid } from '../../base/values/did.ts'
import { verifySmtp } from '../../mail/verify_smtp.ts'
import { PdsClient } from '../../pds/client.ts'
import { describePds } from '../../pds/describe.ts'

/**
 * @param address where the PDS is reached
 * @returns true also when it does not answer yet; `doctor` tries it again
 */
export async function tryPdsPassword(
  address: string,
  adminPassword: string,
): Promise<true | string> {
  if (adminPassword === '') return 'It is needed'
  const pds = new PdsClient({ url: address, address, did: '', adminPassword })
  const refusal = await pds.refusalOfPassword().catch(() => null)
  return refusal === null || `The PDS does not take it: ${refusal.message}`
}

/** The DID that a PDS says it has, else the one that it has unless it is told otherwise. */
export async function pdsDid(
  url: string,
  address: string,
): Promise<{ did: string; isAnswered: boolean }> {
  try {
    return { did: (await describePds(address)).did, isAnswered: true }
  } catch {
    return { did: webDid(new URL(url)), isAnswered: false }
  }
}

/** With TLS from the start, unless the server is given with `smtp://`. */
export function composeSmtpUrl(server: string, user: string, password: string): string {
  const { protocol, host } = split(server)
  const credentials = user && `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`
  return `${protocol}//${credentials}${host}`
}

function split(server: string): { protocol: string; host: string } {
  const [protocol, host] = server.split('//')
  return host === undefined
    ? { protocol: 'smtps:', host: server }
    : { protocol: protocol ?? '', host }
}

/** Signs in to a mail server. @returns why not, or null */
export async function tryMail(smtpUrl: string): Promise<string | null> {
  return verifySmtp(smtpUrl).then(
    () => null,
    (err: Error) => err.message,
  )
}
