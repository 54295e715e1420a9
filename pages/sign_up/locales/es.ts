import type { SignUpTexts } from '../texts.ts'

export const es: SignUpTexts = {
  title: 'Crear una cuenta con una clave de acceso',
  lead: 'Inicias sesión con tu huella, tu cara o el bloqueo de pantalla, y no necesitas contraseña.',
  handle: 'Nombre de usuario',
  domain: 'Terminación del nombre de usuario',
  inviteCode: 'Código de invitación',
  next: 'Siguiente',
  withPassword: 'Usar una contraseña en su lugar',
  makeTitle: 'Crea tu clave de acceso',
  makeLead: (handle) => `Tu dispositivo la guarda para @${handle}. Después se crea tu cuenta.`,
  make: 'Crear la clave de acceso',
  doneTitle: 'Tu cuenta está lista',
  doneLead:
    'Si pierdes tu clave de acceso, establece una contraseña por correo y luego inicia sesión con ella y con uno de estos códigos.',
  goOn: 'Continuar',
  handleTaken: 'Este nombre de usuario está ocupado. Elige otro.',
  handleWrong:
    'Este nombre de usuario no se puede usar. Elige otro, de 3 a 18 letras, cifras y guiones.',
  emailTaken: 'Ya hay una cuenta con esta dirección de correo.',
  inviteWrong: 'Este código de invitación no es válido.',
  underWay:
    'Hay un registro sin terminar con este nombre de usuario, dirección de correo o código de invitación. Si es tuyo, espera unos minutos: después podrás iniciar sesión o registrarte de nuevo.',
  captchaMissing: 'Demuestra que eres una persona, debajo del formulario.',
  closed: 'En este momento no se pueden crear cuentas aquí.',
  notAccepted: 'No se aceptó esta clave de acceso. Inténtalo de nuevo.',
  stale: 'La página estuvo abierta demasiado tiempo. Inténtalo de nuevo.',
}
