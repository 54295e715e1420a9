import { html } from 'hono/html'
import { type Html, inline } from '../../http/page/document.ts'
import type { SignInTexts } from './texts.ts'

/**
 * Of a page with a password: the button shows what was entered, or hides it (NIST SP 800-63B-4, section 3.1.1.2). It is
 * hidden when the form is sent, since a browser keeps what was entered in a field of text. Who points at the button types on;
 * who has a keyboard alone stays at it.
 */
export const SHOWN_PASSWORD = inline(
  "addEventListener('DOMContentLoaded',()=>{const b=document.querySelector('[data-hide]'),p=b.previousElementSibling,{show,hide}=b.dataset,to=s=>{p.type=s?'text':'password';b.textContent=s?hide:show};b.hidden=false;b.onclick=e=>{to(p.type=='password');if(e.detail)p.focus()};b.form.addEventListener('submit',()=>to())})",
)

/**
 * Where a password is entered: a field `password`, with a button that shows it where scripts run.
 *
 * @param more of the field's attributes
 */
export function passwordInput({ show, hide }: SignInTexts, more: Html): Html {
  return html`<div class="joined"><input id="password" name="password" type="password" autocapitalize="none" autocorrect="off" spellcheck="false" required ${more}>
        <button type="button" hidden data-show="${show}" data-hide="${hide}" aria-controls="password" aria-describedby="password-label">${show}</button></div>`
}

/** What stands before it. */
export function passwordLabel(text: string): Html {
  return html`<label for="password" id="password-label">${text}</label>`
}
