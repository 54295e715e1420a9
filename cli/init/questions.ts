import { usualHandleDomain } from '../../base/settings/settings.ts'
import { isSettingRight } from '../right_setting.ts'
import type { Output } from '../terminal/output.ts'
import { confirm, input, password } from '../terminal/prompts.ts'
import { composeSmtpUrl, tryMail, tryPdsPassword } from './tries.ts'

/** Settings by their variables; an empty one was asked for and is not wanted. */
export type Known = Record<string, string>

type Question = {
  variable: string
  /** Asks until the answer is right. */
  ask(known: Known, output: Output): Promise<string>
  isNeeded?(known: Known): boolean
}

const hasPds = (known: Known) => Boolean(known.ENTRYWAY_PDS_URL)
const isOneName = (known: Known) => known.ENTRYWAY_PDS_URL === known.ENTRYWAY_PUBLIC_URL
/** Where handles are: at the PDS, which is this program unless another one is named. */
export const handleHost = (known: Known) =>
  new URL((known.ENTRYWAY_PDS_URL || known.ENTRYWAY_PUBLIC_URL) as string)
const hasMail = (known: Known) => Boolean(known.ENTRYWAY_SMTP_URL)

/** In the order in which they are asked; each answer is checked when it is given. */
export const QUESTIONS: readonly Question[] = [
  {
    variable: 'ENTRYWAY_PUBLIC_URL',
    ask: (known) =>
      askFor('ENTRYWAY_PUBLIC_URL', known, {
        message: 'Public address of this server, such as https://pds.example.com',
        initial: 'https://',
      }),
  },
  {
    variable: 'ENTRYWAY_PDS_URL',
    ask: (known) =>
      askFor('ENTRYWAY_PDS_URL', known, {
        message: 'Public address of a PDS that is there already (empty: one runs inside)',
        initial: '',
        optional: true,
      }),
  },
  {
    variable: 'ENTRYWAY_PDS_ADDRESS',
    isNeeded: isOneName,
    ask: (known) =>
      askFor('ENTRYWAY_PDS_ADDRESS', known, {
        message: 'Where the PDS itself listens; it need not run yet',
        initial: 'http://127.0.0.1:3000',
      }),
  },
  {
    variable: 'ENTRYWAY_PDS_ADMIN_PASSWORD',
    isNeeded: hasPds,
    ask: ({ ENTRYWAY_PDS_URL: url, ENTRYWAY_PDS_ADDRESS: address = url }) =>
      password({
        message: `PDS_ADMIN_PASSWORD of ${url}`,
        validate: (answer) => tryPdsPassword(address as string, answer),
      }),
  },
  {
    variable: 'ENTRYWAY_HANDLE_DOMAINS',
    ask: (known) =>
      askFor('ENTRYWAY_HANDLE_DOMAINS', known, {
        message: 'Handles end in (several with commas)',
        initial: usualHandleDomain(handleHost(known)),
      }),
  },
  {
    variable: 'ENTRYWAY_INVITE_REQUIRED',
    ask: async () => String(await confirm('Do people need an invite code to sign up?', true)),
  },
  { variable: 'ENTRYWAY_SMTP_URL', ask: askForMailServer },
  {
    variable: 'ENTRYWAY_EMAIL_FROM',
    isNeeded: hasMail,
    ask: (known) =>
      askFor('ENTRYWAY_EMAIL_FROM', known, {
        message: 'Sender of mails',
        initial: `noreply@${new URL(known.ENTRYWAY_PUBLIC_URL as string).hostname}`,
      }),
  },
  {
    variable: 'ENTRYWAY_DATA_DIR',
    ask: (known) =>
      askFor('ENTRYWAY_DATA_DIR', known, {
        message: 'Folder for data and keys',
        initial: './data',
      }),
  },
]

function askFor(
  variable: string,
  known: Known,
  { message, initial, optional }: { message: string; initial: string; optional?: boolean },
): Promise<string> {
  return input({
    message,
    initial,
    validate: (answer) => {
      if (answer === '') return optional === true || 'It is needed'
      return isSettingRight(variable, answer, known)
    },
  })
}

/** Asks for the parts, so that the password is not shown. */
async function askForMailServer(_known: Known, output: Output): Promise<string> {
  for (;;) {
    const server = await input({
      message: 'Mail server, such as mail.example.com (empty: mails are written to files)',
      validate: (answer) => answer === '' || isServer(answer),
    })
    if (server === '') return ''
    const user = await input({ message: 'User name there (empty: none)' })
    const secret = user === '' ? '' : await password({ message: `Password of ${user}` })
    const url = composeSmtpUrl(server, user, secret)
    const trouble = await tryMail(url)
    if (trouble === null) return url
    output.note(`${server} did not take that: ${trouble}`)
    if (await confirm('Keep it all the same?', false)) return url
  }
}

function isServer(answer: string): true | string {
  return (
    isSettingRight('ENTRYWAY_SMTP_URL', composeSmtpUrl(answer, '', ''), {}) === true ||
    'A host name, with :port if it is another, or smtp://host:port'
  )
}
