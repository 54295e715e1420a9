import type { MailTexts } from '../texts.ts'

export const nl: MailTexts = {
  language: 'nl',
  greeting: (handle) => `Hallo @${handle},`,
  codeLabel: 'Je code',
  colon: ':',
  occasion: 'Tijd en plaats',
  lifetime: (minutes) => `De code werkt één keer en verloopt over ${minutes} minuten.`,
  secrecy: 'Houd hem voor jezelf: wie je met je account helpt, heeft hem niet nodig.',
  accountPage: 'Je accountpagina',
  securityPage: 'Je beveiligingspagina',
  signOut: 'Overal afmelden',
  signOutAdvice: (days) =>
    `Deze link meldt elk apparaat en elke app af en laat app-wachtwoorden vervallen. Je hoeft er niet voor aangemeld te zijn. Hij werkt één keer, ${days} dagen lang.`,
  sentBy: (service) => `Verzonden door ${service}, waar je account zich aanmeldt.`,
  purposes: {
    resetPassword: {
      subject: 'Stel je wachtwoord opnieuw in',
      heading: 'Stel je wachtwoord opnieuw in',
      body: 'We hebben een verzoek ontvangen om het wachtwoord van je account opnieuw in te stellen. Voer deze code in samen met je nieuwe wachtwoord.',
      unrequested: 'Was jij dit niet? Negeer dan deze e-mail: je wachtwoord blijft zoals het is.',
    },
    confirmEmail: {
      subject: 'Bevestig je e-mailadres',
      heading: 'Bevestig je e-mailadres',
      body: 'Om te bevestigen dat dit adres bij je account hoort, voer je deze code in waar erom gevraagd werd.',
      unrequested:
        'Heb je hier niet om gevraagd? Negeer dan deze e-mail: het adres wordt niet bevestigd.',
    },
    updateEmail: {
      subject: 'Wijzig je e-mailadres',
      heading: 'Wijzig je e-mailadres',
      body: 'We hebben een verzoek ontvangen om een ander e-mailadres voor je account te gebruiken. Om dat toe te staan, voer je deze code in samen met het nieuwe adres.',
      unrequested:
        'Was jij dit niet? Dan blijft je adres zoals het is. Misschien heeft iemand wel toegang tot je account: wijzig je wachtwoord.',
    },
    plcOperation: {
      subject: 'Bevestig een wijziging van je identiteit',
      heading: 'Bevestig een wijziging van je identiteit',
      body: 'We hebben een verzoek ontvangen om een PLC-operatie te ondertekenen, een wijziging van de identiteit (DID) van je account, zoals een verhuizing naar een andere server. Om dat toe te staan, voer je deze code in. Wie hem heeft, kan je identiteit overnemen.',
      unrequested:
        'Was jij dit niet? Dan heeft misschien iemand toegang tot je account: wijzig meteen je wachtwoord en geef deze code aan niemand.',
    },
    deleteAccount: {
      subject: 'Verwijder je account',
      heading: 'Verwijder je account',
      body: 'We hebben een verzoek ontvangen om je account te verwijderen. Om het definitief te verwijderen, voer je deze code in samen met je wachtwoord. Dit kan niet ongedaan worden gemaakt.',
      unrequested:
        'Was jij dit niet? Dan blijft je account bestaan, maar misschien heeft iemand er toegang toe: wijzig meteen je wachtwoord.',
    },
    signInCode: {
      subject: 'Je aanmeldcode',
      heading: 'Rond de aanmelding af',
      body: 'Iemand, hopelijk jij, meldt zich met je wachtwoord aan bij je account. Voer deze code in om de aanmelding af te ronden.',
      unrequested:
        'Was jij dit niet? Dan kent iemand je wachtwoord: wijzig het meteen. Zonder deze code is aanmelden niet mogelijk.',
    },
  },
  notices: {
    passwordChanged: {
      subject: 'Je wachtwoord is gewijzigd',
      heading: 'Je wachtwoord is gewijzigd',
      body: 'Het wachtwoord van je account is gewijzigd en alle apparaten en apps zijn afgemeld. Meld je opnieuw aan met het nieuwe wachtwoord.',
      unrequested:
        'Was jij dit niet, dan heeft iemand misschien toegang tot je mailbox: beveilig die eerst en stel daarna meteen je wachtwoord opnieuw in.',
    },
    emailChanged: {
      subject: 'Je e-mailadres is gewijzigd',
      heading: 'Je e-mailadres is gewijzigd',
      body: 'Je account heeft nu een ander e-mailadres. Dit adres krijgt er geen berichten meer over.',
      unrequested:
        'Was jij dit niet, dan heeft iemand toegang tot je account: meld je aan, wijzig meteen je wachtwoord en herstel je adres.',
    },
    appPasswordCreated: {
      subject: 'Er is een app-wachtwoord gemaakt',
      heading: 'Er is een app-wachtwoord gemaakt',
      body: 'Voor je account is een app-wachtwoord gemaakt. Daarmee kan een app zich aanmelden zonder je wachtwoord en zonder code.',
      unrequested:
        'Was jij dit niet, dan heeft iemand toegang tot je account: trek het in op de beveiligingspagina en wijzig meteen je wachtwoord.',
    },
    factorAdded: {
      subject: 'Er is een tweede factor toegevoegd',
      heading: 'Er is een tweede factor toegevoegd',
      body: (factor) => `Er is een tweede factor aan je account toegevoegd: ${factor}.`,
      unrequested:
        'Was jij dit niet, dan heeft iemand toegang tot je account: meld je aan, wijzig meteen je wachtwoord en verwijder hem.',
    },
    factorRemoved: {
      subject: 'Er is een tweede factor verwijderd',
      heading: 'Er is een tweede factor verwijderd',
      body: (factor) => `Er is een tweede factor van je account verwijderd: ${factor}.`,
      unrequested:
        'Was jij dit niet, dan heeft iemand toegang tot je account: meld je aan, wijzig meteen je wachtwoord en stel hem opnieuw in.',
    },
    protectionOff: {
      subject: 'Een beveiliging is uitgeschakeld',
      heading: 'Een beveiliging is uitgeschakeld',
      body: (protection) => `Een beveiliging van je account is uitgeschakeld: ${protection}.`,
      unrequested:
        'Was jij dit niet, dan heeft iemand toegang tot je account: meld je overal af, stel meteen je wachtwoord opnieuw in en schakel de beveiliging weer in.',
    },
    recoveryCodeUsed: {
      subject: 'Er is een herstelcode gebruikt',
      heading: 'Er is een herstelcode gebruikt',
      body: (left) =>
        `Een van de herstelcodes van je account is gebruikt. Resterende codes: ${left}.`,
      unrequested:
        'Was jij dit niet, dan kent iemand je wachtwoord en je codes: wijzig meteen je wachtwoord en maak nieuwe codes.',
    },
    accountDeactivated: {
      subject: 'Je account is gedeactiveerd',
      heading: 'Je account is gedeactiveerd',
      body: 'Je account is gedeactiveerd: het profiel en de berichten worden niet meer getoond. Je kunt je nog steeds aanmelden en het weer activeren.',
      unrequested:
        'Was jij dit niet, dan heeft iemand toegang tot je account: meld je overal af, stel meteen je wachtwoord opnieuw in en activeer je account weer.',
    },
    refreshTokenReused: {
      subject: 'Een app is afgemeld om je te beschermen',
      heading: 'Een app is afgemeld om je te beschermen',
      body: (app) =>
        `Wat ${app} aangemeld houdt (een refresh-token) is voor de tweede keer gebruikt. Dat gebeurt als het gestolen is, en soms door een fout in de app. De app is afgemeld.`,
      unrequested:
        'Meld je opnieuw aan in de app. Gebeurt het weer, of zie je op je beveiligingspagina iets dat je niet kent, meld je dan overal af en stel je wachtwoord opnieuw in.',
    },
    newDevice: {
      subject: 'Aanmelding vanaf een nieuw apparaat',
      heading: 'Aanmelding vanaf een nieuw apparaat',
      body: 'Iemand heeft zich bij je account aangemeld vanaf een apparaat dat je account niet kent.',
      unrequested:
        'Was jij dit niet, dan heeft iemand toegang tot je account: meld je overal af en stel meteen je wachtwoord opnieuw in.',
    },
    passwordRefused: {
      subject: 'Je wachtwoord is in een app ingevoerd',
      heading: 'Je wachtwoord is in een app ingevoerd',
      body: 'Iemand heeft je wachtwoord in een app ingevoerd. De app is niet aangemeld, omdat je account daar alleen app-wachtwoorden accepteert.',
      unrequested:
        'Was jij dit niet, dan kent iemand je wachtwoord: stel het meteen opnieuw in. Was jij het wel, maak dan op de beveiligingspagina een app-wachtwoord voor de app.',
    },
    operatorAdded: {
      subject: 'Je bent nu beheerder',
      heading: 'Je bent nu beheerder',
      body: 'Je account mag nu de beheerderspagina van deze dienst gebruiken, waar accounts, uitnodigingscodes en servers worden beheerd.',
      unrequested:
        'Had je dit niet verwacht, laat het dan aan de beheerder van deze dienst weten en zorg dat niemand anders je wachtwoord kent.',
    },
    operatorRemoved: {
      subject: 'Je bent geen beheerder meer',
      heading: 'Je bent geen beheerder meer',
      body: 'Je account mag de beheerderspagina van deze dienst niet meer gebruiken.',
      unrequested: 'Had je dit niet verwacht, vraag het dan aan de beheerder van deze dienst.',
    },
    passwordRemoved: {
      subject: 'Je wachtwoord is verwijderd',
      heading: 'Je wachtwoord is verwijderd',
      body: 'Het wachtwoord van je account is verwijderd: voortaan meld je je aan met een passkey. App-wachtwoorden blijven werken.',
      unrequested:
        'Was jij dit niet, dan heeft iemand toegang tot je account: meld je overal af, stel meteen per e-mail een nieuw wachtwoord in en verwijder de passkeys die je niet kent.',
    },
  },
  localApp: 'een lokale app',
  factors: {
    passkey: 'passkey',
    totp: 'authenticator-app',
    mail: 'code per e-mail',
    recovery: 'herstelcodes',
  },
  protections: {
    newDeviceMails: 'e-mails over aanmeldingen vanaf nieuwe apparaten',
    onlyAppPasswords: 'alleen app-wachtwoorden',
  },
}
