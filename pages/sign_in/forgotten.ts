import { inline } from '../../http/page/document.ts'

/** Where the tab keeps an address from one page to the next. An address of a page would show it to who reads logs. */
const KEPT = 'forgotten'

/** The id of the link to the page of a forgotten password. */
export const FORGOTTEN = 'forgotten'

/** Of a page with that link: an email address that was entered for a name goes along. */
export const EMAIL_GOES_ALONG = inline(
  `addEventListener('click',({target})=>{const n=document.querySelector('#username')?.value;if(target.id=='${FORGOTTEN}'&&n?.indexOf('@')>0)sessionStorage.setItem('${KEPT}',n)})`,
)

/** Of the page to which it leads. */
export const EMAIL_COMES_ALONG = inline(
  `addEventListener('DOMContentLoaded',()=>{const e=document.querySelector('#email');e.value||=sessionStorage.getItem('${KEPT}')??'';sessionStorage.removeItem('${KEPT}')})`,
)
