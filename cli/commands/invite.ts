import type { Command } from 'commander'
import { online } from '../action.ts'
import { CliError, ExitCode } from '../errors.ts'
import { when } from '../output.ts'
import { table } from '../table.ts'

export function addInviteCommands(program: Command): void {
  const invite = program.command('invite').description('Invite codes')

  invite
    .command('create')
    .description('Make invite codes')
    .option('--count <n>', 'how many codes', Number, 1)
    .option('--uses <n>', 'how many sign-ups each is good for', Number, 1)
    .option('--for <account>', 'whose codes they are')
    .action(
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

  invite
    .command('list')
    .description('List invite codes')
    .option('--usable', 'only those that can still be used')
    .action(
      online<{ usable?: boolean }>(async (operator, output, _args, { usable }) => {
        const { codes } = await operator('invite/list', {})
        const wanted = codes.filter(
          (code) => !usable || (!code.disabled && code.uses.length < code.availableUses),
        )
        output.result(wanted, (rows) =>
          table(
            ['code', 'used', 'of', 'disabled', 'for', 'created'],
            rows.map((row) => [
              row.code,
              row.uses.length,
              row.availableUses,
              row.disabled,
              row.forAccount,
              when(row.createdAt),
            ]),
          ),
        )
      }),
    )

  invite
    .command('disable')
    .description('Take invite codes out of use')
    .argument('[codes...]')
    .option('--of <account...>', 'all codes of these accounts')
    .action(
      online<{ of?: string[] }>(async (operator, output, codes, { of: accounts = [] }) => {
        if (codes.length + accounts.length === 0) {
          throw new CliError('Name codes, or accounts with --of', ExitCode.wrongUsage)
        }
        await operator('invite/disable', { codes, accounts })
        output.result({ codes, accounts }, () => 'They can no longer be used')
      }),
    )
}
