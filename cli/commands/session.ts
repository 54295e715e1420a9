import type { Command } from 'commander'
import { online } from '../action.ts'
import { described } from '../described_command.ts'
import { CliError, ExitCode } from '../errors.ts'
import { when } from '../terminal/output.ts'
import { table } from '../terminal/table.ts'

/** What is signed in to an account; part of `account`. */
export function addSessionCommands(program: Command): void {
  const account = program.commands.find((command) => command.name() === 'account') as Command

  described(account, 'account sessions').action(
    online(async (operator, output, [name = '']) => {
      const found = await operator('account/sessions', { account: name })
      output.result(found, ({ oauth, legacy, openid, devices }) =>
        table(
          ['kind', 'id', 'app', 'scope', 'since', 'last used', 'from'],
          [
            ...oauth.map((row) => [
              'OAuth',
              row.id,
              row.clientId,
              row.scope,
              when(row.createdAt),
              when(row.updatedAt),
              row.from?.address,
            ]),
            ...legacy.map((row) => [
              'password',
              row.id,
              row.appPasswordName ?? 'main password',
              '',
              when(row.createdAt),
              when(row.updatedAt),
              row.from?.address,
            ]),
            ...openid.map((row) => [
              'OpenID',
              row.id,
              row.clientId,
              '',
              when(row.createdAt),
              when(row.updatedAt),
              row.from?.address,
            ]),
            ...devices.map((row) => [
              'browser',
              row.deviceId,
              '',
              '',
              when(row.createdAt),
              when(row.updatedAt),
              '',
            ]),
          ],
        ),
      )
    }),
  )

  described(account, 'account revoke')
    .option('--all', 'sign out everywhere')
    .action(
      online<{ all?: boolean }>(async (operator, output, [name = '', session], { all }) => {
        if ((session === undefined) === !all) {
          throw new CliError(
            'Name one session (`vestibule account sessions` lists them), or give --all',
            ExitCode.wrongUsage,
          )
        }
        const done = await operator('account/revoke', {
          account: name,
          ...(session === undefined ? {} : { session }),
        })
        output.result(done, ({ handle, did }) =>
          all ? `${handle ?? did} is signed out everywhere` : `${session} has ended`,
        )
      }),
    )
}
