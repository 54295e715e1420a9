/** Headers by which proxies say who the client is; only the gateway's word counts. */
const ABOUT_THE_CLIENT = { names: new Set(['forwarded', 'x-real-ip']), start: 'x-forwarded-' }

/** Headers by which a proxy says, whatever about the client, that it is there (RFC 9110 section 7.6.3). */
const OF_PROXIES = { name: 'via', ends: ['client-ip', 'connecting-ip'] }

/** @param name in lower case */
export const isAboutTheClient = (name: string): boolean =>
  ABOUT_THE_CLIENT.names.has(name) || name.startsWith(ABOUT_THE_CLIENT.start)

/** @param name in lower case */
export const isOfProxy = (name: string): boolean =>
  isAboutTheClient(name) ||
  name === OF_PROXIES.name ||
  OF_PROXIES.ends.some((end) => name.endsWith(end))
