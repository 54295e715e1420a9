/**
 * What no text of a language has: in French, a space stands before `:;!?»` and after `«`, and no line ends
 * there.
 *
 * @param language BCP 47 tag
 */
export const forbiddenIn = (language: string): RegExp =>
  language === 'fr'
    ? /[^\u00a0\u202f][:;!?»]|«[^\u00a0\u202f]|\S {2,}\S| [,.]|['"]/
    : /\s[:;!?»]|«\s|\S {2,}\S| [,.]|['"]/
