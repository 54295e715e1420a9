import { html } from 'hono/html'
import { type Html, type Script, scriptAt } from './document.ts'

/** What the button says, and once it has copied. */
export type CopyWords = { readonly copy: string; readonly copied: string }

/**
 * A button that copies a text. The script shows it where the browser can do that: over TLS, or on this machine.
 *
 * @param of the id of what says of what it is
 */
export function copyButton(text: string, { copy, copied }: CopyWords, of?: string): Html {
  return html`<button type="button" class="copy" hidden data-copy="${text}" data-copied="${copied}" aria-live="polite" ${of && html`aria-describedby="${of}"`}>${copy}</button>`
}

const TEXT = `if(navigator.clipboard)for(const button of document.querySelectorAll('button[data-copy]')){
button.hidden=false
button.onclick=()=>navigator.clipboard.writeText(button.dataset.copy).then(()=>{button.textContent=button.dataset.copied},()=>{})}
`

/** @param path where it is; its name changes with its content */
export function createCopyScript(path: (hash: string) => string, publicUrl: string): Script {
  return scriptAt(path, TEXT, publicUrl)
}
