/** How people type and paste a name, each with what it does to it. */
export const SPELLINGS: readonly (readonly [how: string, spell: (name: string) => string])[] = [
  ['as it is', (name) => name],
  ['in capitals', (name) => name.toUpperCase()],
  ['spaces around', (name) => `  ${name} `],
  ['a tab and a line end', (name) => `\t${name}\r\n`],
  ['a space that does not break', (name) => `\u00a0${name}\u00a0`],
  ['an ideographic space', (name) => `\u3000${name}`],
  ['@', (name) => `@${name}`],
  ['@ and spaces', (name) => ` @  ${name}`],
  ['@ twice', (name) => `@@${name}`],
  ['a dot at the end', (name) => `${name}.`],
  ['a dot and a space', (name) => `${name}. `],
  ['bidi isolates, as apps copy them', (name) => `\u2066@${name}\u2069`],
  ['@, then a bidi mark', (name) => `@\u200e${name}`],
  ['bidi overrides', (name) => `\u202a${name}\u202c`],
  ['a byte order mark', (name) => `\ufeff${name}`],
  ['a space without width inside', (name) => name.replace('i', 'i\u200b')],
  ['a soft hyphen inside', (name) => name.replace('i', 'i\u00ad')],
  ['a NUL', (name) => `${name}\0`],
  ['wide letters', (name) => name.replace(/[!-~]/g, wide)],
  ['a wide @', (name) => `\uff20${name}`],
  ['an ideographic dot at the end', (name) => `${name}\u3002`],
]

function wide(letter: string): string {
  return String.fromCharCode(letter.charCodeAt(0) + 0xfee0)
}
