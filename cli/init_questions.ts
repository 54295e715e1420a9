import { confirm, input, password } from '@inquirer/prompts'
import { describePds } from '../pds/describe.ts'
import { warnOfArguments } from './ask.ts'
import { CliError, ExitCode } from './errors.ts'
import type { Output } from './output.ts'

/** What `init` wants to know, by the names of its options. */
export type Answers = {
  url: string
  host: string
  port: string
  dataDir: string
  handleDomains: string
  pdsUrl: string
  pdsDid: string
  pdsAdminPassword: string
  plcUrl: string
  open: boolean
  smtpUrl: string
  emailFrom: string
  dev: boolean
}

/** The settings as environment variables, from options alone. @throws {CliError} */
export async function settingsFromOptions(
  options: Partial<Answers>,
  output: Output,
): Promise<Record<string, string>> {
  if (options.url === undefined) {
    throw new CliError('--yes needs at least --url', ExitCode.wrongUsage)
  }
  if (options.pdsAdminPassword !== undefined) warnOfArguments(output)
  return toVariables({
    ...options,
    pdsAdminPassword:
      options.pdsAdminPassword ?? (options.pdsUrl ? process.env.PDS_ADMIN_PASSWORD : undefined),
  })
}

/** Asks for what the options leave open. */
export async function askForSettings(
  options: Partial<Answers>,
  output: Output,
): Promise<Record<string, string>> {
  if (!process.stdin.isTTY) {
    throw new CliError('Nobody to ask: this is no terminal; use --yes', ExitCode.wrongUsage)
  }
  if (options.pdsAdminPassword !== undefined) warnOfArguments(output)
  const ask = async (given: string | undefined, message: string, initial = '', validate = any) =>
    given ?? (await input({ message, default: initial, prefill: 'editable', validate }))

  const url = await ask(options.url, 'Public address of the entryway', 'https://', webAddress)
  const { hostname } = new URL(url)
  const handleDomains = await ask(options.handleDomains, 'Handles end in', `.${hostname}`)
  const pdsUrl = await ask(
    options.pdsUrl,
    'Address of the PDS behind it (empty for later)',
    '',
    (v) => (v === '' ? true : webAddress(v)),
  )
  const pdsAdminPassword =
    options.pdsAdminPassword ??
    (pdsUrl && (await password({ message: 'PDS_ADMIN_PASSWORD of that PDS', mask: '*' })))
  const open =
    options.open ??
    !(await confirm({ message: 'Do people need an invite code to sign up?', default: true }))
  const smtpUrl = await ask(
    options.smtpUrl,
    'Mail server, smtps://user:password@host (empty: mails are written to files)',
  )
  const emailFrom =
    smtpUrl && (await ask(options.emailFrom, 'Sender of mails', `noreply@${hostname}`))
  const dataDir = await ask(options.dataDir, 'Folder for data and keys', './data')
  return toVariables({
    ...options,
    url,
    handleDomains,
    pdsUrl,
    pdsAdminPassword,
    open,
    smtpUrl,
    emailFrom,
    dataDir,
  })
}

async function toVariables(
  answers: { [K in keyof Answers]?: Answers[K] | undefined },
): Promise<Record<string, string>> {
  const { pdsUrl } = answers
  const variables = {
    ENTRYWAY_PUBLIC_URL: answers.url,
    // TLS is a proxy's work, on the same machine unless told otherwise.
    ENTRYWAY_HOST: answers.host ?? '127.0.0.1',
    ENTRYWAY_PORT: answers.port,
    ENTRYWAY_DATA_DIR: answers.dataDir,
    ENTRYWAY_HANDLE_DOMAINS: answers.handleDomains,
    ENTRYWAY_PDS_URL: pdsUrl,
    ENTRYWAY_PDS_DID: answers.pdsDid ?? (pdsUrl && (await describePds(pdsUrl)).did),
    ENTRYWAY_PDS_ADMIN_PASSWORD: answers.pdsAdminPassword,
    ENTRYWAY_PLC_URL: answers.plcUrl,
    ENTRYWAY_INVITE_REQUIRED: answers.open ? 'false' : 'true',
    ENTRYWAY_SMTP_URL: answers.smtpUrl,
    ENTRYWAY_EMAIL_FROM: answers.emailFrom,
    ENTRYWAY_DEV: answers.dev ? '1' : undefined,
  }
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => Boolean(entry[1])),
  )
}

const any = (_answer: string): true | string => true

function webAddress(answer: string): true | string {
  const isOne = URL.canParse(answer) && new URL(answer).hostname !== ''
  return isOne || 'An address such as https://entryway.example.com'
}
