import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { online } from '../action.ts'
import { CliError, ExitCode } from '../errors.ts'

export function addClientCommands(program: Command): void {
  program
    .command('client')
    .description('OAuth clients that publish no metadata of their own')
    .command('add')
    .description('Register a client, or change its metadata')
    .argument('<id>', 'its client_id, an https URL without a path, such as https://app.example.com')
    .argument('<file>', 'its metadata as JSON (RFC 7591)')
    .action(
      online(async (operator, output, [id = '', file = '']) => {
        const metadata = await readMetadata(file)
        const added = await operator('client/add', { id, metadata })
        output.result(added, () => `${id} is registered`)
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
