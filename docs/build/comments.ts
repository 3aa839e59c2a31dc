/**
 * The doc comments of a union's members: of words (`| 'connected'`), and of events (`| { readonly type: 'token.refresh' }`).
 *
 * @param source the text of the file that declares it
 */
export function commentsOf(source: string, union: string): ReadonlyMap<string, string> {
  const [, declaration = ''] = source.split(`export type ${union} =`)
  const [members = ''] = declaration.split(/\n\n/)
  const found = [...members.matchAll(/\/\*\* (.+?) \*\/\s+\| (?:\{ readonly type: )?'([\w.]+)'/g)]
  if (found.length === 0) throw new Error(`${union}: no member has a comment`)
  return new Map(found.map(([, comment = '', word = '']) => [word, comment]))
}
