import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { online } from '../action.ts'
import { assertMeant } from '../ask.ts'
import { CliError, ExitCode } from '../errors.ts'
import { when } from '../output.ts'
import { table } from '../table.ts'

const ID = 'its client_id'

export function addClientCommands(program: Command): void {
  const client = program
    .command('client')
    .description('OAuth clients that publish no metadata of their own')

  client
    .command('add')
    .description('Register a client, or change its metadata')
    .argument('<id>', `${ID}, an https URL without a path, such as https://app.example.com`)
    .argument('<file>', 'its metadata as JSON (RFC 7591)')
    .action(
      online(async (operator, output, [id = '', file = '']) => {
        const metadata = await readMetadata(file)
        const added = await operator('client/add', { id, metadata })
        output.result(added, () => `${id} is registered`)
      }),
    )

  client
    .command('list')
    .description('List the registered clients')
    .action(
      online(async (operator, output) => {
        const { clients } = await operator('client/list', {})
        output.result(clients, (rows) =>
          table(
            ['id', 'name', 'registered'],
            rows.map(({ id, metadata, registeredAt }) => [
              ...[id, String(metadata.client_name ?? ''), when(registeredAt)],
            ]),
          ),
        )
      }),
    )

  client
    .command('show')
    .description('Print the metadata of a registered client, as JSON')
    .argument('<id>', ID)
    .action(
      online(async (operator, output, [id = '']) => {
        const { metadata } = await operator('client/show', { id })
        output.result(metadata, (found) => JSON.stringify(found, null, 2))
      }),
    )

  client
    .command('remove')
    .description('Forget a registered client: sign-ins to it are refused, and its sessions end')
    .argument('<id>', ID)
    .option('--yes', 'do not ask')
    .action(
      online<{ yes?: boolean }>(async (operator, output, [id = ''], { yes }) => {
        await operator('client/show', { id })
        await assertMeant(`Forget ${id}? Everybody who is signed in to it is signed out.`, yes)
        const removed = await operator('client/remove', { id })
        output.result(removed, () => `${removed.id} is unknown from now on`)
      }),
    )
}

async function readMetadata(file: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (err) {
    throw new CliError(
      `${file} cannot be read as JSON: ${err instanceof Error ? err.message : err}`,
      ExitCode.wrongUsage,
    )
  }
}
