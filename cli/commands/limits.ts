import type { Command } from 'commander'
import { online } from '../action.ts'
import { described } from '../described_command.ts'
import { when } from '../terminal/output.ts'
import { table } from '../terminal/table.ts'

export function addLimitsCommands(program: Command): void {
  const limits = program.command('limits').description('Rate limits that are in force now')

  described(limits, 'limits list').action(
    online<{ search?: string; limit: number }>(
      async (operator, output, _args, { search, limit }) => {
        const found = await operator('limits/list', { search, limit })
        output.result(found.limits, (rows) =>
          table(
            ['id', 'limit', 'whom', 'used', 'of', 'until (UTC)'],
            rows.map((row) => [
              ...[row.id, row.limit, row.whom, row.used, row.of, when(row.resetsAt)],
            ]),
          ),
        )
      },
    ),
  )

  described(limits, 'limits lift').action(
    online(async (operator, output, [id = '']) => {
      const lifted = await operator('limits/lift', { id })
      output.result(lifted, ({ limit, whom }) => `Lifted for ${whom}: ${limit}`)
    }),
  )
}
