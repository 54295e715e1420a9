import type { Command } from 'commander'
import type { CommandInput } from '../../operator/commands/index.ts'
import { online } from '../action.ts'
import { described } from '../described_command.ts'
import { when } from '../terminal/output.ts'
import { table } from '../terminal/table.ts'
import { details } from './account.ts'

export function addTrailCommand(program: Command): void {
  described(program, 'trail')
    .summary('What happened, and what operators did')
    .action(
      online<CommandInput<'trail'>>(async (operator, output, _args, options) => {
        const { event, account, by, search, address, since, until, limit } = options
        const given = { event, account, by, search, address, since, until, limit }
        const { events } = await operator('trail', given)
        output.result(events, (rows) =>
          table(
            ['when (UTC)', 'what', 'account', 'who', 'from', 'detail'],
            rows.map((row) => [
              ...[
                when(row.at),
                row.event,
                row.account?.handle ?? row.account?.did,
                row.operator,
                row.address,
              ],
              details(row.detail),
            ]),
          ),
        )
      }),
    )
}
