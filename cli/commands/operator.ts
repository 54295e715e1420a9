import type { Command } from 'commander'
import { online } from '../action.ts'
import { described } from '../described.ts'
import { when } from '../output.ts'
import { sheet, table } from '../table.ts'

export function addOperatorCommands(program: Command): void {
  described(program, 'overview').action(
    online(async (operator, output) => {
      output.result(await operator('overview', {}), (found) =>
        sheet({
          version: found.version,
          address: found.url,
          'runs since': when(found.since),
          ...(found.signIns && {
            'sign-ins since then': `${found.signIns.succeeded}, and ${found.signIns.failed} that failed`,
          }),
          accounts: found.accounts,
          PDSes: found.pdses.length,
          'mail server': found.mail ?? 'none',
          'last good backup':
            found.backups === null ? 'none is made' : when(found.backups.lastAt) || 'none yet',
          'free disk': `${(found.disk.free / 1e9).toFixed(1)} of ${(found.disk.total / 1e9).toFixed(1)} GB`,
          missing: found.missing.join('\n'),
        }),
      )
    }),
  )

  const operators = program
    .command('operator')
    .description("Who may use the operator's page, `/operator`")

  described(operators, 'operator add').action(
    online(async (operator, output, [name = '']) => {
      const added = await operator('operator/add', { account: name })
      output.result(added, ({ did, handle, isNew, page }) =>
        [
          `${handle ?? did} ${isNew ? 'is an operator' : 'was an operator already'}`,
          ...(page === null ? [] : [`The page is ${page}`]),
        ].join('\n'),
      )
      if (!added.hasFactor) {
        output.note(
          'The account signs in with a password alone. It cannot come in before its owner adds a passkey or a second factor on the security page.',
        )
      }
      if (added.page === null) output.note('The page is off (ENTRYWAY_OPERATOR_PAGE).')
    }),
  )

  described(operators, 'operator list').action(
    online(async (operator, output) => {
      const { operators: all } = await operator('operator/list', {})
      output.result(all, (rows) =>
        table(
          ['handle', 'DID', 'since'],
          rows.map(({ handle, did, addedAt }) => [handle, did, when(addedAt)]),
        ),
      )
    }),
  )

  described(operators, 'operator remove').action(
    online(async (operator, output, [name = '']) => {
      const removed = await operator('operator/remove', { account: name })
      output.result(removed, ({ did, handle }) => `${handle ?? did} is no operator any more`)
    }),
  )

  described(operators, 'operator link').action(
    online(async (operator, output) => {
      output.result(await operator('operator/link', {}), ({ url }) => url)
    }),
  )
}
