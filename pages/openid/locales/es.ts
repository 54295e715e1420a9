import type { OpenidTexts } from '../texts.ts'

export const es: OpenidTexts = {
  title: (app) => `Iniciar sesión en ${app}`,
  lead: (name) => `Has iniciado sesión como ${name}.`,
  unvouched: (service, name) =>
    `${name ? `Se presenta como «${name}». ` : ''}${service} no sabe quién está detrás.`,
  gets: (app) => `${app} recibe:`,
  identifier: 'El identificador de tu cuenta, que no cambia',
  profile: 'Tu nombre, tu nombre de usuario y tu imagen',
  email: 'Tu dirección de correo electrónico',
  offline: 'Mantiene la sesión iniciada mientras no estás',
  uses: (resource) => `Puede usar ${resource} en tu nombre:`,
  local: (app) =>
    `${app} se ejecuta en tu dispositivo y nadie puede garantizar que sea lo que dice ser. Continúa solo si acabas de iniciarlo tú.`,
  allow: 'Permitir',
  refuse: 'Cancelar',
  otherAccount: 'Usar otra cuenta',

  deviceTitle: 'Conectar un dispositivo',
  deviceLead: 'Introduce el código que muestra el dispositivo o el programa.',
  code: 'Código',
  goOn: 'Continuar',
  wrongCode: 'Este código no es correcto, ya se usó o ha caducado.',
  askedFrom: (app, from) => `${app} pide iniciar sesión con tu cuenta. Lo pidió desde ${from}.`,
  codeShown: (code) =>
    `Continúa solo si tu propio dispositivo muestra ${code} y has empezado esto tú. Si alguien te envió el código, cancela.`,
  deviceDone: 'El dispositivo está conectado',
  deviceDoneLead: (app) => `Puedes cerrar esta página y volver a ${app}.`,
  deviceRefused: 'El dispositivo no está conectado',
  deviceRefusedLead: (app) => `${app} no ha recibido nada. Puedes cerrar esta página.`,

  signOutTitle: '¿Cerrar la sesión?',
  signOutLead: (service, app) =>
    app
      ? `${app} pide cerrar tu sesión de ${service} en este navegador.`
      : `Se cerrará tu sesión de ${service} en este navegador.`,
  signOut: 'Cerrar sesión',
  stay: 'Mantener la sesión iniciada',
  signedOutTitle: 'Has cerrado la sesión',
  signedOutLead: (service) => `Has cerrado la sesión de ${service} en este navegador.`,
  stayedTitle: 'Tu sesión sigue abierta',
  stayedLead: (service) => `Tu sesión de ${service} sigue abierta en este navegador.`,
}
