import { type ResolveFnOutput, registerHooks } from 'node:module'

/** What an `import` of a package leads to, by its specifier and the folder that it is imported from. */
const ofPackages = new Map<string, ResolveFnOutput>()

/**
 * Resolves a relative import to its URL alone, and the name of a package once for each folder that it is imported from,
 * once this module is loaded: import it before the program. Node.js would look for each such file, for links on the
 * way to it, and for its package, once for every import of it.
 *
 * A relative file that is missing is an error when it is read. A `require` is resolved as ever.
 */
registerHooks({
  resolve(specifier, context, next) {
    const { parentURL, conditions } = context
    if (!parentURL?.startsWith('file:') || !conditions.includes('import'))
      return next(specifier, context)
    if (/^\.\.?\/.*\.(ts|m?js)$/.test(specifier))
      return { url: new URL(specifier, parentURL).href, shortCircuit: true }
    if (!/^[\w@]/.test(specifier) || specifier.includes(':')) return next(specifier, context)
    const from = `${parentURL.slice(0, parentURL.lastIndexOf('/'))} ${specifier}`
    const found = ofPackages.get(from) ?? { ...next(specifier, context), shortCircuit: true }
    ofPackages.set(from, found)
    return found
  },
})
