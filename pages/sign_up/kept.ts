import { inline } from '../../http/page/document.ts'

/**
 * Where a tab keeps what somebody enters for a new account, until that is made: they may go back, or choose another way
 * to sign up. Of the fields as the provider's page names them; a password is none of them.
 */
export const KEPT = { name: 'sign-up', fields: ['handle', 'email', 'inviteCode'] } as const

/** What the page of a sign-up with a passkey calls them. */
const NAMED = { handle: 'handle', email: 'email', inviteCode: 'invite' } satisfies Record<
  (typeof KEPT.fields)[number],
  string
>

/** Of that page: fills in what was entered before, also on the provider's page, and keeps what is entered. */
export const KEEPING = inline(
  `addEventListener('DOMContentLoaded',()=>{const f=document.querySelector('main form'),n=${JSON.stringify(NAMED)},s=JSON.parse(sessionStorage.getItem('${KEPT.name}'))??{},keep=()=>{for(const k in n)s[k]=f.elements[n[k]]?.value;sessionStorage.setItem('${KEPT.name}',JSON.stringify(s))};for(const k in n){const e=f.elements[n[k]];if(e&&!e.value&&s[k])e.value=s[k]}keep();f.oninput=keep})`,
)

/** Of the page after that. */
export const KEPT_NO_LONGER = inline(`sessionStorage.removeItem('${KEPT.name}')`)
