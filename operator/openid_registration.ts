import { z } from 'zod'
import { Refusal } from '../base/errors.ts'
import { DAY } from '../base/lifetimes.ts'
import { command } from './command.ts'

const aToken = z.strictObject({ name: z.string().trim().min(1).max(100) })

/** Makes a token by which OpenID clients register themselves (RFC 7591 section 3). It is told once. */
export const add = command(
  aToken.extend({ days: z.int().min(1).max(365).default(30) }),
  async ({ openid, services }, { name, days }) => {
    const { token } = await openid.tokens.add(name, days * DAY)
    const { openidRegistration: registration } = services.settings
    return { name, token, registration, endpoint: openid.endpoints.registration }
  },
)

export const list = command(z.strictObject({}), async ({ openid }) => ({
  tokens: await openid.tokens.list(),
}))

/** Clients that registered by it stay. @throws {Refusal} InvalidRequest where there is none */
export const remove = command(aToken, async ({ openid }, { name }) => {
  const all = await openid.tokens.list()
  if (!all.some((each) => each.name === name)) {
    throw new Refusal(
      'InvalidRequest',
      `No registration token ${name}; \`vestibule openid registration-token list\` shows them`,
    )
  }
  await openid.tokens.remove(name)
  return { name }
})
