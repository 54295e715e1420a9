import { documentDoor, oauthDoor, pageDoor } from './door.ts'
import type { RouteShape } from './route.ts'

/** A document for programs. */
export const documentRoute = (name: string, path: string): RouteShape => ({
  ...{ name, path, methods: ['GET'], body: 'none', door: documentDoor },
})

/** A page that is only looked at. */
export const pageRoute = (name: string, path: string): RouteShape => ({
  ...{ name, path, methods: ['GET'], body: 'none', door: pageDoor },
})

/** What a page of this program's own posts. */
export const formRoute = (name: string, path: string): RouteShape => ({
  ...{ name, path, methods: ['POST'], body: 'form', isOwnForm: true, door: pageDoor },
})

/** An endpoint of OAuth or OpenID. */
export const endpointRoute = (name: string, path: string): RouteShape => ({
  ...{ name, path, methods: ['POST', 'OPTIONS'], body: 'form', door: oauthDoor },
})
