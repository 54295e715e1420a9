/** An app as people are told of it: by the host of its id, since its name is what it says of itself. */
export function appName(clientId: string): string {
  return URL.canParse(clientId) ? new URL(clientId).host : clientId
}
