import type { Command } from 'commander'
import { online } from '../action.ts'
import { described } from '../described_command.ts'
import { registered, when } from '../terminal/output.ts'
import { table } from '../terminal/table.ts'

type Added = { scopes: string[]; name?: string; alg?: 'RS256' | 'ES256' }

/** `openid resource …` */
export function addResources(openid: Command): void {
  const resource = openid
    .command('resource')
    .description('Protected resources (RFC 8707), for which OpenID clients get tokens')

  described(resource, 'openid resource add').action(
    online<Added>(async (operator, output, [address = ''], { scopes, name, alg }) => {
      const added = await operator('openid/resource-add', {
        ...{ address, scopes },
        ...(name !== undefined && { name }),
        ...(alg !== undefined && { alg }),
      })
      output.result(added, ({ isNew, issuer }) =>
        [
          `${address} ${registered(isNew)}. How it verifies its tokens (RFC 9068):`,
          `  issuer    ${issuer}`,
          `  keys      ${issuer}/jwks`,
          `  audience  ${address}`,
          `  type      at+jwt, signed with ${alg ?? 'RS256'}`,
        ].join('\n'),
      )
    }),
  )

  described(resource, 'openid resource list').action(
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

  described(resource, 'openid resource show').action(
    online(async (operator, output, [address = '']) => {
      const found = await operator('openid/resource-show', { address })
      output.result(found, (each) => JSON.stringify(each, null, 2))
    }),
  )

  described(resource, 'openid resource remove').action(
    online(async (operator, output, [address = '']) => {
      await operator('openid/resource-show', { address })
      const removed = await operator('openid/resource-remove', { address })
      output.result(removed, () => `${removed.address} is unknown from now on`)
    }),
  )
}
