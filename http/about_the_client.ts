/** Headers by which proxies say who the client is; only the gateway's word counts. */
const ABOUT_THE_CLIENT = /^(forwarded|x-forwarded-.*|x-real-ip)$/

/** Headers by which a proxy says, whatever about the client, that it is there (RFC 9110 section 7.6.3). */
const OF_PROXIES = /^(via|.*client-ip|.*connecting-ip)$/

/** @param name in lower case */
export const isAboutTheClient = (name: string): boolean => ABOUT_THE_CLIENT.test(name)

/** @param name in lower case */
export const isOfProxy = (name: string): boolean => isAboutTheClient(name) || OF_PROXIES.test(name)
