import type { SignInTexts } from '../texts.ts'

export const es: SignInTexts = {
  title: 'Iniciar sesión',
  choose: 'Elige una cuenta',
  passwordNeeded: 'Se necesita la contraseña',
  anotherAccount: 'Otra cuenta',
  enterPassword: 'Introduce tu contraseña para continuar.',
  username: 'Nombre de usuario o correo electrónico',
  password: 'Contraseña',
  forgotten: '¿Has olvidado la contraseña?',
  trust: 'Introduce tu contraseña solo en sitios de confianza.',
  remember: 'Recordar esta cuenta en este dispositivo',
  signIn: 'Iniciar sesión',
  withPasskey: 'Iniciar sesión con una clave de acceso',
  signUp: 'Crear una nueva cuenta',
  signUpWithPasskey: 'Crear una cuenta con una clave de acceso',
  back: 'Volver',
  cancel: 'Cancelar',
  goesTo: (host) => `Continuarás en ${host}.`,
  goOn: 'Continuar',
  codeTitle: 'Introduce tu código',
  passkeyTitle: 'Usa tu clave de acceso',
  codes: {
    passkey: {
      use: 'Usar una clave de acceso',
      label: 'Usar clave de acceso',
      lead: () => 'Confirma que eres tú con una clave de acceso de esta cuenta.',
    },
    totp: {
      use: 'Usar la aplicación de autenticación',
      label: 'Código de la aplicación',
      lead: () =>
        'Abre tu aplicación de autenticación e introduce los 6 dígitos que muestra para esta cuenta.',
    },
    mail: {
      use: 'Enviar un código por correo',
      label: 'Código del correo electrónico',
      lead: (hint) => `Hemos enviado un código a ${hint}. Introdúcelo aquí.`,
    },
    recovery: {
      use: 'Usar un código de recuperación',
      label: 'Código de recuperación',
      lead: () =>
        'Introduce uno de los códigos de recuperación que guardaste. Cada uno funciona una vez.',
    },
  },
  code: 'Código del correo electrónico',
  confirm: 'Confirmar',
  trustDevice: (days) => `No volver a preguntar en este dispositivo durante ${days} días`,
  sendAgain: 'Enviar otro código',
  sentAgain: 'Otro código está en camino. El anterior ya no sirve.',
  resetTitle: 'Restablece tu contraseña',
  resetLead: 'Introduce la dirección de correo electrónico de tu cuenta y te enviaremos un código.',
  email: 'Dirección de correo electrónico',
  sendCode: 'Enviar código',
  haveCode: 'Ya tengo un código',
  newPasswordTitle: 'Elige una nueva contraseña',
  newPasswordLead:
    'Introduce el código del correo electrónico. Solo llega si alguna cuenta tiene esa dirección.',
  newPassword: 'Nueva contraseña',
  length: (least, most) => `De ${least} a ${most} caracteres.`,
  save: 'Guardar contraseña',
  saved: 'Tu contraseña ha cambiado. Inicia sesión con la nueva.',
  deleted: 'Tu cuenta se ha eliminado.',
  passkeysStay: 'Las claves de acceso siguen dando acceso a tu cuenta. Quita las que no conozcas:',
  toPasskeys: 'Iniciar sesión y ver las claves de acceso',
  wrongPassword:
    'Nombre de usuario o contraseña incorrectos. En una cuenta sin contraseña se entra con su clave de acceso.',
  noPasskey: 'No se usó ninguna clave de acceso. Inténtalo de nuevo o elige otra forma.',
  passkeyNeedsScript: 'Para usar una clave de acceso se necesita JavaScript.',
  wrongCode: {
    passkey: 'No se aceptó esta clave de acceso. Inténtalo de nuevo o elige otra forma.',
    totp: 'Este código es incorrecto o ya se ha usado. Espera al siguiente.',
    recovery: 'Este código es incorrecto o ya se ha usado.',
  },
  captcha:
    'Han fallado varios inicios de sesión. Confirma abajo que eres una persona y vuelve a escribir tu contraseña.',
  captchaScript:
    'Han fallado varios inicios de sesión, así que antes debes confirmar que eres una persona. Para eso hace falta JavaScript: actívalo en esta página o inténtalo más tarde.',
  takenDown: 'Esta cuenta ha sido retirada. No puedes iniciar sesión en ella.',
  stale: 'La página estuvo abierta demasiado tiempo. Vuelve a iniciar sesión.',
  noEmail: 'Esto no es una dirección de correo electrónico.',
}
