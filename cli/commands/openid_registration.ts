import type { Command } from 'commander'
import { online } from '../action.ts'
import { described } from '../described_command.ts'
import { when } from '../terminal/output.ts'
import { table } from '../terminal/table.ts'

/** `openid registration-token …` */
export function addRegistrationTokens(openid: Command): void {
  const token = openid
    .command('registration-token')
    .description('Tokens by which OpenID clients register themselves (RFC 7591)')

  described(token, 'openid registration-token add').action(
    online<{ days: number }>(async (operator, output, [name = ''], { days }) => {
      const added = await operator('openid/registration-token-add', { name, days })
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

  described(token, 'openid registration-token list').action(
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

  described(token, 'openid registration-token remove').action(
    online(async (operator, output, [name = '']) => {
      const removed = await operator('openid/registration-token-remove', { name })
      output.result(removed, () => `${removed.name} is good for nothing from now on`)
    }),
  )
}
