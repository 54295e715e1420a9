import { ENTERED } from '../../base/lifetimes.ts'
import { inline } from '../../http/page/document.ts'

/**
 * Where a tab keeps what somebody enters for a new account, until that is made: they may go back, or choose another way
 * to sign up. Of the fields as the provider's page names them; a password is none of them.
 *
 * `read` is a script for what is kept, `keep` one that keeps an object `kept`, and `forget` one that keeps nothing any more.
 * Whoever comes to the tab of another, as on a computer that people share, finds nothing there after {@link ENTERED}.
 */
export const KEPT = {
  fields: ['handle', 'email', 'inviteCode'],
  read: `(()=>{const{at,...kept}=JSON.parse(sessionStorage.getItem('sign-up'))??{};if(Date.now()-at<=${ENTERED})return kept;sessionStorage.removeItem('sign-up');return{}})()`,
  keep: `sessionStorage.setItem('sign-up',JSON.stringify({...kept,at:Date.now()}))`,
  forget: `sessionStorage.removeItem('sign-up')`,
} as const

/** What the page of a sign-up with a passkey calls them. */
const NAMED = { handle: 'handle', email: 'email', inviteCode: 'invite' } satisfies Record<
  (typeof KEPT.fields)[number],
  string
>

/** Of that page: fills in what was entered before, also on the provider's page, and keeps what is entered. */
export const KEEPING = inline(
  `addEventListener('DOMContentLoaded',()=>{const f=document.querySelector('main form'),n=${JSON.stringify(NAMED)},kept=${KEPT.read},keep=()=>{for(const k in n)kept[k]=f.elements[n[k]]?.value;${KEPT.keep}};for(const k in n){const e=f.elements[n[k]];if(e&&!e.value&&kept[k])e.value=kept[k]}keep();f.oninput=keep})`,
)

/** Of the page after that. */
export const KEPT_NO_LONGER = inline(KEPT.forget)
