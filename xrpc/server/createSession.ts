import { FAILED_SIGN_IN } from '../../base/lifetimes.ts'
import { arrivalOf } from '../../sagas/notices/arrivals.ts'
import { signInFor } from '../../sagas/sign_in/sign_in.ts'
import { method } from '../method.ts'
import { openSession, sessionBody } from '../sessions.ts'

export default method('com.atproto.server.createSession', {
  account: 'identifier',
  handler: async ({ input, address, locale }, context) => {
    const { services } = context
    const { identifier, password, authFactorToken: code, allowTakendown } = input
    const { tokens, body } = await signInFor(
      services,
      { identifier, password, code, locale, address },
      {
        appPasswords: 'allowed',
        takenDown: allowTakendown ? 'allowed' : 'refused',
        failureTakes: FAILED_SIGN_IN,
      },
      async ({ account, appPassword, basis }, proof) => {
        const arrival = arrivalOf('program', {
          way: appPassword ? 'app password' : 'password',
          address,
          ...(appPassword && { appPassword: appPassword.name }),
        })
        const [opened, body] = await Promise.all([
          openSession(context, account, { basis, appPassword, arrival, proof }),
          sessionBody(services, account),
        ])
        return { ...opened, body }
      },
    )
    return { ...tokens, ...body }
  },
})
