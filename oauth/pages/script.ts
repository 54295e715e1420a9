import { PAGE_LANGUAGES, type PageLanguage } from '../../http/language.ts'
import { NEEDS_SCRIPT } from './needs.ts'
import { refusalWords } from './refusal_words.ts'
import { revocationNote } from './revocation_note.ts'

/** What the pages' language selector calls each language. */
const NAMES: Readonly<Record<PageLanguage, string>> = {
  en: 'English',
  es: 'Español',
  fr: 'Français',
  ja: '日本語',
  ko: '한국어',
  ro: 'Română',
  sv: 'svenska',
}

/** What it is called for those who hear it; the provider's own name for it is not translated. */
const LABELS: Readonly<Record<PageLanguage, string>> = {
  en: 'Language',
  es: 'Idioma',
  fr: 'Langue',
  ja: '言語',
  ko: '언어',
  ro: 'Limba',
  sv: 'Språk',
}

const notesOf = (minutes: number) =>
  Object.fromEntries(PAGE_LANGUAGES.map((each) => [each, revocationNote(each, minutes)]))

/**
 * Runs beside the script of the provider's pages, of whose markup it knows the language selector, the
 * error below a form and the error that passes by (`data-slot="toast"`). It says
 * - in `<html lang>` which language was chosen there,
 * - above the list of apps how soon one is out that is revoked,
 * - in the place of the provider's words what the status of an answer says better.
 *
 * @param minutes for which an app can go on whose access is revoked
 */
export const pageScript = (
  minutes: number,
) => `{const names=${JSON.stringify(NAMES)},labels=${JSON.stringify(LABELS)},notes=${JSON.stringify(notesOf(minutes))},words=${JSON.stringify(refusalWords)}
const root=document.documentElement,note=document.createElement('p'),ask=fetch
note.id='revocation-note'
note.setAttribute('role','note')
let status=0
fetch=async(...given)=>{
const isPost=given[1]?.method==='POST'
if(isPost)status=0
const answer=await ask(...given)
if(isPost)status=answer.status
return answer}
const put=(element,text)=>{if(element.textContent!==text)element.textContent=text}
const say=()=>{
const selector=document.querySelector('[data-slot=select-trigger]')
for(const language in names)if(selector?.textContent.includes(names[language])&&root.lang!==language)root.lang=language
selector?.setAttribute('aria-label',labels[root.lang])
const main=location.pathname.split('/')[4]==='apps'&&document.querySelector('main[role=main]')
if(!main)note.remove()
else if(main.previousSibling!==note)main.before(note)
put(note,notes[root.lang])
const text=words[status]?.[root.lang]
if(text)for(const element of document.querySelectorAll('form [role=alert] p,[data-slot=toast][data-type=error] [data-slot=toast-description]'))put(element,text)}
new MutationObserver(say).observe(document.body,{childList:true,subtree:true,characterData:true})}
${NEEDS_SCRIPT}`
