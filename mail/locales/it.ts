import type { MailTexts } from '../texts.ts'

export const it: MailTexts = {
  language: 'it',
  greeting: (handle) => `Ciao @${handle},`,
  codeLabel: 'Il tuo codice',
  colon: ':',
  occasion: 'Data e luogo',
  lifetime: (minutes) => `Il codice vale una sola volta e scade tra ${minutes} minuti.`,
  secrecy: 'Non condividerlo: a chi ti aiuta con il tuo account non serve.',
  accountPage: 'La pagina del tuo account',
  securityPage: 'La tua pagina di sicurezza',
  signOut: 'Esci ovunque',
  signOutAdvice: (days) =>
    `Questo link disconnette tutti i dispositivi e le app, e le password per app non valgono più. Per usarlo non serve aver effettuato l’accesso. Funziona una sola volta, entro ${days} giorni.`,
  sentBy: (service) => `Inviato da ${service}, dove il tuo account effettua l’accesso.`,
  purposes: {
    resetPassword: {
      subject: 'Reimposta la password',
      heading: 'Reimposta la password',
      body: 'Abbiamo ricevuto una richiesta di reimpostare la password del tuo account. Per sceglierne una nuova, inserisci questo codice insieme alla nuova password.',
      unrequested:
        'Se non hai fatto tu questa richiesta, ignora questa e-mail: la tua password resta invariata.',
    },
    confirmEmail: {
      subject: 'Conferma il tuo indirizzo e-mail',
      heading: 'Conferma il tuo indirizzo e-mail',
      body: 'Per confermare che questo indirizzo appartiene al tuo account, inserisci questo codice dove ti è stato richiesto.',
      unrequested:
        'Se non hai fatto questa richiesta, ignora questa e-mail: l’indirizzo non verrà confermato.',
    },
    updateEmail: {
      subject: 'Cambia il tuo indirizzo e-mail',
      heading: 'Cambia il tuo indirizzo e-mail',
      body: 'Abbiamo ricevuto una richiesta di usare un altro indirizzo e-mail per il tuo account. Per consentirlo, inserisci questo codice insieme al nuovo indirizzo.',
      unrequested:
        'Se non hai fatto tu questa richiesta, il tuo indirizzo resta invariato. Qualcuno però potrebbe avere accesso al tuo account: cambia la password.',
    },
    plcOperation: {
      subject: 'Conferma una modifica alla tua identità',
      heading: 'Conferma una modifica alla tua identità',
      body: 'Abbiamo ricevuto una richiesta di firmare un’operazione PLC, cioè una modifica all’identità (DID) del tuo account, come il trasferimento su un altro server. Per consentirla, inserisci questo codice. Chi lo possiede può impadronirsi della tua identità.',
      unrequested:
        'Se non hai fatto tu questa richiesta, qualcuno potrebbe avere accesso al tuo account: cambia subito la password e non dare questo codice a nessuno.',
    },
    deleteAccount: {
      subject: 'Elimina il tuo account',
      heading: 'Elimina il tuo account',
      body: 'Abbiamo ricevuto una richiesta di eliminare il tuo account. Per eliminarlo definitivamente, inserisci questo codice insieme alla password. L’operazione non può essere annullata.',
      unrequested:
        'Se non hai fatto tu questa richiesta, il tuo account resta, ma qualcuno potrebbe avervi accesso: cambia subito la password.',
    },
    signInCode: {
      subject: 'Il tuo codice di accesso',
      heading: 'Completa l’accesso',
      body: 'Qualcuno, speriamo tu, sta accedendo al tuo account con la tua password. Per completare l’accesso, inserisci questo codice.',
      unrequested:
        'Se non sei tu, qualcuno conosce la tua password: cambiala subito. Senza questo codice l’accesso non è possibile.',
    },
  },
  notices: {
    passwordChanged: {
      subject: 'La tua password è stata modificata',
      heading: 'La tua password è stata modificata',
      body: 'La password del tuo account è stata modificata e tutti i dispositivi e le app sono stati disconnessi. Accedi di nuovo con la nuova password.',
      unrequested:
        'Se non sei stato tu, qualcuno potrebbe avere accesso alla tua casella di posta: mettila prima al sicuro, poi reimposta subito la password.',
    },
    emailChanged: {
      subject: 'Il tuo indirizzo e-mail è stato modificato',
      heading: 'Il tuo indirizzo e-mail è stato modificato',
      body: 'Il tuo account ha ora un altro indirizzo e-mail. Questo non riceverà più messaggi che lo riguardano.',
      unrequested:
        'Se non sei stato tu, qualcuno ha accesso al tuo account: accedi, cambia subito la password e reimposta il tuo indirizzo.',
    },
    appPasswordCreated: {
      subject: 'È stata creata una password per app',
      heading: 'È stata creata una password per app',
      body: 'È stata creata una password per app per il tuo account. Con essa un’app può accedere senza la tua password e senza codice.',
      unrequested:
        'Se non sei stato tu, qualcuno ha accesso al tuo account: revocala nella pagina di sicurezza e cambia subito la password.',
    },
    factorAdded: {
      subject: 'È stato aggiunto un secondo fattore',
      heading: 'È stato aggiunto un secondo fattore',
      body: (factor) => `È stato aggiunto un secondo fattore al tuo account: ${factor}.`,
      unrequested:
        'Se non sei stato tu, qualcuno ha accesso al tuo account: accedi, cambia subito la password e rimuovilo.',
    },
    factorRemoved: {
      subject: 'È stato rimosso un secondo fattore',
      heading: 'È stato rimosso un secondo fattore',
      body: (factor) => `È stato rimosso un secondo fattore dal tuo account: ${factor}.`,
      unrequested:
        'Se non sei stato tu, qualcuno ha accesso al tuo account: accedi, cambia subito la password e configuralo di nuovo.',
    },
    protectionOff: {
      subject: 'Una protezione è stata disattivata',
      heading: 'Una protezione è stata disattivata',
      body: (protection) => `Una protezione del tuo account è stata disattivata: ${protection}.`,
      unrequested:
        'Se non sei stato tu, qualcuno ha accesso al tuo account: esci ovunque, reimposta subito la password e riattiva la protezione.',
    },
    recoveryCodeUsed: {
      subject: 'È stato usato un codice di recupero',
      heading: 'È stato usato un codice di recupero',
      body: (left) =>
        `È stato usato uno dei codici di recupero del tuo account. Codici rimasti: ${left}.`,
      unrequested:
        'Se non sei stato tu, qualcuno conosce la tua password e ha i tuoi codici: cambia subito la password e crea nuovi codici.',
    },
    accountDeactivated: {
      subject: 'Il tuo account è stato disattivato',
      heading: 'Il tuo account è stato disattivato',
      body: 'Il tuo account è stato disattivato: il profilo e i post non vengono più mostrati. Puoi ancora accedere e riattivarlo.',
      unrequested:
        'Se non sei stato tu, qualcuno ha accesso al tuo account: esci ovunque, reimposta subito la password e riattiva l’account.',
    },
    refreshTokenReused: {
      subject: 'Un’app è stata disconnessa per proteggerti',
      heading: 'Un’app è stata disconnessa per proteggerti',
      body: (app) =>
        `Ciò che mantiene l’accesso di ${app} (un token di aggiornamento) è stato usato una seconda volta. Succede quando è stato rubato e talvolta per un difetto dell’app. L’app è stata disconnessa.`,
      unrequested:
        'Accedi di nuovo nell’app. Se succede ancora, o se nella tua pagina di sicurezza vedi qualcosa che non conosci, esci ovunque e reimposta la password.',
    },
    newDevice: {
      subject: 'Accesso da un nuovo dispositivo',
      heading: 'Accesso da un nuovo dispositivo',
      body: 'Qualcuno ha effettuato l’accesso al tuo account da un dispositivo che il tuo account non conosce.',
      unrequested:
        'Se non sei stato tu, qualcuno ha accesso al tuo account: esci ovunque e reimposta subito la password.',
    },
    passwordRefused: {
      subject: 'La tua password è stata inserita in un’app',
      heading: 'La tua password è stata inserita in un’app',
      body: 'Qualcuno ha inserito la tua password in un’app. L’accesso non è avvenuto, perché lì il tuo account accetta solo password per app.',
      unrequested:
        'Se non sei stato tu, qualcuno conosce la tua password: reimpostala subito. Se sei stato tu, crea una password per app nella pagina di sicurezza.',
    },
    operatorAdded: {
      subject: 'Ora sei un gestore',
      heading: 'Ora sei un gestore',
      body: 'Il tuo account può ora usare la pagina del gestore di questo servizio, dove si amministrano account, codici di invito e server.',
      unrequested:
        'Se non te lo aspettavi, avvisa il gestore di questo servizio e assicurati che nessun altro conosca la tua password.',
    },
    operatorRemoved: {
      subject: 'Non sei più un gestore',
      heading: 'Non sei più un gestore',
      body: 'Il tuo account non può più usare la pagina del gestore di questo servizio.',
      unrequested: 'Se non te lo aspettavi, chiedi al gestore di questo servizio.',
    },
    passwordRemoved: {
      subject: 'La tua password è stata rimossa',
      heading: 'La tua password è stata rimossa',
      body: 'La password del tuo account è stata rimossa: d’ora in poi si accede con una passkey. Le password per app restano valide.',
      unrequested:
        'Se non sei stato tu, qualcuno ha accesso al tuo account: esci ovunque, imposta subito una nuova password via e-mail e rimuovi le passkey che non conosci.',
    },
  },
  localApp: 'un’app locale',
  factors: {
    passkey: 'passkey',
    totp: 'app di autenticazione',
    mail: 'codice via e-mail',
    recovery: 'codici di recupero',
  },
  protections: {
    newDeviceMails: 'e-mail sugli accessi da nuovi dispositivi',
    onlyAppPasswords: 'solo password per app',
  },
}
