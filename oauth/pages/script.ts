import { PAGE_SETTLED } from '../../base/lifetimes.ts'
import { CHOSEN, LANGUAGE_LABELS, LANGUAGE_NAMES, PAGE_LANGUAGES } from '../../http/language.ts'
import { permissionTexts } from '../../pages/permissions/locales/index.ts'
import { KEPT } from '../../pages/sign_up/kept.ts'
import { ACCOUNT, AUTHORIZE } from '../paths.ts'
import { SECURITY } from '../security_paths.ts'
import { NEEDS_SCRIPT } from './needs.ts'
import { refusalWords } from './refusal_words.ts'
import { revocationNote } from './revocation_note.ts'

/** Parts of the account page where the provider's script asks who somebody is. */
const ENTRIES = [ACCOUNT, `${ACCOUNT}/`, `${ACCOUNT}/sign-in`, `${ACCOUNT}/reset-password`]

/** Set where the person has taken something of what the app asked for. */
export const NARROWED = 'isNarrowed'

/** Of the link to the page on which a person chooses what an app may do. */
const choices = Object.fromEntries(PAGE_LANGUAGES.map((each) => [each, permissionTexts[each].link]))

const notesOf = (minutes: number) =>
  Object.fromEntries(PAGE_LANGUAGES.map((each) => [each, revocationNote(each, minutes)]))

/**
 * Runs beside the script of the provider's pages, of whose markup it knows the language selector, the
 * error below a form, the error that passes by (`data-slot="toast"`), and of what an app asks for the list, or the
 * block with the name of the app above the paragraph on its terms. It says
 * - in `<html lang>` which language was chosen there, and on the way to the security page; the provider's script begins with
 *   the first that the browser prefers, so the one in the address comes before those,
 * - above the list of apps how soon one is out that is revoked,
 * - below what an app asks for, where a person can take something of it, or tick again all that they took,
 * - in the place of the provider's words what the status of an answer says better.
 *
 * What was entered for a new account is there again after a reload, or on the way back to it, and an invite code is there that
 * stands in the address. The tab keeps it for a while, or until the account is made.
 *
 * Where the provider's script would show a way to sign in, it leaves for the page of this program; and so it does after a
 * sign-up, where the person has come for something else than the account page.
 *
 * @param minutes for which an app can go on whose access is revoked
 */
export const pageScript = (
  minutes: number,
) => `{const names=${JSON.stringify(LANGUAGE_NAMES)},labels=${JSON.stringify(LANGUAGE_LABELS)},notes=${JSON.stringify(notesOf(minutes))},choices=${JSON.stringify(choices)},words=${JSON.stringify(refusalWords)}
const chosen=new URLSearchParams(location.search).get('${CHOSEN}')
if(Object.hasOwn(names,chosen))Object.defineProperty(navigator,'languages',{value:Object.freeze([chosen,...navigator.languages])})
const root=document.documentElement,first=root.lang,note=document.createElement('p'),ask=fetch
note.id='revocation-note'
const choice=document.createElement('a')
choice.id='choose-permissions'
note.setAttribute('role','note')
let status=0
fetch=async(...given)=>{
const isPost=given[1]?.method==='POST'
if(isPost)status=0
const answer=await ask(...given)
if(isPost)status=answer.status
if(isPost&&answer.ok&&String(given[0].url??given[0]).endsWith('/sign-up'))${KEPT.forget}
return answer}
const entered=${JSON.stringify(KEPT.fields)}
const isSignUp=()=>location.pathname==='${ACCOUNT}/sign-up'||location.pathname==='${AUTHORIZE}'&&location.hash==='#step=sign-up'
const keptNow=()=>${KEPT.read('came')}
addEventListener('input',({target:{name,value}})=>{if(!isSignUp()||!entered.includes(name))return
const kept={...keptNow(),[name]:value}
${KEPT.keep}})
const filled=new WeakSet
const fill=()=>{for(const name of entered){
const input=isSignUp()&&document.querySelector('#root form input[name='+name+']')
if(!input||filled.has(input))continue
filled.add(input)
const value=keptNow()[name]
if(!value||input.value)continue
Object.getOwnPropertyDescriptor(HTMLInputElement.prototype,'value').set.call(input,value)
input.dispatchEvent(new Event('input',{bubbles:true}))}}
const entries=${JSON.stringify(ENTRIES)}
const isEntry=()=>entries.includes(location.pathname)||location.pathname==='${AUTHORIZE}'&&/^#step=(welcome|sign-in|reset-password)/.test(location.hash)
const came=new URLSearchParams(location.pathname==='${ACCOUNT}/sign-up'?location.search:'')
let leaving
const leave=()=>{
const isDone=came.has('for')&&location.pathname.startsWith('${ACCOUNT}/u/')
if(!isDone&&!isEntry())return
root.querySelector('#root').hidden=true
observer.disconnect()
if(isDone)return location.replace('${ACCOUNT}?'+came)
const query=new URLSearchParams(location.search)
if(location.pathname!=='${AUTHORIZE}')return location.reload()
query.delete('account')
query.set('step','choose')
location.replace(location.pathname+'?'+query)}
const nameOfApp=()=>{
let block=globalThis.${NARROWED}&&document.querySelector('form h3')
while(block&&!(block.localName==='div'&&block.nextElementSibling?.matches('p,#choose-permissions')))block=block.parentElement
return block}
const put=(element,text)=>{if(element.textContent!==text)element.textContent=text}
const say=()=>{
fill()
const selector=document.querySelector('[data-slot=select-trigger]')
for(const language in names)if(selector?.textContent.includes(names[language])&&root.lang!==language)root.lang=language
selector?.setAttribute('aria-label',labels[root.lang])
const main=location.pathname.split('/')[4]==='apps'&&document.querySelector('main[role=main]')
if(!main)note.remove()
else if(main.previousSibling!==note)main.before(note)
put(note,notes[root.lang])
const asked=location.pathname==='${AUTHORIZE}'&&(document.querySelector('form [role=list]')??nameOfApp())
if(!asked)choice.remove()
else if(asked.nextSibling!==choice)asked.after(choice)
put(choice,choices[root.lang])
const to=new URLSearchParams(location.search)
to.set('step','permissions')
to.set('${CHOSEN}',root.lang)
if(choice.search!=='?'+to)choice.href='?'+to
if(chosen||root.lang!==first)for(const link of document.querySelectorAll('a[href*="${SECURITY}"]')){
const at=new URL(link.href)
if(at.pathname!=='${SECURITY}'||at.searchParams.get('${CHOSEN}')===root.lang)continue
at.searchParams.set('${CHOSEN}',root.lang)
link.href=at}
const text=words[status]?.[root.lang]
if(text)for(const element of document.querySelectorAll('form [role=alert] p,[data-slot=toast][data-type=error] [data-slot=toast-description]'))put(element,text)
clearTimeout(leaving)
leaving=setTimeout(leave,${PAGE_SETTLED})}
const observer=new MutationObserver(say)
observer.observe(document.body,{childList:true,subtree:true,characterData:true})}
${NEEDS_SCRIPT}`
