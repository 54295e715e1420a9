import type { Command } from 'commander'
import { online } from '../action.ts'
import { knownSecret } from '../ask.ts'
import { checkTable, failIfFailed } from '../checks.ts'
import { table } from '../table.ts'

type Placement = { weight?: number; capacity?: string }

export function addPdsCommands(program: Command): void {
  const pds = program.command('pds').description('The PDSes behind this entryway')

  pds
    .command('list')
    .description('List them')
    .action(
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

  pds
    .command('add')
    .description(
      'Put a PDS behind this entryway, or change what is known of one, once it takes the password',
    )
    .argument('<url>', 'its public URL, or host name; may be that of the entryway')
    .option(
      '--address <url>',
      'where the entryway reaches it; what is known, or its public URL, unless given',
    )
    .option('--did <did>', 'its DID; it is asked for it unless given')
    .option(
      '--admin-password <password>',
      'its PDS_ADMIN_PASSWORD (other users of this machine can see it); asked for, or taken from the environment, unless given',
    )
    .action(
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

  for (const [name, open, description] of [
    ['close', false, 'Let a PDS take no new accounts'],
    ['open', true, 'Let a PDS take new accounts'],
  ] as const) {
    pds
      .command(name)
      .description(description)
      .argument('<pds>', 'DID, URL or host name')
      .option('--weight <n>', 'its share of new accounts, relative to the others', Number)
      .option('--capacity <n>', 'how many accounts it takes at most; `none` for no limit')
      .action(
        online<Placement>(async (operator, output, [which = ''], { weight, capacity }) => {
          const done = await operator('pds/place', {
            pds: which,
            open,
            ...(weight === undefined ? {} : { weight }),
            ...(capacity === undefined
              ? {}
              : { capacity: capacity === 'none' ? null : Number(capacity) }),
          })
          output.result({ ...done, open }, () =>
            open ? `${done.did} takes new accounts` : `${done.did} takes no new accounts`,
          )
        }),
      )
  }

  pds
    .command('remove')
    .description('Take a PDS away that holds no accounts any more')
    .argument('<pds>', 'DID, URL or host name')
    .action(
      online(async (operator, output, [which = '']) => {
        const removed = await operator('pds/remove', { pds: which })
        output.result(removed, ({ did }) => `${did} is removed`)
        output.note(
          'One that ENTRYWAY_PDS_URL names comes back with the next start; so does the embedded one where it is the only one.',
        )
      }),
    )
}
