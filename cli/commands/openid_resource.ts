import type { Command } from 'commander'
import { online } from '../action.ts'
import { assertMeant } from '../ask.ts'
import { when } from '../output.ts'
import { table } from '../table.ts'

const ADDRESS = 'its address, such as https://mcp.example.com'

type Added = { scopes: string[]; name?: string; alg?: 'RS256' | 'ES256' }

/** `openid resource …` */
export function addResources(openid: Command): void {
  const resource = openid
    .command('resource')
    .description('Protected resources (RFC 8707), for which OpenID clients get tokens')

  resource
    .command('add')
    .description('Register a protected resource, or change it')
    .argument('<address>', `${ADDRESS}; it is the audience of its tokens`)
    .requiredOption('--scopes <scope...>', 'what clients may ask for')
    .option('--name <name>', 'what people are told it is called')
    .option('--alg <alg>', 'how its tokens are signed: RS256 (usual) or ES256')
    .action(
      online<Added>(async (operator, output, [address = ''], { scopes, name, alg }) => {
        const added = await operator('openid/resource-add', {
          ...{ address, scopes },
          ...(name !== undefined && { name }),
          ...(alg !== undefined && { alg }),
        })
        output.result(added, ({ issuer }) =>
          [
            `${address} is registered. How it verifies its tokens (RFC 9068):`,
            `  issuer    ${issuer}`,
            `  keys      ${issuer}/jwks`,
            `  audience  ${address}`,
            `  type      at+jwt, signed with ${alg ?? 'RS256'}`,
          ].join('\n'),
        )
      }),
    )

  resource
    .command('list')
    .description('List the protected resources')
    .action(
      online(async (operator, output) => {
        const { resources } = await operator('openid/resource-list', {})
        output.result(resources, (rows) =>
          table(
            ['address', 'name', 'scopes', 'registered'],
            rows.map(({ address, name, scopes, registeredAt }) => [
              ...[address, name ?? '', scopes.join(' '), when(registeredAt)],
            ]),
          ),
        )
      }),
    )

  resource
    .command('show')
    .description('Print a protected resource, as JSON')
    .argument('<address>', ADDRESS)
    .action(
      online(async (operator, output, [address = '']) => {
        const found = await operator('openid/resource-show', { address })
        output.result(found, (each) => JSON.stringify(each, null, 2))
      }),
    )

  resource
    .command('remove')
    .description('Forget a protected resource: no token is given for it any more')
    .argument('<address>', ADDRESS)
    .option('--yes', 'do not ask')
    .action(
      online<{ yes?: boolean }>(async (operator, output, [address = ''], { yes }) => {
        await operator('openid/resource-show', { address })
        await assertMeant(`Forget ${address}? Clients get no tokens for it any more.`, yes)
        const removed = await operator('openid/resource-remove', { address })
        output.result(removed, () => `${removed.address} is unknown from now on`)
      }),
    )
}
