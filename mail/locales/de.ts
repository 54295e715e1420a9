import type { MailTexts } from '../texts.ts'

export const de: MailTexts = {
  language: 'de',
  greeting: (handle) => `Hallo @${handle},`,
  codeLabel: 'Dein Code',
  colon: ':',
  occasion: 'Zeit und Ort',
  lifetime: (minutes) => `Der Code gilt einmal und läuft in ${minutes} Minuten ab.`,
  secrecy: 'Behalte ihn für dich: Wer dir mit deinem Konto hilft, braucht ihn nicht.',
  accountPage: 'Deine Kontoseite',
  securityPage: 'Deine Sicherheitsseite',
  signOut: 'Überall abmelden',
  signOutAdvice: (days) =>
    `Dieser Link meldet jedes Gerät und jede App ab, und App-Passwörter enden. Du musst dafür nicht angemeldet sein. Er gilt einmal, ${days} Tage lang.`,
  sentBy: (service) => `Gesendet von ${service}, wo sich dein Konto anmeldet.`,
  purposes: {
    resetPassword: {
      subject: 'Passwort zurücksetzen',
      heading: 'Passwort zurücksetzen',
      body: 'Für dein Konto wurde ein neues Passwort angefordert. Um es festzulegen, gib diesen Code zusammen mit dem neuen Passwort ein.',
      unrequested:
        'Wenn du das nicht warst, ignoriere diese E-Mail: Dein Passwort bleibt, wie es ist.',
    },
    confirmEmail: {
      subject: 'E-Mail-Adresse bestätigen',
      heading: 'E-Mail-Adresse bestätigen',
      body: 'Um zu bestätigen, dass diese Adresse zu deinem Konto gehört, gib diesen Code dort ein, wo danach gefragt wurde.',
      unrequested:
        'Wenn du das nicht angefordert hast, ignoriere diese E-Mail: Die Adresse wird dann nicht bestätigt.',
    },
    updateEmail: {
      subject: 'E-Mail-Adresse ändern',
      heading: 'E-Mail-Adresse ändern',
      body: 'Für dein Konto soll eine andere E-Mail-Adresse gelten. Um das zu erlauben, gib diesen Code zusammen mit der neuen Adresse ein.',
      unrequested:
        'Wenn du das nicht warst, bleibt deine Adresse, wie sie ist. Vielleicht hat aber jemand Zugriff auf dein Konto: Bitte ändere dein Passwort.',
    },
    plcOperation: {
      subject: 'Änderung an deiner Identität bestätigen',
      heading: 'Änderung an deiner Identität bestätigen',
      body: 'Für dein Konto soll eine PLC-Operation signiert werden, also eine Änderung an seiner Identität (DID), etwa für den Umzug auf einen anderen Server. Um das zu erlauben, gib diesen Code ein. Wer ihn hat, kann deine Identität übernehmen.',
      unrequested:
        'Wenn du das nicht warst, hat vielleicht jemand Zugriff auf dein Konto: Bitte ändere sofort dein Passwort und gib diesen Code niemandem.',
    },
    deleteAccount: {
      subject: 'Konto löschen',
      heading: 'Konto löschen',
      body: 'Dein Konto soll gelöscht werden. Um es endgültig zu löschen, gib diesen Code zusammen mit deinem Passwort ein. Das lässt sich nicht rückgängig machen.',
      unrequested:
        'Wenn du das nicht warst, bleibt dein Konto bestehen. Vielleicht hat aber jemand Zugriff darauf: Bitte ändere sofort dein Passwort.',
    },
    signInCode: {
      subject: 'Dein Anmeldecode',
      heading: 'Anmeldung abschließen',
      body: 'Jemand, hoffentlich du, meldet sich gerade mit deinem Passwort bei deinem Konto an. Um die Anmeldung abzuschließen, gib diesen Code ein.',
      unrequested:
        'Wenn du das nicht warst, kennt jemand dein Passwort: Bitte ändere es sofort. Ohne diesen Code ist die Anmeldung nicht möglich.',
    },
  },
  notices: {
    passwordChanged: {
      subject: 'Dein Passwort wurde geändert',
      heading: 'Dein Passwort wurde geändert',
      body: 'Das Passwort deines Kontos wurde geändert, und alle Geräte und Apps wurden abgemeldet. Melde dich mit dem neuen Passwort wieder an.',
      unrequested:
        'Falls du das nicht warst, hat vielleicht jemand Zugriff auf dein Postfach: Sichere es und setze dann dein Passwort sofort zurück.',
    },
    emailChanged: {
      subject: 'Deine E-Mail-Adresse wurde geändert',
      heading: 'Deine E-Mail-Adresse wurde geändert',
      body: 'Dein Konto hat jetzt eine andere E-Mail-Adresse. An diese hier gehen keine Mails deines Kontos mehr.',
      unrequested:
        'Falls du das nicht warst, hat jemand Zugriff auf dein Konto: Melde dich an, ändere sofort dein Passwort und stelle deine Adresse wieder her.',
    },
    appPasswordCreated: {
      subject: 'Ein App-Passwort wurde erstellt',
      heading: 'Ein App-Passwort wurde erstellt',
      body: 'Für dein Konto wurde ein App-Passwort erstellt. Damit kann sich eine App ohne dein Passwort und ohne Code anmelden.',
      unrequested:
        'Wenn du das nicht warst, hat jemand Zugriff auf dein Konto: Widerrufe es auf der Sicherheitsseite und ändere sofort dein Passwort.',
    },
    factorAdded: {
      subject: 'Ein zweiter Faktor wurde hinzugefügt',
      heading: 'Ein zweiter Faktor wurde hinzugefügt',
      body: (factor) =>
        `Zur Anmeldung bei deinem Konto wurde ein zweiter Faktor hinzugefügt: ${factor}.`,
      unrequested:
        'Falls du das nicht warst, hat jemand Zugriff auf dein Konto: Melde dich an, ändere sofort dein Passwort und entferne ihn wieder.',
    },
    factorRemoved: {
      subject: 'Ein zweiter Faktor wurde entfernt',
      heading: 'Ein zweiter Faktor wurde entfernt',
      body: (factor) =>
        `Von der Anmeldung bei deinem Konto wurde ein zweiter Faktor entfernt: ${factor}.`,
      unrequested:
        'Falls du das nicht warst, hat jemand Zugriff auf dein Konto: Melde dich an, ändere sofort dein Passwort und richte ihn neu ein.',
    },
    protectionOff: {
      subject: 'Ein Schutz wurde ausgeschaltet',
      heading: 'Ein Schutz wurde ausgeschaltet',
      body: (protection) => `Ein Schutz deines Kontos wurde ausgeschaltet: ${protection}.`,
      unrequested:
        'Falls du das nicht warst, hat jemand Zugriff auf dein Konto: Melde dich überall ab, setze sofort dein Passwort zurück und schalte den Schutz wieder ein.',
    },
    recoveryCodeUsed: {
      subject: 'Ein Wiederherstellungscode wurde benutzt',
      heading: 'Ein Wiederherstellungscode wurde benutzt',
      body: (left) =>
        `Bei deinem Konto wurde einer deiner Wiederherstellungscodes benutzt. Übrige Codes: ${left}.`,
      unrequested:
        'Falls du das nicht warst, kennt jemand dein Passwort und deine Codes: Ändere sofort dein Passwort und erstelle neue Codes.',
    },
    accountDeactivated: {
      subject: 'Dein Konto wurde deaktiviert',
      heading: 'Dein Konto wurde deaktiviert',
      body: 'Dein Konto wurde deaktiviert: Sein Profil und seine Beiträge werden nicht mehr gezeigt. Du kannst dich weiter anmelden und es wieder aktivieren.',
      unrequested:
        'Falls du das nicht warst, hat jemand Zugriff auf dein Konto: Melde dich überall ab, setze sofort dein Passwort zurück und aktiviere dein Konto wieder.',
    },
    refreshTokenReused: {
      subject: 'Eine App wurde zum Schutz abgemeldet',
      heading: 'Eine App wurde zum Schutz abgemeldet',
      body: (app) =>
        `Was ${app} angemeldet hält (ein Refresh-Token), wurde ein zweites Mal benutzt. Das geschieht, wenn es gestohlen wurde, und manchmal durch einen Fehler der App. Die App wurde abgemeldet.`,
      unrequested:
        'Melde dich in der App neu an. Geschieht es wieder, oder siehst du auf deiner Sicherheitsseite etwas, das du nicht kennst: Melde dich überall ab und setze dein Passwort zurück.',
    },
    newDevice: {
      subject: 'Anmeldung von einem neuen Gerät',
      heading: 'Anmeldung von einem neuen Gerät',
      body: 'Jemand hat sich mit einem Gerät, das dein Konto nicht kennt, bei deinem Konto angemeldet.',
      unrequested:
        'Falls du das nicht warst, hat jemand Zugriff auf dein Konto: Melde dich überall ab und setze sofort dein Passwort zurück.',
    },
    passwordRefused: {
      subject: 'Dein Passwort wurde in einer App eingegeben',
      heading: 'Dein Passwort wurde in einer App eingegeben',
      body: 'Jemand hat in einer App dein Passwort eingegeben. Die App wurde nicht angemeldet, weil dein Konto in Apps nur App-Passwörter nimmt.',
      unrequested:
        'Falls du das nicht warst, kennt jemand dein Passwort: Setze es sofort zurück. Falls du es warst, erstelle auf der Sicherheitsseite ein App-Passwort für die App.',
    },
    operatorAdded: {
      subject: 'Du bist jetzt Betreiber',
      heading: 'Du bist jetzt Betreiber',
      body: 'Dein Konto darf jetzt die Betreiberseite dieses Dienstes benutzen, auf der Konten, Einladungscodes und Server verwaltet werden.',
      unrequested:
        'Falls du das nicht erwartet hast, sag dem Betreiber dieses Dienstes Bescheid und stelle sicher, dass niemand sonst dein Passwort kennt.',
    },
    operatorRemoved: {
      subject: 'Du bist nicht mehr Betreiber',
      heading: 'Du bist nicht mehr Betreiber',
      body: 'Dein Konto darf die Betreiberseite dieses Dienstes nicht mehr benutzen.',
      unrequested: 'Falls du das nicht erwartet hast, frag den Betreiber dieses Dienstes.',
    },
    passwordRemoved: {
      subject: 'Dein Passwort wurde entfernt',
      heading: 'Dein Passwort wurde entfernt',
      body: 'Das Passwort deines Kontos wurde entfernt: Angemeldet wird ab jetzt mit einem Passkey. App-Passwörter gelten weiter.',
      unrequested:
        'Falls du das nicht warst, hat jemand Zugriff auf dein Konto: Melde dich überall ab, setze sofort per E-Mail ein neues Passwort und entferne die Passkeys, die du nicht kennst.',
    },
  },
  localApp: 'eine lokale App',
  factors: {
    passkey: 'Passkey',
    totp: 'Authenticator-App',
    mail: 'Code per E-Mail',
    recovery: 'Wiederherstellungscodes',
  },
  protections: {
    newDeviceMails: 'E-Mails über Anmeldungen von neuen Geräten',
    onlyAppPasswords: 'nur App-Passwörter',
  },
}
