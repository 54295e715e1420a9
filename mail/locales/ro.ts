import type { MailTexts } from '../texts.ts'

export const ro: MailTexts = {
  language: 'ro',
  greeting: (handle) => `Bună ziua, @${handle},`,
  codeLabel: 'Codul dumneavoastră',
  colon: ':',
  occasion: 'Data și locul',
  lifetime: (minutes) =>
    `Codul poate fi folosit o singură dată și expiră în ${minutes} ${minutes % 100 === 0 || minutes % 100 > 19 ? 'de minute' : 'minute'}.`,
  secrecy: 'Nu îl dați nimănui: cine vă ajută cu contul nu are nevoie de el.',
  accountPage: 'Pagina contului dumneavoastră',
  securityPage: 'Pagina dumneavoastră de securitate',
  signOut: 'Deconectare de peste tot',
  signOutAdvice: (days) =>
    `Acest link deconectează toate dispozitivele și aplicațiile și anulează parolele de aplicație. Nu trebuie să fiți conectat pentru a-l folosi. Poate fi folosit o singură dată, timp de ${days} zile.`,
  sentBy: (service) => `Trimis de ${service}, unde se conectează contul dumneavoastră.`,
  purposes: {
    resetPassword: {
      subject: 'Resetați parola',
      heading: 'Resetați parola',
      body: 'Am primit o cerere de resetare a parolei contului dumneavoastră. Pentru a alege una nouă, introduceți acest cod împreună cu noua parolă.',
      unrequested:
        'Dacă nu ați fost dumneavoastră, ignorați acest e-mail: parola rămâne neschimbată.',
    },
    confirmEmail: {
      subject: 'Confirmați adresa de e-mail',
      heading: 'Confirmați adresa de e-mail',
      body: 'Pentru a confirma că această adresă aparține contului dumneavoastră, introduceți acest cod acolo unde v-a fost cerut.',
      unrequested:
        'Dacă nu ați cerut acest lucru, ignorați acest e-mail: adresa nu va fi confirmată.',
    },
    updateEmail: {
      subject: 'Schimbați adresa de e-mail',
      heading: 'Schimbați adresa de e-mail',
      body: 'Am primit o cerere de a folosi altă adresă de e-mail pentru contul dumneavoastră. Pentru a o permite, introduceți acest cod împreună cu noua adresă.',
      unrequested:
        'Dacă nu ați fost dumneavoastră, adresa rămâne neschimbată. Totuși, cineva ar putea avea acces la cont: vă rugăm să schimbați parola.',
    },
    plcOperation: {
      subject: 'Confirmați o modificare a identității',
      heading: 'Confirmați o modificare a identității',
      body: 'Am primit o cerere de semnare a unei operațiuni PLC, adică o modificare a identității (DID) contului dumneavoastră, de exemplu mutarea pe alt server. Pentru a o permite, introduceți acest cod. Cine îl are poate prelua identitatea dumneavoastră.',
      unrequested:
        'Dacă nu ați fost dumneavoastră, cineva ar putea avea acces la cont: schimbați imediat parola și nu dați nimănui acest cod.',
    },
    deleteAccount: {
      subject: 'Ștergeți contul',
      heading: 'Ștergeți contul',
      body: 'Am primit o cerere de ștergere a contului dumneavoastră. Pentru a-l șterge definitiv, introduceți acest cod împreună cu parola. Acțiunea nu poate fi anulată.',
      unrequested:
        'Dacă nu ați fost dumneavoastră, contul rămâne, dar cineva ar putea avea acces la el: schimbați imediat parola.',
    },
    signInCode: {
      subject: 'Codul de conectare',
      heading: 'Finalizați conectarea',
      body: 'Cineva, sperăm că dumneavoastră, se conectează la contul dumneavoastră cu parola. Pentru a finaliza conectarea, introduceți acest cod.',
      unrequested:
        'Dacă nu ați fost dumneavoastră, cineva vă știe parola: schimbați-o imediat. Fără acest cod conectarea nu este posibilă.',
    },
  },
  notices: {
    passwordChanged: {
      subject: 'Parola dumneavoastră a fost schimbată',
      heading: 'Parola dumneavoastră a fost schimbată',
      body: 'Parola contului dumneavoastră a fost schimbată, iar toate dispozitivele și aplicațiile au fost deconectate. Conectați-vă din nou cu parola nouă.',
      unrequested:
        'Dacă nu ați fost dumneavoastră, este posibil ca altcineva să aibă acces la căsuța dumneavoastră de e-mail: securizați-o mai întâi, apoi resetați imediat parola.',
    },
    emailChanged: {
      subject: 'Adresa dumneavoastră de e-mail a fost schimbată',
      heading: 'Adresa dumneavoastră de e-mail a fost schimbată',
      body: 'Contul dumneavoastră are acum altă adresă de e-mail. Aceasta nu va mai primi mesaje despre el.',
      unrequested:
        'Dacă nu ați fost dumneavoastră, altcineva are acces la contul dumneavoastră: conectați-vă, schimbați imediat parola și restabiliți adresa.',
    },
    appPasswordCreated: {
      subject: 'A fost creată o parolă de aplicație',
      heading: 'A fost creată o parolă de aplicație',
      body: 'A fost creată o parolă de aplicație pentru contul dumneavoastră. Cu ea, o aplicație se poate conecta fără parola dumneavoastră și fără cod.',
      unrequested:
        'Dacă nu ați fost dumneavoastră, altcineva are acces la contul dumneavoastră: revocați-o pe pagina de securitate și schimbați imediat parola.',
    },
    factorAdded: {
      subject: 'A fost adăugat un al doilea factor',
      heading: 'A fost adăugat un al doilea factor',
      body: (factor) => `A fost adăugat un al doilea factor la contul dumneavoastră: ${factor}.`,
      unrequested:
        'Dacă nu ați fost dumneavoastră, altcineva are acces la contul dumneavoastră: conectați-vă, schimbați imediat parola și eliminați-l.',
    },
    factorRemoved: {
      subject: 'A fost eliminat un al doilea factor',
      heading: 'A fost eliminat un al doilea factor',
      body: (factor) => `A fost eliminat un al doilea factor din contul dumneavoastră: ${factor}.`,
      unrequested:
        'Dacă nu ați fost dumneavoastră, altcineva are acces la contul dumneavoastră: conectați-vă, schimbați imediat parola și configurați-l din nou.',
    },
    protectionOff: {
      subject: 'O protecție a fost dezactivată',
      heading: 'O protecție a fost dezactivată',
      body: (protection) =>
        `O protecție a contului dumneavoastră a fost dezactivată: ${protection}.`,
      unrequested:
        'Dacă nu ați fost dumneavoastră, altcineva are acces la contul dumneavoastră: deconectați-vă de peste tot, resetați imediat parola și activați din nou protecția.',
    },
    recoveryCodeUsed: {
      subject: 'A fost folosit un cod de recuperare',
      heading: 'A fost folosit un cod de recuperare',
      body: (left) =>
        `A fost folosit unul dintre codurile de recuperare ale contului dumneavoastră. Coduri rămase: ${left}.`,
      unrequested:
        'Dacă nu ați fost dumneavoastră, altcineva vă știe parola și are codurile: schimbați imediat parola și creați coduri noi.',
    },
    accountDeactivated: {
      subject: 'Contul dumneavoastră a fost dezactivat',
      heading: 'Contul dumneavoastră a fost dezactivat',
      body: 'Contul dumneavoastră a fost dezactivat: profilul și postările nu mai sunt afișate. Vă puteți conecta în continuare și îl puteți reactiva.',
      unrequested:
        'Dacă nu ați fost dumneavoastră, altcineva are acces la contul dumneavoastră: deconectați-vă de peste tot, resetați imediat parola și reactivați contul.',
    },
    refreshTokenReused: {
      subject: 'O aplicație a fost deconectată pentru a vă proteja',
      heading: 'O aplicație a fost deconectată pentru a vă proteja',
      body: (app) =>
        `Ceea ce menține ${app} conectată (un token de reîmprospătare) a fost folosit a doua oară. Acest lucru se întâmplă când a fost furat și, uneori, din cauza unui defect al aplicației. Aplicația a fost deconectată.`,
      unrequested:
        'Conectați-vă din nou în aplicație. Dacă se repetă sau dacă vedeți pe pagina de securitate ceva ce nu cunoașteți, deconectați-vă de peste tot și resetați parola.',
    },
    newDevice: {
      subject: 'Conectare de pe un dispozitiv nou',
      heading: 'Conectare de pe un dispozitiv nou',
      body: 'Cineva s-a conectat la contul dumneavoastră de pe un dispozitiv pe care contul nu îl cunoaște.',
      unrequested:
        'Dacă nu ați fost dumneavoastră, altcineva are acces la contul dumneavoastră: deconectați-vă de peste tot și resetați imediat parola.',
    },
    passwordRefused: {
      subject: 'Parola dumneavoastră a fost introdusă într-o aplicație',
      heading: 'Parola dumneavoastră a fost introdusă într-o aplicație',
      body: 'Cineva a introdus parola dumneavoastră într-o aplicație. Aplicația nu a fost conectată, deoarece contul acceptă acolo doar parole de aplicație.',
      unrequested:
        'Dacă nu ați fost dumneavoastră, altcineva vă știe parola: resetați-o imediat. Dacă ați fost dumneavoastră, creați pe pagina de securitate o parolă de aplicație.',
    },
    operatorAdded: {
      subject: 'Sunteți acum operator',
      heading: 'Sunteți acum operator',
      body: 'Contul dumneavoastră poate folosi acum pagina operatorului acestui serviciu, unde se administrează conturi, coduri de invitație și servere.',
      unrequested:
        'Dacă nu vă așteptați la aceasta, anunțați operatorul acestui serviciu și asigurați-vă că nimeni altcineva nu vă știe parola.',
    },
    operatorRemoved: {
      subject: 'Nu mai sunteți operator',
      heading: 'Nu mai sunteți operator',
      body: 'Contul dumneavoastră nu mai poate folosi pagina operatorului acestui serviciu.',
      unrequested: 'Dacă nu vă așteptați la aceasta, întrebați operatorul acestui serviciu.',
    },
    passwordRemoved: {
      subject: 'Parola dumneavoastră a fost eliminată',
      heading: 'Parola dumneavoastră a fost eliminată',
      body: 'Parola contului dumneavoastră a fost eliminată: de acum conectarea se face cu o cheie de acces. Parolele de aplicație rămân valabile.',
      unrequested:
        'Dacă nu ați fost dumneavoastră, altcineva are acces la cont: deconectați-vă de peste tot, setați imediat o parolă nouă prin e-mail și eliminați cheile de acces pe care nu le cunoașteți.',
    },
  },
  localApp: 'o aplicație locală',
  factors: {
    passkey: 'cheie de acces',
    totp: 'aplicație de autentificare',
    mail: 'cod prin e-mail',
    recovery: 'coduri de recuperare',
  },
  protections: {
    newDeviceMails: 'e-mailuri despre conectări de pe dispozitive noi',
    onlyAppPasswords: 'doar parole de aplicație',
  },
}
