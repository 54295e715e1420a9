import { LOCAL_TIMES } from '../../../pages/security/time.ts'
import { SHOWN_PASSWORD } from '../../../pages/sign_in/password.ts'
import { TYPED_NAME } from '../../../pages/sign_in/typed_name.ts'
import { KEEPING, KEPT_NO_LONGER } from '../../../pages/sign_up/kept.ts'

/** The scripts that stand in pages themselves: of one that answers a form, and of one with forms. */
const VISITED = "history.replaceState(null,'',location.href)"
const ONCE =
  "let at=-1e4;addEventListener('submit',e=>{e.timeStamp-at<1e4?e.preventDefault():at=e.timeStamp});addEventListener('pageshow',()=>{at=-1e4})"

/** With those of one with a password, with a name, with times, and of a sign-up. */
const OTHERS = [SHOWN_PASSWORD, TYPED_NAME, LOCAL_TIMES, KEEPING, KEPT_NO_LONGER]
const LINES = [VISITED, ONCE, ...OTHERS.map(({ text }) => text)]

/** Which of them a page has. */
export const ownLines = (page: string): string[] =>
  LINES.filter((line) => page.includes(`<script>${line}</script>`))

/** A page without them. */
export const withoutOwnLines = (page: string): string =>
  LINES.reduce((text, line) => text.replace(`<script>${line}</script>`, ''), page)
