import type { Command } from 'commander'
import { online } from '../action.ts'
import { assertMeant, newPassword, type PasswordOptions } from '../ask.ts'
import { sheet, table, when } from '../output.ts'
import { addCompareCommand } from './account_compare.ts'

type ResetOptions = PasswordOptions & { keepAppPasswords?: boolean }

const ACCOUNT = 'handle, DID or e-mail address'

export function addAccountCommands(program: Command): void {
  const account = program.command('account').description('Accounts of this entryway')

  account
    .command('list')
    .description('List accounts')
    .option('--search <text>', 'only those whose handle or e-mail address contains it')
    .action(
      online<{ search?: string }>(async (operator, output, _args, { search }) => {
        const accounts: Awaited<ReturnType<typeof page>>['accounts'] = []
        const page = (after: string) =>
          operator('account/list', { after, ...(search === undefined ? {} : { search }) })
        for (let after: string | null = ''; after !== null; ) {
          const answer = await page(after)
          accounts.push(...answer.accounts)
          after = answer.next
        }
        output.result(accounts, (rows) =>
          table(
            ['handle', 'DID', 'e-mail', 'PDS', 'created'],
            rows.map((row) => [row.handle, row.did, row.email, row.pdsDid, when(row.createdAt)]),
          ),
        )
      }),
    )

  account
    .command('show')
    .description('Show one account')
    .argument('<account>', ACCOUNT)
    .action(
      online(async (operator, output, [name = '']) => {
        output.result(await operator('account/show', { account: name }), (found) =>
          sheet({
            DID: found.did,
            handle: found.handle,
            'e-mail': found.email,
            'e-mail confirmed': when(found.emailConfirmedAt) || 'no',
            'sign-in code by mail': found.emailAuthFactor,
            PDS: found.pdsDid,
            created: when(found.createdAt),
            deactivated: when(found.deactivatedAt) || 'no',
            'to be deleted': when(found.deleteAfter) || 'no',
            'taken down': found.takedownRef ?? 'no',
            sessions: found.sessions,
            'app passwords': found.appPasswords,
            'invited with': found.invitedWith,
          }),
        )
      }),
    )

  account
    .command('create')
    .description('Create an account; its password is generated unless asked for')
    .argument('<handle>')
    .argument('<email>')
    .option('--ask', 'ask for the password')
    .option('--password <password>', 'the password (other users of this machine can see it)')
    .action(
      online<PasswordOptions>(async (operator, output, [handle = '', email = ''], options) => {
        const { password, generated } = await newPassword(options, output)
        const created = await operator('account/create', { handle, email, password })
        output.result(
          { did: created.did, handle: created.handle, ...(generated ? { password } : {}) },
          (row) => sheet(row),
        )
      }),
    )

  account
    .command('reset-password')
    .description('Set a new password and sign out everywhere; it is generated unless asked for')
    .argument('<account>', ACCOUNT)
    .option('--keep-app-passwords', 'keep the app passwords, which end otherwise')
    .option('--ask', 'ask for the password')
    .option('--password <password>', 'the password (other users of this machine can see it)')
    .action(
      online<ResetOptions>(async (operator, output, [name = ''], options) => {
        const { password, generated } = await newPassword(options, output)
        const changed = await operator('account/reset-password', {
          account: name,
          password,
          keepAppPasswords: options.keepAppPasswords ?? false,
        })
        output.result({ ...changed, ...(generated ? { password } : {}) }, (row) => sheet(row))
      }),
    )

  account
    .command('takedown')
    .description('Take an account down, here and on its PDS, or lift that')
    .argument('<account>', ACCOUNT)
    .option('--ref <text>', 'what to remember of the reason', 'operator')
    .option('--lift', 'lift the takedown')
    .action(
      online<{ ref: string; lift?: boolean }>(async (operator, output, [name = ''], options) => {
        const ref = options.lift ? null : options.ref
        const done = await operator('account/take-down', { account: name, ref })
        output.result({ ...done, takedownRef: ref }, ({ handle, did }) =>
          ref === null ? `${handle ?? did} is back` : `${handle ?? did} is taken down`,
        )
      }),
    )

  account
    .command('delete')
    .description('Delete an account, here and on its PDS, for good')
    .argument('<account>', ACCOUNT)
    .option('--yes', 'do not ask')
    .action(
      online<{ yes?: boolean }>(async (operator, output, [name = ''], { yes }) => {
        const { did, handle } = await operator('account/show', { account: name })
        await assertMeant(`Delete ${handle ?? did} with everything on its PDS, for good?`, yes)
        const deleted = await operator('account/delete', { account: did })
        output.result(deleted, () => `${handle ?? did} is deleted`)
      }),
    )

  addCompareCommand(account)

  account
    .command('audit')
    .description('What happened to an account, the newest first; kept for 90 days')
    .argument('<account>', ACCOUNT)
    .option('--limit <n>', 'how many entries', Number, 50)
    .action(
      online<{ limit: number }>(async (operator, output, [name = ''], { limit }) => {
        const { entries } = await operator('account/audit', { account: name, limit })
        output.result(entries, (rows) =>
          table(
            ['when (UTC)', 'what', 'detail'],
            rows.map(({ at, event, detail }) => [when(at), event, details(detail)]),
          ),
        )
      }),
    )
}

function details(detail: Record<string, unknown>): string {
  return Object.entries(detail)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}
