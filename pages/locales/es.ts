import type { HomeTexts } from '../texts.ts'

export const es: HomeTexts = {
  title: 'Inicia sesión en tu cuenta',
  about: (service) =>
    `${service} guarda cuentas para aplicaciones del AT Protocol, como Bluesky. Las aplicaciones te envían aquí para iniciar sesión, así nunca ven tu contraseña. Aquí también puedes ver qué aplicaciones tienen acceso a tu cuenta y quitarles ese acceso.`,
  account: 'Ir a tu cuenta',
  signUp: 'Crear una cuenta',
  aboutHandle: (service) =>
    `Este es el nombre de una cuenta de ${service}. Para ver lo que ha publicado, busca el nombre en una aplicación.`,
  signInAt: (host) => `¿Es tuya? Inicia sesión en ${host}`,
  nobody: 'Nadie tiene este nombre',
  aboutNobody: (handle, service) =>
    `No hay ninguna cuenta activa con el nombre @${handle} en ${service}. Puede que ahora tenga otro nombre.`,
  toService: (service) => `Ir a ${service}`,
  home: 'Inicio',
  termsOfService: 'Términos del servicio',
  privacyPolicy: 'Política de privacidad',
  support: 'Ayuda',
}
