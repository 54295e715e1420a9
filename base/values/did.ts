/** @see https://www.w3.org/TR/did-1.0/#did-syntax */
export const isDid = (text: string): boolean => text.startsWith('did:')

/** Whether the PLC directory has the document of a DID (https://web.plc.directory/spec/v0.1/did-plc). */
export const isPlcDid = (did: string): boolean => did.startsWith('did:plc:')

/** Whether the host that a DID names has its document. */
export const isWebDid = (did: string): boolean => did.startsWith('did:web:')

/** The `did:web` of a host, with its port (https://w3c-ccg.github.io/did-method-web/#method-specific-identifier). */
export const webDid = ({ host }: Pick<URL, 'host'>): string => `did:web:${host.replace(':', '%3A')}`
