import { inline } from '../../http/page/document.ts'
import { keptInTab } from '../kept_in_tab.ts'

/** The id of the link to the page of a forgotten password. */
export const FORGOTTEN = 'forgotten'

const tab = keptInTab('sign-in')

/**
 * Of a page on which somebody says who they are, by a name or an email address: what they typed goes along to the page of
 * a forgotten password, which asks for an address, back from there, and to another language.
 */
export const TYPED_NAME = inline(
  `addEventListener('DOMContentLoaded',()=>{const e=document.querySelector('#username,#email'),{name=''}=${tab.read};if(e.readOnly)return;if(!e.value&&(e.id=='username'||name.indexOf('@')>0))e.value=name;addEventListener('click',({target:{id,hreflang}})=>{const kept={name:e.value||name};if(hreflang||id=='${FORGOTTEN}')${tab.keep}});addEventListener('submit',()=>${tab.forget})})`,
)
