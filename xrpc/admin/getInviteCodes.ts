import { InvalidRequestError } from '@atproto/xrpc-server'
import { readPosition, writePosition } from '../../database/directory/invite.ts'
import { moderator } from '../auth/moderator.ts'
import { toInviteCode } from '../invites.ts'
import { method } from '../method.ts'

/** The newest or the most used first; the cursor is the position of the last code. */
export default method('com.atproto.admin.getInviteCodes', {
  auth: moderator,
  handler: async ({ params: { sort: named, limit = 100, cursor } }, { services }) => {
    const sort = named === 'usage' ? 'usage' : 'recent'
    if (named !== undefined && named !== sort) {
      throw new InvalidRequestError(`unknown sort method: ${named}`)
    }
    const after = cursor === undefined ? null : readPosition(cursor)
    if (cursor !== undefined && !after) throw new InvalidRequestError('Malformed cursor')
    const codes = await services.actors.directory.pageInviteCodes(sort, after, limit)
    const last = codes.at(-1)
    return {
      codes: codes.map(toInviteCode),
      ...(last && {
        cursor: writePosition({
          value: sort === 'recent' ? last.createdAt : last.uses.length,
          code: last.code,
        }),
      }),
    }
  },
})
