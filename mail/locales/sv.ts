import type { MailTexts } from '../texts.ts'

export const sv: MailTexts = {
  language: 'sv',
  greeting: (handle) => `Hej @${handle}!`,
  codeLabel: 'Din kod',
  colon: ':',
  occasion: 'Tid och plats',
  lifetime: (minutes) => `Koden fungerar en gång och upphör att gälla om ${minutes} minuter.`,
  secrecy: 'Behåll den för dig själv: den som hjälper dig med ditt konto behöver den inte.',
  accountPage: 'Din kontosida',
  securityPage: 'Din säkerhetssida',
  signOut: 'Logga ut överallt',
  signOutAdvice: (days) =>
    `Den här länken loggar ut alla enheter och appar, och applösenord upphör att gälla. Du behöver inte vara inloggad för att använda den. Den fungerar en gång, inom ${days} dagar.`,
  sentBy: (service) => `Skickat av ${service}, där ditt konto loggar in.`,
  purposes: {
    resetPassword: {
      subject: 'Återställ ditt lösenord',
      heading: 'Återställ ditt lösenord',
      body: 'Vi har fått en begäran om att återställa lösenordet för ditt konto. Ange den här koden tillsammans med ditt nya lösenord.',
      unrequested:
        'Om det inte var du kan du ignorera det här meddelandet: ditt lösenord ändras inte.',
    },
    confirmEmail: {
      subject: 'Bekräfta din e-postadress',
      heading: 'Bekräfta din e-postadress',
      body: 'Ange den här koden där du ombads att göra det, för att bekräfta att adressen hör till ditt konto.',
      unrequested:
        'Om du inte har begärt detta kan du ignorera meddelandet: adressen bekräftas inte.',
    },
    updateEmail: {
      subject: 'Byt e-postadress',
      heading: 'Byt e-postadress',
      body: 'Vi har fått en begäran om att använda en annan e-postadress för ditt konto. Ange den här koden tillsammans med den nya adressen för att tillåta det.',
      unrequested:
        'Om det inte var du ändras inte din adress. Någon kan dock ha tillgång till ditt konto: byt lösenord.',
    },
    plcOperation: {
      subject: 'Bekräfta en ändring av din identitet',
      heading: 'Bekräfta en ändring av din identitet',
      body: 'Vi har fått en begäran om att signera en PLC-operation, en ändring av ditt kontos identitet (DID), till exempel en flytt till en annan server. Ange den här koden för att tillåta det. Den som har koden kan ta över din identitet.',
      unrequested:
        'Om det inte var du kan någon ha tillgång till ditt konto: byt lösenord genast och ge inte koden till någon.',
    },
    deleteAccount: {
      subject: 'Radera ditt konto',
      heading: 'Radera ditt konto',
      body: 'Vi har fått en begäran om att radera ditt konto. Ange den här koden tillsammans med ditt lösenord för att radera det permanent. Det går inte att ångra.',
      unrequested:
        'Om det inte var du finns ditt konto kvar, men någon kan ha tillgång till det: byt lösenord genast.',
    },
    signInCode: {
      subject: 'Din inloggningskod',
      heading: 'Slutför inloggningen',
      body: 'Någon, förhoppningsvis du, håller på att logga in på ditt konto med ditt lösenord. Ange den här koden för att slutföra inloggningen.',
      unrequested:
        'Om det inte var du känner någon till ditt lösenord: byt det genast. Utan den här koden går det inte att logga in.',
    },
  },
  notices: {
    passwordChanged: {
      subject: 'Ditt lösenord har ändrats',
      heading: 'Ditt lösenord har ändrats',
      body: 'Lösenordet till ditt konto har ändrats och alla enheter och appar har loggats ut. Logga in igen med det nya lösenordet.',
      unrequested:
        'Om det inte var du kan någon ha tillgång till din e-post: skydda den först och återställ sedan ditt lösenord direkt.',
    },
    emailChanged: {
      subject: 'Din e-postadress har ändrats',
      heading: 'Din e-postadress har ändrats',
      body: 'Ditt konto har nu en annan e-postadress. Den här får inga fler meddelanden om kontot.',
      unrequested:
        'Om det inte var du har någon tillgång till ditt konto: logga in, ändra ditt lösenord direkt och återställ din adress.',
    },
    appPasswordCreated: {
      subject: 'Ett applösenord skapades',
      heading: 'Ett applösenord skapades',
      body: 'Ett applösenord skapades för ditt konto. Med det kan en app logga in utan ditt lösenord och utan kod.',
      unrequested:
        'Om det inte var du har någon tillgång till ditt konto: återkalla det på säkerhetssidan och byt lösenord genast.',
    },
    factorAdded: {
      subject: 'En andra faktor har lagts till',
      heading: 'En andra faktor har lagts till',
      body: (factor) => `En andra faktor har lagts till för ditt konto: ${factor}.`,
      unrequested:
        'Om det inte var du har någon tillgång till ditt konto: logga in, ändra ditt lösenord direkt och ta bort den.',
    },
    factorRemoved: {
      subject: 'En andra faktor har tagits bort',
      heading: 'En andra faktor har tagits bort',
      body: (factor) => `En andra faktor har tagits bort från ditt konto: ${factor}.`,
      unrequested:
        'Om det inte var du har någon tillgång till ditt konto: logga in, ändra ditt lösenord direkt och ställ in den igen.',
    },
    protectionOff: {
      subject: 'Ett skydd har stängts av',
      heading: 'Ett skydd har stängts av',
      body: (protection) => `Ett skydd för ditt konto har stängts av: ${protection}.`,
      unrequested:
        'Om det inte var du har någon tillgång till ditt konto: logga ut överallt, återställ ditt lösenord direkt och slå på skyddet igen.',
    },
    recoveryCodeUsed: {
      subject: 'En återställningskod har använts',
      heading: 'En återställningskod har använts',
      body: (left) =>
        `En av återställningskoderna för ditt konto har använts. Koder kvar: ${left}.`,
      unrequested:
        'Om det inte var du känner någon till ditt lösenord och dina koder: ändra ditt lösenord direkt och skapa nya koder.',
    },
    accountDeactivated: {
      subject: 'Ditt konto har inaktiverats',
      heading: 'Ditt konto har inaktiverats',
      body: 'Ditt konto har inaktiverats: dess profil och inlägg visas inte längre. Du kan fortfarande logga in och aktivera det igen.',
      unrequested:
        'Om det inte var du har någon tillgång till ditt konto: logga ut överallt, återställ ditt lösenord direkt och aktivera kontot igen.',
    },
    refreshTokenReused: {
      subject: 'En app har loggats ut för att skydda dig',
      heading: 'En app har loggats ut för att skydda dig',
      body: (app) =>
        `Det som håller ${app} inloggad (en uppdateringstoken) har använts en andra gång. Det händer när den har stulits, och ibland på grund av ett fel i appen. Appen har loggats ut.`,
      unrequested:
        'Logga in i appen igen. Om det händer igen, eller om din säkerhetssida visar något som du inte känner till, logga ut överallt och återställ ditt lösenord.',
    },
    newDevice: {
      subject: 'Inloggning från en ny enhet',
      heading: 'Inloggning från en ny enhet',
      body: 'Någon har loggat in på ditt konto från en enhet som ditt konto inte känner till.',
      unrequested:
        'Om det inte var du har någon tillgång till ditt konto: logga ut överallt och återställ ditt lösenord direkt.',
    },
    passwordRefused: {
      subject: 'Ditt lösenord har angetts i en app',
      heading: 'Ditt lösenord har angetts i en app',
      body: 'Någon har angett ditt lösenord i en app. Appen loggades inte in, eftersom ditt konto bara tar emot applösenord där.',
      unrequested:
        'Om det inte var du känner någon till ditt lösenord: återställ det direkt. Om det var du, skapa ett applösenord för appen på säkerhetssidan.',
    },
    operatorAdded: {
      subject: 'Du är nu operatör',
      heading: 'Du är nu operatör',
      body: 'Ditt konto får nu använda operatörssidan för den här tjänsten, där konton, inbjudningskoder och servrar hanteras.',
      unrequested:
        'Om du inte väntade dig det här, säg till tjänstens operatör och se till att ingen annan känner till ditt lösenord.',
    },
    operatorRemoved: {
      subject: 'Du är inte längre operatör',
      heading: 'Du är inte längre operatör',
      body: 'Ditt konto får inte längre använda operatörssidan för den här tjänsten.',
      unrequested: 'Om du inte väntade dig det här, fråga tjänstens operatör.',
    },
    passwordRemoved: {
      subject: 'Ditt lösenord har tagits bort',
      heading: 'Ditt lösenord har tagits bort',
      body: 'Lösenordet till ditt konto har tagits bort: från och med nu loggar man in med en passnyckel. Applösenord fortsätter att gälla.',
      unrequested:
        'Om det inte var du har någon tillgång till ditt konto: logga ut överallt, ställ in ett nytt lösenord via e-post direkt och ta bort de passnycklar som du inte känner igen.',
    },
  },
  localApp: 'en lokal app',
  factors: {
    passkey: 'passnyckel',
    totp: 'autentiseringsapp',
    mail: 'kod via e-post',
    recovery: 'återställningskoder',
  },
  protections: {
    newDeviceMails: 'mejl om inloggningar från nya enheter',
    onlyAppPasswords: 'bara applösenord',
  },
}
