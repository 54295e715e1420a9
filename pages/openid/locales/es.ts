import type { OpenidTexts } from '../texts.ts'

export const es: OpenidTexts = {
  title: (app) => `Iniciar sesión en ${app}`,
  lead: (name) => `Has iniciado sesión como ${name}.`,
  gets: (app) => `${app} recibe:`,
  identifier: 'El identificador de tu cuenta, que no cambia',
  profile: 'Tu nombre, tu identificador público y tu imagen',
  email: 'Tu dirección de correo electrónico',
  offline: 'Mantiene la sesión iniciada mientras no estás',
  uses: (resource) => `Puede usar ${resource} en tu nombre:`,
  goesTo: (host) => `Continuarás en ${host}.`,
  allow: 'Permitir',
  refuse: 'Cancelar',
  otherAccount: 'Usar otra cuenta',

  signOutTitle: '¿Cerrar la sesión?',
  signOutLead: (service, app) =>
    app
      ? `${app} pide cerrar tu sesión de ${service} en este navegador.`
      : `Se cerrará tu sesión de ${service} en este navegador.`,
  signOut: 'Cerrar sesión',
  stay: 'Mantener la sesión iniciada',
  signedOutTitle: 'Has cerrado la sesión',
  signedOutLead: (service) => `Has cerrado la sesión de ${service} en este navegador.`,
}
