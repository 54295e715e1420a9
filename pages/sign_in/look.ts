import type { Branding } from '../../base/settings/branding.ts'
import type { Settings } from '../../base/settings/settings.ts'
import { BASE_STYLE, Style } from '../../http/page/document.ts'

/** How the operator wants the pages of a sign-in to look: as the provider's pages then do. */
export type Look = {
  /** What the pages call this service. */
  service: string
  logo: string | undefined
  style: Style
  /** From where the pictures come, as sources of a content security policy. */
  images: string[]
}

const STYLE = `${BASE_STYLE}main{max-width:26rem}
html{background-position:50%;background-repeat:no-repeat;background-size:cover}
.logo{display:block;height:2.25rem;max-width:8rem;margin:0 auto 1rem;object-fit:contain}
h1{margin-bottom:1.25rem;font-size:1.5rem}
.lead{text-align:center}
label,.label{display:block;margin-bottom:.375rem;font-size:.875rem}
input:not([type=checkbox]),select{box-sizing:border-box;width:100%;height:2.75rem;padding:0 .625rem;border:1px solid var(--edge);border-radius:.625rem;background:transparent;color:inherit;font:inherit}
input[readonly]{background:var(--field)}
input[aria-invalid]{border-color:var(--error)}
.field{margin-bottom:1rem}
.joined{display:flex;flex-wrap:wrap;gap:.25rem .5rem;align-items:center}
.joined input{flex:1 1 8rem}
.joined select{width:auto;max-width:100%}
.row{display:flex;flex-wrap:wrap;justify-content:space-between;column-gap:1rem}
.row .joined{order:1;flex-basis:100%}
.row .link{margin-bottom:.375rem}
.check{display:flex;gap:.625rem;align-items:start;margin-bottom:1rem}
.check input{flex:none;width:1rem;height:1rem;margin:.1875rem 0 0;accent-color:var(--primary)}
.check label{margin:0;min-width:0;overflow-wrap:anywhere}
.check small{display:block;color:var(--quiet);font-size:.8125rem}
.check code{font-size:inherit}
.actions{display:flex;flex-wrap:wrap;flex-direction:row-reverse;gap:.5rem}
.actions>*{min-width:0}
.stack{display:flex;flex-direction:column;gap:.5rem}
.stack [role=status]{margin:0}
.stack [role=status]:empty{margin-top:-.5rem}
.foot{margin:1.25rem 0 0;padding-top:.75rem;border-top:1px solid var(--line);text-align:center;font-size:.875rem}
.foot a{display:inline-block;padding:.25rem .5rem}
button,.button{box-sizing:border-box;max-width:100%;min-height:2.5rem;padding:.4375rem 1rem;border:1px solid transparent;border-radius:.625rem;background:var(--field);color:inherit;font:inherit;text-align:center;text-decoration:none;cursor:pointer}
.primary{background:var(--primary);color:var(--on-primary)}
.wide{display:block;width:100%;margin-top:.75rem}
.link{width:auto;min-height:0;padding:0;border:0;background:none;text-decoration:underline;font-size:.875rem}
:focus-visible{outline:3px solid var(--primary);outline-offset:2px}
.alert{padding:.625rem .75rem;border:1px solid var(--error);border-radius:.625rem;color:var(--error)}
.notice{margin-bottom:1rem;padding:.625rem .75rem;border:1px solid var(--edge);border-radius:.625rem;background:var(--field)}
.notice :is(button,.button){display:inline-block;margin-block:.125rem;border-color:var(--edge)}
.accounts{margin:0 0 1rem;padding:0;list-style:none}
.accounts a,.accounts span{display:block;margin-bottom:.5rem;padding:.625rem .75rem;border:1px solid var(--line);border-radius:.625rem;text-decoration:none;overflow-wrap:anywhere}
.accounts small{display:block;color:var(--quiet)}
form+form,form+p,.actions+p{margin-top:1rem}
code{font-size:1.125rem;user-select:all}
.codes{columns:12rem;margin:0 0 1rem;padding:0;list-style:none}
details{margin-top:1.5rem;text-align:center;font-size:.875rem}
summary{display:inline-block;padding:.25rem .5rem;border-radius:.375rem;cursor:pointer}
summary::after{content:"";display:inline-block;margin-left:.5rem;border:.3rem solid transparent;border-top-color:currentcolor;vertical-align:-.15rem}
details nav{margin-top:.5rem}
@media(forced-colors:active){summary::after{border-color:Canvas;border-top-color:LinkText}}
@media(hover:hover){button:hover,.button:hover,.accounts a:hover{filter:brightness(.96)}a:hover{text-decoration:underline}}
@media(max-width:25rem){.actions>*{flex:1 1 100%}}
@media print{:root{color-scheme:light}html{background:none}body{display:block;padding:0}main{max-width:none;border:0}nav,details,form,button,.button{display:none!important}main:has(.codes)>:not(.name,.logo,h1,.lead,.notice){display:none}}
@media(max-width:20rem){body{padding:min(.5rem,2vw)}main{padding:min(1rem,4vw)}h1{font-size:1.25rem}h1,label,button,.button,.link{hyphens:auto}
button:not(.link),.button,.alert,.notice,.accounts a,.accounts span{padding-inline:min(.75rem,3vw)}
.codes li{margin-bottom:.375rem;padding-left:.75rem;text-indent:-.75rem}}
`

/** Of buttons; the pages write on it in black (WCAG contrast 7.6), see `oauth/pages/finish.ts`. */
const PRIMARY_COLOR = '#5b9dff'

export const primaryColor = ({ primary }: Branding['colors']): string => primary ?? PRIMARY_COLOR

/** @param more the style of a page that has more than the steps of a sign-in */
export function createLook(
  { name: service, branding }: Pick<Settings, 'name' | 'branding'>,
  more = '',
): Look {
  const { logo, background, colors } = branding
  const { light, dark } = background
  const primary = primaryColor(colors)
  const error = colors.error ? `--error:${colors.error};` : ''
  const css = `${STYLE}${more}:root{--primary:${primary};--on-primary:${textOn(primary)};${error}}
${light ? `html{background-image:url("${escapeUrl(light)}")}\n` : ''}@media(prefers-color-scheme:dark){html{background-image:${dark ? `url("${escapeUrl(dark)}")` : 'none'}}}
`
  const images = [logo, light, dark].flatMap((url) => (url ? [sourceOf(url)] : []))
  return { service, logo, style: new Style(css), images: [...new Set(images)] }
}

/** What could end the text in a style sheet, or the sheet in its page. */
const escapeUrl = (url: string) =>
  url.replace(/["\\<\n\r\f]/g, (one) => `\\${one.charCodeAt(0).toString(16)} `)

/** A picture as a source of a policy, which has no signs for what stands in its own grammar. */
function sourceOf(url: string): string {
  return url.startsWith('data:') ? 'data:' : new URL(url).origin
}

/** Black or white, whatever can be read better on a colour (WCAG 2.1 contrast). */
function textOn(color: string): '#000' | '#fff' {
  const [r = 0, g = 0, b = 0] = channelsOf(color).map((channel) => {
    const part = channel / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b
  return (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) ? '#000' : '#fff'
}

/** Of a colour as the settings take one: `#5b9dff`, `#59f` or `rgb(91, 157, 255)`. */
function channelsOf(color: string): number[] {
  if (!color.startsWith('#')) return (color.match(/\d+/g) ?? []).map(Number)
  const digits = color.length === 4 ? color.slice(1).replace(/./g, '$&$&') : color.slice(1)
  return (digits.match(/../g) ?? []).map((two) => Number.parseInt(two, 16))
}
