import { sendEmailCode } from '../../sagas/notices/email_code.ts'
import { LegacyScope } from '../../tokens/legacy_tokens.ts'
import { FULL } from '../auth/access.ts'
import { user } from '../auth/user.ts'
import { method } from '../method.ts'

export default method('com.atproto.identity.requestPlcOperationSignature', {
  auth: user({ scopes: [...FULL, LegacyScope.Takendown], lasting: false }),
  handler: ({ credentials: { account, basis }, locale }, { services }) =>
    sendEmailCode(services, account, 'plc_operation', locale, basis),
})
