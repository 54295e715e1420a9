import { ENTERED } from '../base/lifetimes.ts'

/**
 * Scripts by which a page keeps in its tab what somebody has entered: an address of a page would show it to who reads
 * logs. Whoever comes to the tab of another, as on a computer that people share, finds nothing there after
 * {@link ENTERED}.
 *
 * @param name of what is kept
 * @returns `read`, an expression for what is kept, as an object; `keep`, which keeps an object `kept`; and `forget`
 */
export function keptInTab(name: string) {
  const forget = `sessionStorage.removeItem('${name}')`
  return {
    read: `(()=>{const{at,...kept}=JSON.parse(sessionStorage.getItem('${name}'))??{};if(Date.now()-at<=${ENTERED})return kept;${forget};return{}})()`,
    keep: `sessionStorage.setItem('${name}',JSON.stringify({...kept,at:Date.now()}))`,
    forget,
  }
}
