import { type Node, parseSync } from 'oxc-parser'

/**
 * The text of one thing in a file of JavaScript: `function`, `Class` or `constant` by its name, as
 * nested as it may be, or `Class.method`; `module` is the whole file, and `paths` are the paths that a
 * router is given, in order.
 *
 * @throws {Error} where the file has no such thing
 */
export function sourceOf(code: string, name: string): string {
  if (name === 'module') return code
  const { program } = parseSync('upstream.js', code)
  if (name === 'paths') return pathsOf(program).join('\n')
  const [outer, member] = name.split('.')
  const found = find(program, (node) => nameOf(node) === outer)
  const node =
    found && member
      ? find(found, (each) => isMember(each) && nameOf((each as { key: Node }).key) === member)
      : found
  if (!node) throw new Error(`There is no ${name}`)
  return code.slice(node.start, node.end)
}

const isMember = (node: Node) =>
  node.type === 'MethodDefinition' || node.type === 'PropertyDefinition'

/** What a declaration, or the key of a member, is called. */
function nameOf(node: Node): string | undefined {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
    case 'ClassExpression':
    case 'VariableDeclarator':
      return node.id?.type === 'Identifier' ? node.id.name : undefined
    case 'Identifier':
    case 'PrivateIdentifier':
      return node.name
    default:
      return undefined
  }
}

const DECLARATIONS = [
  'FunctionDeclaration',
  'ClassDeclaration',
  'ClassExpression',
  'VariableDeclarator',
]

function find(within: Node, is: (node: Node) => boolean): Node | undefined {
  for (const node of walk(within)) {
    if ((DECLARATIONS.includes(node.type) || isMember(node)) && is(node)) return node
  }
  return undefined
}

/** Values of `endpoint:` and first arguments of calls such as `router.get('/path', …)`. */
function pathsOf(program: Node): string[] {
  const paths: string[] = []
  for (const node of walk(program)) {
    const value =
      node.type === 'Property' && nameOf(node.key) === 'endpoint'
        ? node.value
        : node.type === 'CallExpression' && node.callee.type === 'MemberExpression'
          ? node.arguments[0]
          : undefined
    if (value?.type === 'Literal' && String(value.value).startsWith('/')) {
      paths.push(String(value.value))
    }
  }
  return paths
}

/** A node and everything in it, in the order of the text. */
function* walk(node: Node): Generator<Node> {
  yield node
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) yield* walk(child)
    }
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
