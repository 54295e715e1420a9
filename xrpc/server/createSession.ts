import { FAILED_SIGN_IN } from '../../base/lifetimes.ts'
import { arrivalOf } from '../../sagas/arrivals.ts'
import { signIn } from '../../sagas/sign_in.ts'
import { method } from '../method.ts'
import { openSession, sessionBody } from '../sessions.ts'

export default method('com.atproto.server.createSession', {
  account: 'identifier',
  handler: async ({ input, address, locale }, context) => {
    const { services } = context
    const { identifier, password, authFactorToken: code, allowTakendown } = input
    const { account, appPassword, basis } = await signIn(
      services,
      { identifier, password, code, locale, address },
      {
        appPasswords: 'allowed',
        takenDown: allowTakendown ? 'allowed' : 'refused',
        failureTakes: FAILED_SIGN_IN,
      },
    )
    const arrival = arrivalOf('program', {
      way: appPassword ? 'app password' : 'password',
      address,
      ...(appPassword && { appPassword: appPassword.name }),
    })
    const [tokens, body] = await Promise.all([
      openSession(context, account, appPassword, basis, arrival),
      sessionBody(services, account),
    ])
    return { ...tokens, ...body }
  },
})
