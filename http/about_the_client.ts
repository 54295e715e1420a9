/** Headers by which proxies say who the client is; only the gateway's word counts. */
const ABOUT_THE_CLIENT = /^(forwarded|x-forwarded-.*|x-real-ip)$/

/** @param name in lower case */
export const isAboutTheClient = (name: string): boolean => ABOUT_THE_CLIENT.test(name)
