import type { Command } from 'commander'
import { count } from '../../base/time/in_words.ts'
import type { CommandOutput } from '../../operator/commands/index.ts'
import { online } from '../action.ts'
import { described } from '../described_command.ts'
import { CliError } from '../errors.ts'
import { items } from '../terminal/table.ts'

type Difference = CommandOutput<'account/compare'>['differences'][number]

export function addCompareCommand(account: Command): void {
  described(account, 'account compare').action(
    online(async (operator, output) => {
      const differences: Difference[] = []
      let compared = 0
      for (let after: string | null = ''; after !== null; ) {
        const page: CommandOutput<'account/compare'> = await operator('account/compare', {
          after,
        })
        differences.push(...page.differences)
        compared += page.compared
        after = page.next
      }
      output.result({ compared, differences }, toLines)
      const left = differences.filter(({ mend }) => mend !== null).length
      if (left > 0)
        throw new CliError(
          `${left} of ${count(compared, 'account')} have to be mended, as said above`,
        )
    }),
  )
}

function toLines({ compared, differences }: { compared: number; differences: Difference[] }) {
  const found = differences.map((each) => `${each.handle ?? each.did}: ${each.found}`)
  const mends = differences
    .filter(({ mend }) => mend !== null)
    .map(({ did, handle, mend }) => `To mend ${handle ?? did}: ${mend}`)
  return [`${count(compared, 'account')} compared with their PDSes`, items([...found, ...mends])]
    .filter(Boolean)
    .join('\n')
}
