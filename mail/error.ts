import { codeOf } from '../base/values/fault_code.ts'

/**
 * A mail was not sent. The message names the kind of mail and the reason's code (`ECONNREFUSED`,
 * `EENVELOPE`, …), never a recipient or a token; the reason is the `cause`.
 */
export class MailError extends Error {
  override readonly name = 'MailError'

  constructor(kind: string, cause: unknown) {
    super(`Could not send mail (${kind}): ${codeOf(cause) || 'unknown reason'}`, { cause })
  }
}

/** What an error of nodemailer or the file system says that is worth keeping. */
const DETAILS = ['code', 'syscall', 'command', 'responseCode', 'permanent']

/** A mail address, as servers quote it. */
const ADDRESS = /[^\s<>()[\]"',;:]+@[^\s<>()[\]"',;:]+/g

/**
 * Copies an error without what of a mail may not get into the log, its recipients included: a server may quote
 * the mail or the address that it turns down, and nodemailer attaches each answer to the error.
 *
 * @param secret of the mail, if it has one
 */
export function withoutSecrets(error: unknown, secret: string | null): unknown {
  if (!(error instanceof Error)) return error
  const clean = (text: string) => {
    const redacted = secret === null ? text : text.replaceAll(secret, '[redacted]')
    return redacted.replaceAll(ADDRESS, '[address]')
  }
  const copy = new Error(clean(error.message))
  copy.stack = clean(error.stack ?? '')
  const kept = Object.entries(error).filter(([key]) => DETAILS.includes(key))
  return Object.assign(copy, Object.fromEntries(kept))
}
