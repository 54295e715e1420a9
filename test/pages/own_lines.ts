import { LOCAL_TIMES } from '../../pages/security/time.ts'
import { EMAIL_COMES_ALONG, EMAIL_GOES_ALONG } from '../../pages/sign_in/forgotten.ts'
import { SHOWN_PASSWORD } from '../../pages/sign_in/password.ts'
import { KEEPING, KEPT_NO_LONGER } from '../../pages/sign_up/kept.ts'

/** The scripts that stand in pages themselves: of one that answers a form, and of one with forms. */
const VISITED = "history.replaceState(null,'',location.href)"
const ONCE =
  "let at=-1e4;addEventListener('submit',e=>{e.timeStamp-at<1e4?e.preventDefault():at=e.timeStamp});addEventListener('pageshow',()=>{at=-1e4})"

/** With those of one with a password, with times, of a sign-up and of a forgotten password. */
const OF_EMAIL = [EMAIL_GOES_ALONG, EMAIL_COMES_ALONG]
const OTHERS = [SHOWN_PASSWORD, LOCAL_TIMES, KEEPING, KEPT_NO_LONGER, ...OF_EMAIL]
const LINES = [VISITED, ONCE, ...OTHERS.map(({ text }) => text)]

/** Which of them a page has. */
export const ownLines = (page: string): string[] =>
  LINES.filter((line) => page.includes(`<script>${line}</script>`))

/** A page without them. */
export const withoutOwnLines = (page: string): string =>
  LINES.reduce((text, line) => text.replace(`<script>${line}</script>`, ''), page)
