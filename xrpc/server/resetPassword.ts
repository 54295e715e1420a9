import { learnDevice } from '../../sagas/notices/arrivals.ts'
import { resetPassword } from '../../sagas/sign_in/password_reset.ts'
import { method } from '../method.ts'
import { checkNewPassword } from '../new_password.ts'

export default method('com.atproto.server.resetPassword', {
  handler: async ({ input: { token, password } }, { services }) => {
    checkNewPassword(password)
    const { did } = await resetPassword(services, token, password)
    await learnDevice(services, did, 'program')
  },
})
