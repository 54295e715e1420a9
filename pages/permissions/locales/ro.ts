import type { PermissionTexts } from '../texts.ts'

export const ro: PermissionTexts = {
  title: 'Alege ce poate face aplicația',
  lead: (app, name) => `${app} cere acces la ${name}. Debifează ce nu trebuie să primească.`,
  link: 'Alege ce poate face aplicația',
  identity: 'Să știe care este contul tău',
  generic:
    'Să creeze, să modifice și să șteargă tot ce este public în contul tău, cum ar fi postările și aprecierile, și să acționeze în numele tău la orice serviciu',
  readEmail: 'Să citească adresa ta de e-mail',
  manageEmail: 'Să citească și să schimbe adresa ta de e-mail',
  chat: 'Să citească și să trimită mesaje Bluesky',
  status: 'Să dezactiveze și să reactiveze contul',
  repo: 'Să înlocuiască toate datele publice ale contului',
  handle: 'Să schimbe numele de utilizator',
  fullIdentity: 'Să controleze întreaga ta identitate, ceea ce te poate lăsa fără cont definitiv',
  actions: { create: 'creare', update: 'modificare', delete: 'ștergere' },
  records: (actions, what) => `Înregistrări: ${actions} (${what})`,
  anyRecords: 'de orice fel',
  calls: (methods, service) => `Să acționeze în numele tău la ${service} (${methods})`,
  anyMethod: 'tot ce se poate cere acolo',
  anyService: 'orice serviciu',
  uploads: (types) => `Să încarce fișiere (${types})`,
  anyFile: 'de orice fel',
  next: 'Este posibil ca aplicația să nu funcționeze pe deplin fără ce debifezi. Pe pagina următoare vezi ce rămâne și decizi.',
  goOn: 'Continuă',
}
