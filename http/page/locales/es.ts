import type { ErrorPageTexts } from '../error_texts.ts'

export const es: ErrorPageTexts = {
  obstacles: {
    link: {
      title: 'Este enlace de inicio de sesión no funciona',
      advice:
        'No ha pasado nada con tu cuenta. Vuelve a la aplicación e inicia sesión de nuevo. Si has abierto un enlace antiguo o has llegado aquí con el botón «Atrás», no tienes que hacer nada más.',
    },
    ended: {
      title: 'Este inicio de sesión ha terminado',
      advice:
        'Ya se completó o ha pasado demasiado tiempo. Si la aplicación no ha iniciado tu sesión, vuelve a ella y empieza de nuevo.',
    },
    cookies: {
      title: 'Tu navegador no guarda cookies',
      advice:
        'Para iniciar sesión aquí hacen falta cookies. Permítelas para este sitio en los ajustes del navegador e inténtalo de nuevo.',
    },
    scripts: {
      title: 'Tu navegador no ejecuta JavaScript',
      advice:
        'Esta página necesita JavaScript. Permítelo para este sitio en los ajustes del navegador e inténtalo de nuevo.',
    },
    browser: {
      title: 'Esta página no se abre en tu navegador',
      advice:
        'El navegador, o algo entre él y nosotros, omite lo que aquí protege tu cuenta. Actualiza el navegador o usa otro.',
    },
    nowhere: {
      title: 'Aquí no hay ninguna página',
      advice: 'Puede que la dirección esté mal escrita o que la página haya cambiado de sitio.',
    },
    'too many': {
      title: 'Se han abierto demasiadas páginas',
      advice: 'Han venido de tu red en poco tiempo. Espera un rato e inténtalo de nuevo.',
    },
    attempts: {
      title: 'Demasiados intentos',
      advice:
        'Se hicieron desde tu red o para tu cuenta en poco tiempo. Espera un rato e inténtalo de nuevo.',
    },
    'not whole': {
      title: 'Lo que enviaste no llegó completo',
      advice:
        'Era demasiado largo o la conexión fue demasiado lenta, así que no se hizo nada. Vuelve atrás y envía menos, o inténtalo de nuevo.',
    },
    server: {
      title: 'Algo ha fallado aquí',
      advice:
        'Es culpa nuestra. Espera un momento e inténtalo de nuevo. Si habías enviado algo, mira antes si se hizo.',
    },
  },
  forMakers: 'Si vuelve a ocurrir, comunícalo a quienes hacen la aplicación:',
  toAccount: 'Ir a tu cuenta',
  toApp: (host) => `Volver a ${host}`,
  again: 'Intentar de nuevo',
  giveUp: 'Volver a la aplicación',
  goOn: 'Continuar',
}
