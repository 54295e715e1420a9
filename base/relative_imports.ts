import { registerHooks } from 'node:module'

/**
 * Resolves a relative import to its URL alone, once this module is loaded: import it before the program. Node.js would
 * look for each such file, for links on the way to it, and for its package, once for every import of it. A file that
 * is missing is an error when it is read.
 *
 * A `require` and the name of a package are resolved as ever.
 */
registerHooks({
  resolve(specifier, context, next) {
    const { parentURL, conditions } = context
    const isRelative = /^\.\.?\/.*\.(ts|m?js)$/.test(specifier)
    if (!isRelative || !parentURL?.startsWith('file:') || !conditions.includes('import'))
      return next(specifier, context)
    return { url: new URL(specifier, parentURL).href, shortCircuit: true }
  },
})
