import type { Command } from 'commander'
import { online } from '../action.ts'
import { described } from '../described_command.ts'
import { knownSecret } from '../terminal/ask.ts'
import { checkTable, failIfFailed } from '../terminal/checks.ts'
import { table } from '../terminal/table.ts'

type Placement = { weight?: number; capacity?: number | null }

export function addPdsCommands(program: Command): void {
  const pds = program.command('pds').description('The PDSes behind this entryway')

  described(pds, 'pds list').action(
    online(async (operator, output) => {
      const { pdses } = await operator('pds/list', {})
      output.result(pdses, (rows) =>
        table(
          ['DID', 'URL', 'address', 'accounts', 'capacity', 'weight', 'takes accounts'],
          rows.map((row) => [
            row.did,
            row.url,
            row.isEmbedded ? 'embedded' : row.address,
            row.accounts,
            row.capacity ?? 'no limit',
            row.weight,
            row.open,
          ]),
        ),
      )
    }),
  )

  described(pds, 'pds add').action(
    online<{ did?: string; address?: string; adminPassword?: string }>(
      async (operator, output, [url = ''], { did, address, adminPassword: given }) => {
        const pds = await operator('pds/look', {
          url,
          ...(did === undefined ? {} : { did }),
          ...(address === undefined ? {} : { address }),
        })
        const adminPassword = await knownSecret(
          'PDS_ADMIN_PASSWORD of the PDS',
          { given, variable: 'PDS_ADMIN_PASSWORD' },
          output,
        )
        const added = await operator('pds/add', { ...pds, adminPassword })
        output.result(added, ({ checks }) => `${added.did} is added\n${checkTable(checks)}`)
        failIfFailed(added.checks)
      },
    ),
  )

  for (const [name, open] of [
    ['close', false],
    ['open', true],
  ] as const) {
    described(pds, `pds ${name}`).action(
      online<Placement>(async (operator, output, [which = ''], { weight, capacity }) => {
        const done = await operator('pds/place', {
          pds: which,
          open,
          ...(weight === undefined ? {} : { weight }),
          ...(capacity === undefined ? {} : { capacity }),
        })
        output.result({ ...done, open }, () =>
          open ? `${done.did} takes new accounts` : `${done.did} takes no new accounts`,
        )
      }),
    )
  }

  described(pds, 'pds remove').action(
    online(async (operator, output, [which = '']) => {
      const removed = await operator('pds/remove', { pds: which })
      output.result(removed, ({ did }) => `${did} is removed`)
      output.note(
        'A PDS that ENTRYWAY_PDS_URL names comes back with the next start, and so does the PDS inside where there is no other.',
      )
    }),
  )

  described(pds, 'pds check').action(
    online(async (operator, output) => {
      const { checks } = await operator('pds/check', {})
      output.result(checks, checkTable)
      failIfFailed(checks)
    }),
  )
}
