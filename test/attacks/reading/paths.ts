import { asMeant, OTHER } from './requests.ts'
import { escaped, type Spelling } from './spelling.ts'

const rename = (how: string, spell: (path: string) => string): Spelling => [
  how,
  (meant) => ({ ...asMeant(meant), target: spell(meant.target) }),
]
const lastSegment = (path: string) => path.slice(path.lastIndexOf('/') + 1)
const beforeLast = (path: string) => path.slice(0, path.lastIndexOf('/'))
const swapCase = (text: string) =>
  text.replace(/[a-z]/gi, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()))

export const paths: readonly Spelling[] = [
  rename('a slash at the end', (path) => `${path}/`),
  rename('two slashes at the end', (path) => `${path}//`),
  rename('a slash before', (path) => `/${path}`),
  rename('a slash twice within', (path) => `${beforeLast(path)}//${lastSegment(path)}`),
  rename('a dot before', (path) => `/.${path}`),
  rename('two dots before', (path) => `/x/..${path}`),
  rename('two dots within', (path) => `${beforeLast(path)}/x/../${lastSegment(path)}`),
  rename('an escaped dot before', (path) => `/%2e${path}`),
  rename('escaped dots before', (path) => `/x/%2E%2e${path}`),
  rename('a dot segment at the end', (path) => `${path}/.`),
  rename('a dot at the end', (path) => `${path}.`),
  rename('capitals', (path) => path.toUpperCase()),
  rename(
    'the other case at the end',
    (path) => `${beforeLast(path)}/${swapCase(lastSegment(path))}`,
  ),
  rename('one capital', (path) => path.replace(/[a-z]$/, (letter) => letter.toUpperCase())),
  rename('an escaped letter', (path) => path.replace(/[a-z]$/, escaped)),
  rename('an escaped letter within', (path) => path.replace(/[a-z]/, escaped)),
  rename('an escaped slash', (path) => `${beforeLast(path)}%2F${lastSegment(path)}`),
  rename('an escaped slash, in lower case', (path) => `${beforeLast(path)}%2f${lastSegment(path)}`),
  rename('an escaped slash at the end', (path) => `${path}%2f`),
  rename('a backslash', (path) => `${beforeLast(path)}\\${lastSegment(path)}`),
  rename('a backslash before', (path) => `\\${path}`),
  rename('parameters of a segment', (path) => `${path};a=b`),
  rename('an escaped NUL', (path) => `${path}%00`),
  rename('an escaped space', (path) => `${path}%20`),
  rename('a tab', (path) => `${path}\t`),
  rename('a space', (path) => `${path} `),
  rename('an escaped line end', (path) => `${path}%0d%0a`),
  rename('an escaped question mark', (path) => `${path}%3f`),
  rename('a fragment', (path) => `${path}#x`),
  rename('a bare percent', (path) => `${path}%`),
  rename('a wrong escape', (path) => `${path}%zz`),
  rename('an overlong escape', (path) => path.replace(/.$/, '%c1%af')),
  rename('a wide letter', (path) => `${path}\uff41`),
  rename('a host within', (path) => `//evil.test${path}`),
  rename('a whole address', (path) => `http://localhost:2600${path}`),
  rename('an empty query', (path) => `${path}?`),
  rename('a query', (path) => `${path}?x=1`),
  rename('somebody else in the query', (path) => `${path}?identifier=${OTHER}&email=${OTHER}`),
  rename('a method in the query', (path) => `${path}?_method=GET`),
  rename('brackets in the query', (path) => `${path}?did[]=${OTHER}&handle[x]=${OTHER}`),
  rename('__proto__ in the query', (path) => `${path}?__proto__=1`),
]
