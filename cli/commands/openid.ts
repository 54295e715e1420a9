import type { Command } from 'commander'
import { online } from '../action.ts'
import { described } from '../described_command.ts'
import { addClients } from './openid_client.ts'
import { addRegistrationTokens } from './openid_registration.ts'
import { addResources } from './openid_resource.ts'

export function addOpenidCommands(program: Command): void {
  const openid = program
    .command('openid')
    .summary('OpenID Connect: products that sign people in')
    .description('OpenID Connect: products that sign people in with their accounts here')
  addClients(openid)
  addResources(openid)
  addRegistrationTokens(openid)

  described(openid, 'openid rotate-keys').action(
    online<{ atOnce?: boolean }>(async (operator, output, _, { atOnce = false }) => {
      const done = await operator('openid/rotate-keys', { atOnce })
      output.result(done, () =>
        atOnce ? 'The new keys sign' : 'The new keys are published, and sign in a day',
      )
    }),
  )
}
