import { inFile, toRemovals } from '../removal.ts'

const page = inFile('oauth/sign_out/index.ts')
const links = inFile('actors/account/sign_out_links.ts')
const linkRows = inFile('database/account/sign_out_link.ts')
const sealedLinks = inFile('sagas/sign_out_link.ts')
const mails = inFile('sagas/outgoing_mail.ts')
const provider = inFile('oauth/entryway_provider.ts')

const LIMITS = 'test/mail/limits.test.ts'
const ALARMS = 'test/mail/alarms.test.ts'

/** What it defends of the mails that tell what happened, and of their link. */
export const alarmRows = toRemovals([
  [
    43,
    'a link that is opened does nothing',
    page(
      'return await (isForm ? this.#signOut(request) : this.#ask(request))',
      'return await this.#signOut(request)',
    ),
  ],
  [43, 'a link works once', links('    links.deleteSignOutLink(db, secret)\n', '')],
  [43, 'a link is not old', linkRows('now - SIGN_OUT_LINK', '0')],
  [43, 'a link is sealed', sealedLinks('secrets.seal.open(PLACE, link)?.split', 'link.split')],
  [43, 'it ends app passwords', links('appPasswords: true', 'appPasswords: false')],
  [43, 'it ends browsers', links('devices: true', 'devices: false')],
  [LIMITS, 'others use up no notice', mails('if (isNotice(kind) && usedOf', 'if (false && usedOf')],
  [
    ALARMS,
    'a reused refresh token is told',
    provider('if (reused && isOAuthRefusal(err)) await', 'if (false) await'),
  ],
])
