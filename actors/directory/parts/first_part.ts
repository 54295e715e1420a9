import { accountNotFound } from '../../../base/errors.ts'
import { isDid } from '../../../base/values/did.ts'
import type { ShownInvite } from '../../../database/directory/shown_invite.ts'
import type { DirectoryStub } from '../stub.ts'
import type { Names } from './names.ts'

type InFirst = Pick<
  DirectoryStub,
  | 'importInviteCodes'
  | 'createInviteCodes'
  | 'readInviteCode'
  | 'readUsableInvite'
  | 'listInviteCodes'
  | 'pageInviteCodes'
  | 'listInviteCodesOf'
  | 'findInviteUsedBy'
  | 'disableInviteCodes'
  | 'createOwnInvites'
  | 'discardInvites'
  | 'readOwnInvites'
  | 'disableOwnInvite'
  | 'listShownInvites'
  | 'readInvitations'
  | 'keepEvents'
  | 'addOperatorAct'
  | 'listEvents'
  | 'readEventCounts'
>

/** Invite codes and the trail over all accounts: the first part has them, and not the handles that are shown with them. */
export function inFirstPart(names: Names): InFirst {
  const { first } = names

  /** The handles of accounts, by their DIDs. */
  async function handlesOf(dids: readonly (string | null)[]) {
    const asked = new Set(dids.filter((did) => did !== null && isDid(did)) as string[])
    const byPart = Map.groupBy(asked, (did) => names.partOf(did))
    const found = await Promise.all([...byPart].map(([part, those]) => part.readHandles(those)))
    const handles: Record<string, string | null> = Object.assign({}, ...found)
    return (did: string | null) => (did === null ? null : (handles[did] ?? null))
  }

  async function named(codes: ShownInvite[]): Promise<ShownInvite[]> {
    const users = codes.flatMap(({ uses }) => uses.map(({ usedBy }) => usedBy))
    const handleOf = await handlesOf([...users, ...codes.map(({ forAccount }) => forAccount)])
    return codes.map((code) => ({
      ...code,
      forHandle: handleOf(code.forAccount),
      uses: code.uses.map((use) => ({ ...use, handle: handleOf(use.usedBy) })),
    }))
  }

  return {
    importInviteCodes: (codes) => first.importInviteCodes(codes),
    createInviteCodes: (input) => first.createInviteCodes(input),
    readInviteCode: (code) => first.readInviteCode(code),
    readUsableInvite: (code) => first.readUsableInvite(code),
    listInviteCodes: () => first.listInviteCodes(),
    pageInviteCodes: (sort, after, limit) => first.pageInviteCodes(sort, after, limit),
    listInviteCodesOf: (did) => first.listInviteCodesOf(did),
    findInviteUsedBy: (did) => first.findInviteUsedBy(did),
    disableInviteCodes: (input) => first.disableInviteCodes(input),

    async createOwnInvites(did, input) {
      const made = await first.makeOwnInvites(did, input)
      // An account that is deleted takes its codes along: those that are there before its entry goes.
      if (await names.partOf(did).find(did, ['did'])) return made
      await first.discardInvites(made)
      throw accountNotFound()
    },
    discardInvites: (made) => first.discardInvites(made),
    async readOwnInvites(did, allowance, limit) {
      const { left, codes } = await first.readOwnInvites(did, allowance, limit)
      return { left, codes: await named(codes) }
    },
    disableOwnInvite: (did, code) => first.disableOwnInvite(did, code),
    async listShownInvites(filter) {
      const { codes, next } = await first.listShownInvites(filter)
      return { codes: await named(codes), next }
    },
    async readInvitations(did) {
      const { by, count, newest } = await first.readInvitations(did)
      const handleOf = await handlesOf([by?.account ?? null, ...newest.map((one) => one.did)])
      return {
        by: by && { ...by, handle: handleOf(by.account) },
        count,
        newest: newest.map((one) => ({ ...one, handle: handleOf(one.did) })),
      }
    },

    keepEvents: (happened, now) => first.keepEvents(happened, now),
    addOperatorAct: (act) => first.addOperatorAct(act),
    async listEvents(filter, limit) {
      const events = await first.listEvents(filter, limit)
      const handleOf = await handlesOf(events.map(({ did }) => did))
      return events.map((event) => ({ ...event, handle: handleOf(event.did) }))
    },
    readEventCounts: (day) => first.readEventCounts(day),
  }
}
