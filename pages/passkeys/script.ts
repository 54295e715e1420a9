import { readFileSync } from 'node:fs'
import { type Script, scriptAt } from '../../http/page/document.ts'

/** `SimpleWebAuthnBrowser`: calls the browser's own interface, of which the versions differ. */
const LIBRARY = new URL(
  '../dist/bundle/index.umd.min.js',
  import.meta.resolve('@simplewebauthn/browser'),
)

/** What a page that was open for long sends in the place of a passkey. */
export const AGAIN = 'again'

/**
 * Where a page has a button `data-passkey`, with the options of a passkey as JSON, this shows it; where a person begins at
 * it, the browser may have passed it while it was hidden. What an
 * authenticator answers goes into the field `passkey` of its form, and the form is sent as any other.
 * - A click while the browser asks already, such as the second of a double click, does nothing: it would end what the first
 *   one began.
 * - `data-make` is on a button that makes a passkey; any other uses one.
 * - `data-lasts` says how long its challenge may be used, in ms since the page was asked for. After that a click sends the
 *   form with {@link AGAIN} in the place of an answer. With `data-again` the page that comes back asks at once.
 * - `data-autofill` says that the browser shall offer passkeys in the field of the name, too.
 * - `data-status` names the element that says, in the words of `data-none`, that nothing came of it, and in those of
 *   `data-there` that the authenticator has one of the account already (Web Authentication, section 6.3.2, step 3).
 */
const OWN = `{const {startRegistration,startAuthentication,browserSupportsWebAuthn,browserSupportsWebAuthnAutofill}=SimpleWebAuthnBrowser
const button=document.querySelector('button[data-passkey]')
let isAsked=false
const begin=()=>{
const {passkey,make,autofill,status,none,there=none,lasts,again}=button.dataset
const optionsJSON=JSON.parse(passkey),start=make===undefined?startAuthentication:startRegistration
const said=document.getElementById(status)
const post=answer=>{button.form.elements.passkey.value=answer;button.form.submit()}
const send=answer=>post(JSON.stringify(answer))
const offer=async()=>{if(autofill!==undefined&&await browserSupportsWebAuthnAutofill())startAuthentication({optionsJSON,useBrowserAutofill:true}).then(send,()=>{})}
button.hidden=false
if(button.autofocus&&document.activeElement===document.body)button.focus()
button.onclick=()=>{
if(isAsked||make!==undefined&&!button.form.reportValidity())return
isAsked=true
if(performance.now()>lasts)return post('${AGAIN}')
said.textContent=''
start({optionsJSON}).then(send,({name})=>{said.textContent=name==='InvalidStateError'?there:none;offer()}).finally(()=>{isAsked=false})}
if(again===undefined)offer()
else button.onclick()}
if(button&&browserSupportsWebAuthn())begin()}
`

/** @param path where it is; its name changes with its content */
export function createPasskeyScript(path: (hash: string) => string, publicUrl: string): Script {
  const library = readFileSync(LIBRARY, 'utf8')
  return scriptAt(path, `${library}\n${OWN}`, publicUrl)
}
