import type { Command } from 'commander'
import { online } from '../action.ts'
import { described } from '../described_command.ts'
import { CliError, ExitCode } from '../errors.ts'
import { pagesOf, when } from '../terminal/output.ts'
import { table } from '../terminal/table.ts'

export function addInviteCommands(program: Command): void {
  const invite = program.command('invite').description('Invite codes')

  described(invite, 'invite create').action(
    online<{ count: number; uses: number; for?: string }>(
      async (operator, output, _args, { count, uses, for: account }) => {
        const { codes } = await operator('invite/create', {
          count,
          uses,
          ...(account === undefined ? {} : { account }),
        })
        output.result(codes, (lines) => lines.join('\n'))
      },
    ),
  )

  described(invite, 'invite list').action(
    online<{ usable?: boolean; of?: string }>(
      async (operator, output, _args, { usable = false, of: account }) => {
        const pages = pagesOf(async (after: string | undefined) => {
          const asked = { usable, ...(account && { account }), ...(after && { after }) }
          const { codes, next } = await operator('invite/list', asked)
          return { rows: codes, next }
        })
        await output.list(pages, (rows) =>
          table(
            ['code', 'used', 'of', 'disabled', 'for', 'used by', 'created'],
            rows.map((row) => [
              ...[row.code, row.used, row.availableUses, row.disabled],
              row.forHandle ?? row.forAccount,
              row.uses.map(({ handle, usedBy }) => handle ?? usedBy).join('\n'),
              when(row.createdAt),
            ]),
          ),
        )
      },
    ),
  )

  described(invite, 'invite disable').action(
    online<{ of?: string[] }>(async (operator, output, codes, { of: accounts = [] }) => {
      if (codes.length + accounts.length === 0) {
        throw new CliError('Name codes, or accounts with --of', ExitCode.wrongUsage)
      }
      await operator('invite/disable', { codes, accounts })
      output.result({ codes, accounts }, () => 'They can no longer be used')
    }),
  )
}
