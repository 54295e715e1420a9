import type { Command } from 'commander'
import { printableLine } from '../../base/values/printable.ts'
import { online } from '../action.ts'
import { described } from '../described_command.ts'
import { askForPassword, newPassword, type PasswordOptions } from '../terminal/ask.ts'
import { pagesOf, when } from '../terminal/output.ts'
import { sheet, table } from '../terminal/table.ts'
import { addAccountChangeCommands } from './account_changes.ts'
import { addCompareCommand } from './account_compare.ts'

/** Accounts that the program is asked for at once; it may have to ask each how it stands. */
const AT_ONCE = 100

export function addAccountCommands(program: Command): void {
  const account = program.command('account').description('Accounts of this entryway')

  described(account, 'account list').action(
    online<{ search?: string; standing?: boolean }>(async (operator, output, _args, options) => {
      const { search, standing = false } = options
      const pages = pagesOf(async (after: string | undefined) => {
        const { accounts, next } = await operator('account/list', {
          ...{ standing, limit: AT_ONCE },
          ...(search !== undefined && { search }),
          ...(after !== undefined && { after }),
        })
        return { rows: accounts, next }
      })
      await output.list(pages, (rows) =>
        table(
          ['handle', 'DID', ...(standing ? ['standing'] : []), 'e-mail', 'PDS', 'created'],
          rows.map((row) => [
            ...[row.handle, row.did, ...(standing ? [row.standing] : [])],
            ...[row.email, row.pdsDid, when(row.createdAt)],
          ]),
        ),
      )
    }),
  )

  described(account, 'account show').action(
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
          'invited by': found.invitedBy && (found.invitedBy.handle ?? found.invitedBy.did),
          invited: found.invited,
          'the last of them': found.newestInvited
            .map(({ handle, did }) => handle ?? did)
            .join('\n'),
        }),
      )
    }),
  )

  described(account, 'account create')
    .addOption(askForPassword())
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

  addAccountChangeCommands(account)
  addCompareCommand(account)

  described(account, 'account audit').action(
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

/** What is known of an event, one a line. */
export function details(detail: Record<string, unknown>): string {
  return Object.entries(detail)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}: ${printableLine(String(value))}`)
    .join('\n')
}
