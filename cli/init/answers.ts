import { usualHandleDomain } from '../../base/settings/settings.ts'
import { CliError, ExitCode } from '../errors.ts'
import { warnOfArguments } from '../terminal/ask.ts'
import type { Output } from '../terminal/output.ts'
import { UnansweredError } from '../terminal/prompts.ts'
import { handleHost, type Known, QUESTIONS } from './questions.ts'
import { pdsDid } from './tries.ts'
import type { UnfinishedAnswers } from './unfinished_answers.ts'

/** What `init` wants to know, by the names of its options. */
export type Answers = {
  url: string
  host: string
  port: string
  dataDir: string
  handleDomains: string
  pdsUrl: string
  pdsAddress: string
  pdsDid: string
  pdsAdminPassword: string
  plcUrl: string
  open: boolean
  smtpUrl: string
  emailFrom: string
  dev: boolean
}

/** The settings from options alone. @throws {CliError} */
export async function settingsFromOptions(
  options: Partial<Answers>,
  output: Output,
): Promise<Known> {
  if (options.url === undefined) {
    throw new CliError('--yes needs at least --url', ExitCode.wrongUsage)
  }
  const known = toVariables(options, output)
  if (options.pdsUrl) known.ENTRYWAY_PDS_ADMIN_PASSWORD ??= process.env.PDS_ADMIN_PASSWORD ?? ''
  if (URL.canParse(known.ENTRYWAY_PDS_URL || options.url)) {
    known.ENTRYWAY_HANDLE_DOMAINS ??= usualHandleDomain(handleHost(known))
  }
  known.ENTRYWAY_INVITE_REQUIRED ??= 'true'
  return complete(known, output)
}

/**
 * Asks for what the options and earlier answers leave open; each answer is kept as it is given.
 *
 * @throws {CliError} when there is no terminal to ask on, or the person stops
 */
export async function askForSettings(
  options: Partial<Answers>,
  unfinished: UnfinishedAnswers,
  output: Output,
): Promise<Known> {
  if (!process.stdin.isTTY) {
    throw new CliError('There is no terminal to ask on; use --yes', ExitCode.wrongUsage)
  }
  const earlier = unfinished.read()
  if (Object.keys(earlier).length > 0) {
    output.note(`Going on where it stopped; to begin anew, remove ${unfinished.path}.`)
  }
  const known = { ...earlier, ...toVariables(options, output) }
  for (const { variable, isNeeded, ask } of QUESTIONS) {
    if (known[variable] !== undefined || isNeeded?.(known) === false) continue
    try {
      known[variable] = await ask(known, output)
    } catch (err) {
      if (!(err instanceof UnansweredError)) throw err
      throw new CliError('Stopped. The answers so far are kept: run it again to go on.')
    }
    await unfinished.keep(known)
  }
  return complete(known, output)
}

function toVariables(options: Partial<Answers>, output: Output): Known {
  if (options.pdsAdminPassword !== undefined || options.smtpUrl !== undefined) {
    warnOfArguments(output)
  }
  const variables = {
    ENTRYWAY_PUBLIC_URL: options.url,
    ENTRYWAY_HOST: options.host,
    ENTRYWAY_PORT: options.port,
    ENTRYWAY_DATA_DIR: options.dataDir,
    ENTRYWAY_HANDLE_DOMAINS: options.handleDomains,
    ENTRYWAY_PDS_URL: options.pdsUrl,
    ENTRYWAY_PDS_ADDRESS: options.pdsAddress,
    ENTRYWAY_PDS_DID: options.pdsDid,
    ENTRYWAY_PDS_ADMIN_PASSWORD: options.pdsAdminPassword,
    ENTRYWAY_PLC_URL: options.plcUrl,
    ENTRYWAY_INVITE_REQUIRED: options.open ? 'false' : undefined,
    ENTRYWAY_SMTP_URL: options.smtpUrl,
    ENTRYWAY_EMAIL_FROM: options.emailFrom,
    ENTRYWAY_DEV: options.dev ? '1' : undefined,
  }
  const given = Object.entries(variables).filter((entry) => entry[1] !== undefined)
  return Object.fromEntries(given as [string, string][])
}

/** Fills in what is not asked for, and leaves out what is not wanted. */
async function complete(known: Known, output: Output): Promise<Known> {
  // TLS is a proxy's work, on the same machine unless told otherwise.
  const all: Known = { ENTRYWAY_HOST: '127.0.0.1', ...known }
  if (all.ENTRYWAY_PDS_URL && !all.ENTRYWAY_PDS_DID && URL.canParse(all.ENTRYWAY_PDS_URL)) {
    const address = all.ENTRYWAY_PDS_ADDRESS || all.ENTRYWAY_PDS_URL
    const { did, isAnswered } = await pdsDid(all.ENTRYWAY_PDS_URL, address)
    all.ENTRYWAY_PDS_DID = did
    if (!isAnswered) {
      output.note(
        `${address} does not answer yet. Its DID is taken to be ${did}, as it is unless PDS_SERVICE_DID says otherwise; \`vestibule doctor\` looks again.`,
      )
    }
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
}
