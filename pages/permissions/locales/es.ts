import type { PermissionTexts } from '../texts.ts'

export const es: PermissionTexts = {
  title: 'Elige qué puede hacer la aplicación',
  lead: (app, name) => `${app} pide acceso a ${name}. Desmarca lo que no deba recibir.`,
  link: 'Elegir qué puede hacer la aplicación',
  identity: 'Saber qué cuenta es la tuya',
  generic:
    'Crear, cambiar y eliminar todo lo público de tu cuenta, como publicaciones y «me gusta», y actuar en tu nombre en cualquier servicio',
  readEmail: 'Leer tu correo electrónico',
  manageEmail: 'Leer y cambiar tu correo electrónico',
  chat: 'Leer y enviar mensajes de Bluesky',
  status: 'Desactivar y reactivar tu cuenta',
  repo: 'Reemplazar todos los datos públicos de tu cuenta',
  handle: 'Cambiar tu nombre de usuario',
  fullIdentity: 'Controlar toda tu identidad, lo que puede quitarte la cuenta para siempre',
  actions: { create: 'crear', update: 'cambiar', delete: 'eliminar' },
  records: (actions, what) => `Registros: ${actions} (${what})`,
  anyRecords: 'de todo tipo',
  calls: (methods, service) => `Actuar en tu nombre en ${service} (${methods})`,
  anyMethod: 'todo lo que se puede pedir allí',
  anyService: 'cualquier servicio',
  uploads: (types) => `Subir archivos (${types})`,
  anyFile: 'de todo tipo',
  next: 'Es posible que la aplicación no funcione del todo sin lo que desmarques. En la página siguiente verás lo que queda y decidirás.',
  goOn: 'Continuar',
}
