import type { MailTexts } from '../texts.ts'

export const es: MailTexts = {
  language: 'es',
  greeting: (handle) => `Hola, @${handle}:`,
  codeLabel: 'Tu código',
  colon: ':',
  occasion: 'Fecha y lugar',
  lifetime: (minutes) => `El código sirve una sola vez y caduca en ${minutes} minutos.`,
  secrecy: 'No lo compartas: nadie que te ayude con tu cuenta lo necesita.',
  accountPage: 'La página de tu cuenta',
  securityPage: 'Tu página de seguridad',
  signOut: 'Cerrar sesión en todas partes',
  signOutAdvice: (days) =>
    `Este enlace cierra la sesión en todos los dispositivos y aplicaciones y anula las contraseñas de aplicación. No hace falta iniciar sesión para usarlo. Sirve una sola vez, durante ${days} días.`,
  sentBy: (service) => `Enviado por ${service}, donde tu cuenta inicia sesión.`,
  purposes: {
    resetPassword: {
      subject: 'Restablecer tu contraseña',
      heading: 'Restablecer tu contraseña',
      body: 'Hemos recibido una solicitud para restablecer la contraseña de tu cuenta. Para elegir una nueva, introduce este código junto con la nueva contraseña.',
      unrequested: 'Si no has sido tú, ignora este correo: tu contraseña no cambia.',
    },
    confirmEmail: {
      subject: 'Confirmar tu correo electrónico',
      heading: 'Confirmar tu correo electrónico',
      body: 'Para confirmar que esta dirección pertenece a tu cuenta, introduce este código donde se te ha pedido.',
      unrequested: 'Si no lo has solicitado, ignora este correo: la dirección no se confirmará.',
    },
    updateEmail: {
      subject: 'Cambiar tu correo electrónico',
      heading: 'Cambiar tu correo electrónico',
      body: 'Hemos recibido una solicitud para usar otra dirección de correo en tu cuenta. Para permitirlo, introduce este código junto con la nueva dirección.',
      unrequested:
        'Si no has sido tú, tu dirección no cambia. Aun así, es posible que alguien tenga acceso a tu cuenta: cambia tu contraseña.',
    },
    plcOperation: {
      subject: 'Confirmar un cambio en tu identidad',
      heading: 'Confirmar un cambio en tu identidad',
      body: 'Hemos recibido una solicitud para firmar una operación PLC, es decir, un cambio en la identidad (DID) de tu cuenta, como trasladarla a otro servidor. Para permitirlo, introduce este código. Quien lo tenga puede apoderarse de tu identidad.',
      unrequested:
        'Si no has sido tú, es posible que alguien tenga acceso a tu cuenta: cambia tu contraseña de inmediato y no compartas este código con nadie.',
    },
    deleteAccount: {
      subject: 'Eliminar tu cuenta',
      heading: 'Eliminar tu cuenta',
      body: 'Hemos recibido una solicitud para eliminar tu cuenta. Para eliminarla definitivamente, introduce este código junto con tu contraseña. Esta acción no se puede deshacer.',
      unrequested:
        'Si no has sido tú, tu cuenta se mantiene, pero es posible que alguien tenga acceso a ella: cambia tu contraseña de inmediato.',
    },
    signInCode: {
      subject: 'Tu código de inicio de sesión',
      heading: 'Terminar de iniciar sesión',
      body: 'Alguien, esperamos que tú, está iniciando sesión en tu cuenta con tu contraseña. Para terminar, introduce este código.',
      unrequested:
        'Si no has sido tú, alguien conoce tu contraseña: cámbiala de inmediato. Sin este código no se puede iniciar sesión.',
    },
  },
  notices: {
    passwordChanged: {
      subject: 'Se ha cambiado tu contraseña',
      heading: 'Se ha cambiado tu contraseña',
      body: 'Se ha cambiado la contraseña de tu cuenta y se ha cerrado la sesión en todos los dispositivos y aplicaciones. Vuelve a iniciar sesión con la nueva contraseña.',
      unrequested:
        'Si no has sido tú, puede que alguien tenga acceso a tu correo: protégelo primero y restablece tu contraseña de inmediato.',
    },
    emailChanged: {
      subject: 'Se ha cambiado tu dirección de correo',
      heading: 'Se ha cambiado tu dirección de correo',
      body: 'Tu cuenta tiene ahora otra dirección de correo. Esta ya no recibirá mensajes sobre ella.',
      unrequested:
        'Si no has sido tú, alguien tiene acceso a tu cuenta: inicia sesión, cambia tu contraseña de inmediato y vuelve a poner tu dirección.',
    },
    appPasswordCreated: {
      subject: 'Se ha creado una contraseña de aplicación',
      heading: 'Se ha creado una contraseña de aplicación',
      body: 'Se ha creado una contraseña de aplicación para tu cuenta. Con ella, una aplicación puede iniciar sesión sin tu contraseña y sin código.',
      unrequested:
        'Si no has sido tú, alguien tiene acceso a tu cuenta: revócala en la página de seguridad y cambia tu contraseña de inmediato.',
    },
    factorAdded: {
      subject: 'Se ha añadido un segundo factor',
      heading: 'Se ha añadido un segundo factor',
      body: (factor) => `Se ha añadido un segundo factor a tu cuenta: ${factor}.`,
      unrequested:
        'Si no has sido tú, alguien tiene acceso a tu cuenta: inicia sesión, cambia tu contraseña de inmediato y elimínalo.',
    },
    factorRemoved: {
      subject: 'Se ha eliminado un segundo factor',
      heading: 'Se ha eliminado un segundo factor',
      body: (factor) => `Se ha eliminado un segundo factor de tu cuenta: ${factor}.`,
      unrequested:
        'Si no has sido tú, alguien tiene acceso a tu cuenta: inicia sesión, cambia tu contraseña de inmediato y vuelve a configurarlo.',
    },
    protectionOff: {
      subject: 'Se ha desactivado una protección',
      heading: 'Se ha desactivado una protección',
      body: (protection) => `Se ha desactivado una protección de tu cuenta: ${protection}.`,
      unrequested:
        'Si no has sido tú, alguien tiene acceso a tu cuenta: cierra sesión en todas partes, restablece tu contraseña de inmediato y vuelve a activar la protección.',
    },
    recoveryCodeUsed: {
      subject: 'Se ha usado un código de recuperación',
      heading: 'Se ha usado un código de recuperación',
      body: (left) =>
        `Se ha usado uno de los códigos de recuperación de tu cuenta. Códigos restantes: ${left}.`,
      unrequested:
        'Si no has sido tú, alguien conoce tu contraseña y tiene tus códigos: cambia tu contraseña de inmediato y crea códigos nuevos.',
    },
    accountDeactivated: {
      subject: 'Se ha desactivado tu cuenta',
      heading: 'Se ha desactivado tu cuenta',
      body: 'Se ha desactivado tu cuenta: su perfil y sus publicaciones ya no se muestran. Puedes seguir iniciando sesión y volver a activarla.',
      unrequested:
        'Si no has sido tú, alguien tiene acceso a tu cuenta: cierra sesión en todas partes, restablece tu contraseña de inmediato y vuelve a activar tu cuenta.',
    },
    refreshTokenReused: {
      subject: 'Se ha cerrado la sesión de una aplicación para protegerte',
      heading: 'Se ha cerrado la sesión de una aplicación para protegerte',
      body: (app) =>
        `Lo que mantiene abierta la sesión de ${app} (un token de actualización) se ha usado por segunda vez. Eso ocurre cuando ha sido robado y, a veces, por un fallo de la aplicación. Se ha cerrado la sesión de la aplicación.`,
      unrequested:
        'Vuelve a iniciar sesión en la aplicación. Si vuelve a ocurrir, o si ves en tu página de seguridad algo que no reconoces, cierra sesión en todas partes y restablece tu contraseña.',
    },
    newDevice: {
      subject: 'Inicio de sesión desde un dispositivo nuevo',
      heading: 'Inicio de sesión desde un dispositivo nuevo',
      body: 'Alguien ha iniciado sesión en tu cuenta desde un dispositivo que tu cuenta no conoce.',
      unrequested:
        'Si no has sido tú, alguien tiene acceso a tu cuenta: cierra sesión en todas partes y restablece tu contraseña de inmediato.',
    },
    passwordRefused: {
      subject: 'Se ha introducido tu contraseña en una aplicación',
      heading: 'Se ha introducido tu contraseña en una aplicación',
      body: 'Alguien ha introducido tu contraseña en una aplicación. No se ha iniciado sesión, porque tu cuenta solo acepta ahí contraseñas de aplicación.',
      unrequested:
        'Si no has sido tú, alguien conoce tu contraseña: restablécela de inmediato. Si has sido tú, crea una contraseña de aplicación en la página de seguridad.',
    },
    operatorAdded: {
      subject: 'Ahora eres operador',
      heading: 'Ahora eres operador',
      body: 'Tu cuenta ya puede usar la página del operador de este servicio, donde se administran cuentas, códigos de invitación y servidores.',
      unrequested:
        'Si no lo esperabas, avisa al operador de este servicio y asegúrate de que nadie más conozca tu contraseña.',
    },
    operatorRemoved: {
      subject: 'Ya no eres operador',
      heading: 'Ya no eres operador',
      body: 'Tu cuenta ya no puede usar la página del operador de este servicio.',
      unrequested: 'Si no lo esperabas, pregunta al operador de este servicio.',
    },
    passwordRemoved: {
      subject: 'Se ha quitado tu contraseña',
      heading: 'Se ha quitado tu contraseña',
      body: 'Se ha quitado la contraseña de tu cuenta: a partir de ahora se inicia sesión con una clave de acceso. Las contraseñas de aplicación siguen valiendo.',
      unrequested:
        'Si no has sido tú, alguien tiene acceso a tu cuenta: cierra sesión en todas partes, establece de inmediato una contraseña nueva por correo y quita las claves de acceso que no conozcas.',
    },
  },
  localApp: 'una aplicación local',
  factors: {
    passkey: 'clave de acceso',
    totp: 'aplicación de autenticación',
    mail: 'código por correo',
    recovery: 'códigos de recuperación',
  },
  protections: {
    newDeviceMails: 'correos sobre inicios de sesión desde dispositivos nuevos',
    onlyAppPasswords: 'solo contraseñas de aplicación',
  },
}
