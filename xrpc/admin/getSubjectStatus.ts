import { InvalidRequestError } from '@atproto/xrpc-server'
import { namedAccount } from '../accounts.ts'
import { moderator } from '../auth/moderator.ts'
import { method } from '../method.ts'

export default method('com.atproto.admin.getSubjectStatus', {
  auth: moderator,
  handler: async ({ params: { did, uri, blob } }, { services }) => {
    if (uri || blob) {
      throw new InvalidRequestError('Records and blobs are managed by the PDS of their account')
    }
    if (!did) throw new InvalidRequestError('No provided subject')
    const missing = { message: 'Subject not found', error: 'NotFound' }
    const { takedownRef, deactivatedAt } = await namedAccount(services, did, missing)
    return {
      subject: { $type: 'com.atproto.admin.defs#repoRef' as const, did },
      takedown: takedownRef === null ? { applied: false } : { applied: true, ref: takedownRef },
      deactivated: { applied: deactivatedAt !== null },
    }
  },
})
