import type { AccountRow } from '../../database/account/profile.ts'
import { requester } from '../../http/requester.ts'
import type { NoticeKind, NoticeSubject } from '../../mail/kinds.ts'
import type { Occasion } from '../../mail/occasion.ts'
import type { Services } from '../services/services.ts'
import { makeSignOutLink } from './sign_out_link.ts'

/** Where the request that is being answered comes from; null where there is none. */
export function occasionNow(): Occasion | null {
  const sender = requester()
  if (!sender) return null
  const { address, userAgent } = sender
  return { at: Date.now(), address, userAgent: userAgent ?? undefined }
}

/**
 * Tells the owner of an account what happened to it, in their language or else that of the request, which may be a
 * thief's, with a link that signs everybody out. When the mail fails, what happened is not undone.
 *
 * @param account as it was when it happened: the mail goes to the address of then
 * @param options.about what the kind does not say
 * @param options.unsent called where the mail was not sent
 * @param occasion where the owner's own request came from; an operator's is none of theirs
 */
export function notify(
  services: Pick<Services, 'mail' | 'actors' | 'secrets'>,
  kind: NoticeKind,
  account: Pick<AccountRow, 'did' | 'handle' | 'email' | 'emailConfirmedAt'>,
  occasion: Occasion | null,
  { about, unsent }: { about?: NoticeSubject; unsent?: () => Promise<void> } = {},
): void {
  const content = {
    handle: account.handle ?? account.did,
    occasion: occasion ?? { at: Date.now() },
    about,
  }
  const { mail } = services
  const asked = requester()?.language
  const write = async () => ({
    ...content,
    signOutLink: await makeSignOutLink(services, account.did),
    locale: (await services.actors.account(account.did).readLanguage()) ?? asked,
  })
  mail.aside(kind, account.did, () =>
    mail.send(kind, account, write).catch(async (err) => {
      await unsent?.()
      throw err
    }),
  )
}
