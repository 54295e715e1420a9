import { inline } from '../../http/page/document.ts'
import { keptInTab } from '../kept_in_tab.ts'

const tab = keptInTab('sign-up')

/**
 * Where a tab keeps what somebody enters for a new account, until that is made: they may go back, or choose another way
 * to sign up. Of the fields as the provider's page names them; a password is none of them.
 */
export const KEPT = {
  ...tab,
  fields: ['handle', 'email', 'inviteCode'],
  /**
   * An invite code that a link brings takes the place of one that was kept before; what the person makes of it stays.
   *
   * @param query a script for the parameters of the address
   */
  read: (query: string) =>
    `(()=>{const kept=${tab.read},link=${query}.get('invite');return link&&kept.link!==link?{...kept,inviteCode:link,link}:kept})()`,
} as const

/** What the page of a sign-up with a passkey calls them. */
const NAMED = { handle: 'handle', email: 'email', inviteCode: 'invite' } satisfies Record<
  (typeof KEPT.fields)[number],
  string
>

/** Of that page: fills in what was entered before, also on the provider's page, and keeps what is entered. */
export const KEEPING = inline(
  `addEventListener('DOMContentLoaded',()=>{const f=document.querySelector('main form'),n=${JSON.stringify(NAMED)},kept=${KEPT.read('new URLSearchParams(location.search)')},keep=()=>{for(const k in n)kept[k]=f.elements[n[k]]?.value;${KEPT.keep}};for(const k in n){const e=f.elements[n[k]];if(e&&k in kept&&(!e.value||e.value==kept.link))e.value=kept[k]}keep();f.oninput=keep})`,
)

/** Of the page after that. */
export const KEPT_NO_LONGER = inline(KEPT.forget)
