import { Refusal } from '../../base/errors.ts'
import { DAY } from '../../base/lifetimes.ts'
import { command } from '../command.ts'
import { inputs } from '../inputs/index.ts'

/** Makes a token by which OpenID clients register themselves (RFC 7591 section 3). It is told once. */
export const add = command(
  inputs['openid/registration-token-add'],
  async ({ openid, services }, { name, days }) => {
    const { token } = await openid.tokens.add(name, days * DAY)
    const { openidRegistration: registration } = services.settings
    return { name, token, registration, endpoint: openid.endpoints.registration }
  },
)

export const list = command(inputs['openid/registration-token-list'], async ({ openid }) => ({
  tokens: await openid.tokens.list(),
}))

/** Clients that registered by it stay. @throws {Refusal} InvalidRequest where there is none */
export const remove = command(
  inputs['openid/registration-token-remove'],
  async ({ openid }, { name }) => {
    const all = await openid.tokens.list()
    if (!all.some((each) => each.name === name)) {
      throw new Refusal(
        'InvalidRequest',
        `No registration token ${name}; \`vestibule openid registration-token list\` shows them`,
      )
    }
    await openid.tokens.remove(name)
    return { name }
  },
)
