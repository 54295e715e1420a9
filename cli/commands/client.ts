import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { explainUnreadable, isThere } from '../../base/files/files.ts'
import { online } from '../action.ts'
import { described } from '../described_command.ts'
import { CliError, ExitCode } from '../errors.ts'
import { pagesOf, registered, when } from '../terminal/output.ts'
import { table } from '../terminal/table.ts'

export function addClientCommands(program: Command): void {
  const client = program
    .command('client')
    .description('OAuth clients that publish no metadata of their own')

  described(client, 'client add').action(
    online(async (operator, output, [id = '', file = '']) => {
      const metadata = await readMetadata(file)
      const added = await operator('client/add', { id, metadata })
      output.result(added, ({ isNew }) => `${id} ${registered(isNew)}`)
    }),
  )

  described(client, 'client list').action(
    online(async (operator, output) => {
      const pages = pagesOf(async (after: string | undefined) => {
        const { clients, next } = await operator('client/list', { after })
        return { rows: clients, next }
      })
      await output.list(pages, (rows) =>
        table(
          ['id', 'name', 'registered'],
          rows.map(({ id, metadata, registeredAt }) => [
            ...[id, String(metadata.client_name ?? ''), when(registeredAt)],
          ]),
        ),
      )
    }),
  )

  described(client, 'client show').action(
    online(async (operator, output, [id = '']) => {
      const { metadata } = await operator('client/show', { id })
      output.result(metadata, (found) => JSON.stringify(found, null, 2))
    }),
  )

  described(client, 'client remove').action(
    online(async (operator, output, [id = '']) => {
      await operator('client/show', { id })
      const removed = await operator('client/remove', { id })
      output.result(removed, () => `${removed.id} is unknown from now on`)
    }),
  )
}

async function readMetadata(file: string): Promise<Record<string, unknown>> {
  try {
    if (!isThere(file)) throw new Error('there is no such file')
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (err) {
    const explained = explainUnreadable(err, file)
    if (explained !== err) throw explained
    throw new CliError(
      `${file} cannot be read as JSON: ${err instanceof Error ? err.message : err}`,
      ExitCode.wrongUsage,
    )
  }
}
