import { BASE_STYLE, Style } from '../http/page/document.ts'

/** Tables become one paragraph a row where there is no room for them: where `main` has not its full width. */
export const STYLE = new Style(`${BASE_STYLE}:root{--primary:#1d4ed8;--on-primary:#fff}
body{display:block;padding:0;place-items:normal}
header{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:center;padding:.75rem 1.5rem;border-bottom:1px solid var(--line);background:var(--card)}
header p{margin:0}
.skip{position:absolute;left:.5rem;top:-10rem;padding:.5rem 1rem;border:1px solid var(--edge);border-radius:.625rem;background:var(--card)}
.skip:focus{top:.5rem}
[aria-current]{font-weight:600}
main:focus{outline:none}
header form{margin-left:auto}
main{max-width:72rem;margin:1.5rem auto;border:0;background:none;padding:0 1.5rem}
main.card{max-width:28rem;margin:4rem auto;padding:1.5rem;border:1px solid var(--line);background:var(--card)}
h1{text-align:left;font-size:1.5rem}
h2{margin:2rem 0 .75rem;font-size:1.125rem}
.alert{padding:.625rem .75rem;border:1px solid var(--error);border-radius:.625rem;color:var(--error);white-space:pre-line}
.notice{padding:.625rem .75rem;border:1px solid var(--edge);border-radius:.625rem;background:var(--card)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(10rem,100%),1fr));gap:1rem;margin:0}
.figures div{padding:.75rem 1rem;border:1px solid var(--line);border-radius:.625rem;background:var(--card)}
dt{color:var(--quiet);font-size:.875rem}
dd{margin:0;overflow-wrap:anywhere}
.figures dd{font-size:1.25rem}
header nav{margin:0;justify-content:start}
.filter{margin-bottom:1rem}
.filter div{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(15rem,100%),1fr));gap:0 1rem;margin-top:.75rem}
summary{width:max-content;max-width:100%;padding:.4375rem 0;cursor:pointer}
time,.whole{white-space:nowrap}
.field,.check{margin-bottom:1rem;max-width:36rem}
.check{display:flex;gap:.625rem;align-items:start}
.check input{width:1rem;height:1rem;margin:.25rem 0 0}
.field p,.check p{margin:.25rem 0 0}
label{display:block;margin-bottom:.25rem;font-size:.875rem}
.field input,select,textarea{box-sizing:border-box;width:100%;min-height:2.75rem;padding:.5rem .625rem;border:1px solid var(--edge);border-radius:.625rem;background:var(--card);color:inherit;font:inherit}
[aria-invalid]:is(input,select,textarea){border-color:var(--error)}
main>.quiet{margin-top:1rem}
section{margin-top:1.5rem}
.others{justify-content:start;gap:.5rem}
.sheet{margin:0;border:1px solid var(--line);border-radius:.625rem;background:var(--card)}
.sheet div{display:grid;grid-template-columns:minmax(8rem,1fr) 3fr;gap:.25rem 1rem;padding:.5rem .75rem}
.sheet div+div{border-top:1px solid var(--line)}
.commands,.plain{padding:0;list-style:none}
:is(td,dd) .plain{margin:0}
.commands li{padding:.5rem 0;border-bottom:1px solid var(--line)}
code{overflow-wrap:anywhere}
.property{display:block}
table{width:100%;border-collapse:collapse;background:var(--card)}
th,td{min-width:5rem;padding:.5rem .75rem;border:1px solid var(--line);text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{color:var(--quiet);font-size:.875rem;font-weight:500}
.copy{min-height:0;padding:.0625rem .5rem;font-size:.8125rem}
button,.button{box-sizing:border-box;display:inline-block;max-width:100%;min-height:2.5rem;padding:.4375rem 1rem;border:1px solid var(--edge);border-radius:.625rem;background:var(--field);color:inherit;font:inherit;text-decoration:none;cursor:pointer}
.primary{border-color:transparent;background:var(--primary);color:var(--on-primary)}
:focus-visible{outline:3px solid var(--primary);outline-offset:2px}
@media(prefers-color-scheme:dark){:root{--primary:#93b4ff;--on-primary:#000}}
@media(max-width:75rem){header,main{padding-left:1rem;padding-right:1rem}
table,tbody,tr,td{display:block}
thead{display:none}
table{background:none}
tr{margin-bottom:.75rem;border:1px solid var(--line);border-radius:.625rem;background:var(--card)}
td{min-width:0;border:0;padding:.25rem .75rem}
td::before{content:attr(data-label);display:block;color:var(--quiet);font-size:.8125rem}}
@media(min-width:40rem) and (max-width:75rem){tr{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr))}}
@media(max-width:20rem){.sheet div{grid-template-columns:1fr}time,.whole{white-space:normal}}
`)
