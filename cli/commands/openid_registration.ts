import type { Command } from 'commander'
import { online } from '../action.ts'
import { CliError, ExitCode } from '../errors.ts'
import { when } from '../output.ts'
import { table } from '../table.ts'

const NAME = 'what you call it'

/** `openid registration-token …` */
export function addRegistrationTokens(openid: Command): void {
  const token = openid
    .command('registration-token')
    .description('Tokens by which OpenID clients register themselves (RFC 7591)')

  token
    .command('add')
    .description('Make a token, which is told once')
    .argument('<name>', NAME)
    .option('--days <days>', 'how long it is good: 30, unless you say otherwise')
    .action(
      online<{ days?: string }>(async (operator, output, [name = ''], { days }) => {
        if (days !== undefined && !/^[1-9]\d*$/.test(days)) {
          throw new CliError('--days is a number of days', ExitCode.wrongUsage)
        }
        const given = days === undefined ? {} : { days: Number(days) }
        const added = await operator('openid/registration-token-add', { name, ...given })
        output.result(added, ({ token: made, endpoint, registration }) =>
          [
            `Clients register with it at ${endpoint}:`,
            `  ${made}`,
            ...(registration === 'off'
              ? ['ENTRYWAY_OPENID_REGISTRATION is off: set it to token, or nobody can']
              : []),
          ].join('\n'),
        )
      }),
    )

  token
    .command('list')
    .description('List the tokens that are good')
    .action(
      online(async (operator, output) => {
        const { tokens } = await operator('openid/registration-token-list', {})
        output.result(tokens, (rows) =>
          table(
            ['name', 'made', 'good until'],
            rows.map(({ name, createdAt, expiresAt }) => [name, when(createdAt), when(expiresAt)]),
          ),
        )
      }),
    )

  token
    .command('remove')
    .description('Forget a token; clients that registered with it stay')
    .argument('<name>', NAME)
    .action(
      online(async (operator, output, [name = '']) => {
        const removed = await operator('openid/registration-token-remove', { name })
        output.result(removed, () => `${removed.name} is good for nothing from now on`)
      }),
    )
}
